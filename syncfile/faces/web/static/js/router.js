/** Finds the view of the address, which is all that follows "#". */

import { redraw } from "./dom.js";
import { loadTexts } from "./i18n.js";
import { Store } from "./state.js";

/** @typedef {{ route: Route, view: View, key: string }} Shown */

/** The view that is shown; null before the first. */
export const shown = new Store(/** @type {Shown | null} */ (null));

/** Why the view of the address cannot be shown: "missing" (no such view), "failed" (its files did not come). */
export const failure = new Store(/** @type {"" | "missing" | "failed"} */ (""));

/** @type {Route[]} */
let routes = [];
let turn = 0;
/** Where each address was scrolled to when it was left. @type {Map<string, number>} */
const scrolled = new Map();
let lastAddress = "";

/**
 * Returns the link to a view; words and query are encoded.
 * @param {...(string | number | Record<string, string>)} parts Words of the path, in the end perhaps a query.
 */
export function href(...parts) {
  const last = parts.at(-1);
  const query = typeof last === "object" ? `?${new URLSearchParams(last)}` : "";
  const words = parts.filter((part) => typeof part !== "object").map((part) => encodeURIComponent(part));
  return `#/${words.join("/")}${query}`;
}

/**
 * Returns the link to something in a library; "/" is the library itself.
 * @param {string} repoId
 * @param {string} path
 * @param {Record<string, string>} [query]
 */
export function hrefOfPath(repoId, path, query) {
  return href("library", repoId, ...path.split("/").filter(Boolean), ...(query ? [query] : []));
}

/**
 * Goes to a view.
 * @param {string} link Made by `href`.
 * @param {{ replace?: boolean }} [options] `replace`: "back" does not come here again.
 */
export function go(link, { replace = false } = {}) {
  if (replace) {
    history.replaceState(null, "", link);
    show();
  } else {
    location.hash = link;
  }
}

/** The words of the address that is shown, without its query. */
export function currentPath() {
  return split(location.hash).path;
}

/**
 * Shows the view of the address, now and whenever it changes.
 * @param {Route[]} table
 */
export function startRouter(table) {
  routes = table;
  history.scrollRestoration = "manual";
  addEventListener("hashchange", show);
  return show();
}

/** Takes the view away and shows no other; whoever comes next may be somebody else. */
export function stopRouter() {
  turn++;
  removeEventListener("hashchange", show);
  shown.value?.view.leave?.();
  shown.value = null;
  failure.value = "";
  scrolled.clear();
}

/** Shows the view of the address again, as after a failure. */
export async function show() {
  const mine = ++turn;
  const { path, query } = split(location.hash);
  scrolled.set(lastAddress, scrollY);
  lastAddress = location.hash;
  const found = match(path);
  if (!found) {
    failure.value = "missing";
    return;
  }
  const { route, params } = found;
  const context = { params, query };
  const current = shown.value;
  if (current?.route === route && current.view.update && failure.value === "") {
    current.view.update(context);
    redraw();
    return;
  }
  try {
    const [module] = await Promise.all([
      route.load(),
      ...[route.name, ...(route.texts ?? [])].map(loadTexts),
      ...[route.name, ...(route.styles ?? [])].map(loadStyle),
    ]);
    if (mine !== turn) return;
    current?.view.leave?.();
    failure.value = "";
    shown.value = { route, view: module.show(context), key: `${mine}` };
    requestAnimationFrame(() => requestAnimationFrame(() => settle(mine)));
  } catch (error) {
    if (mine !== turn) return;
    console.error(error);
    failure.value = "failed";
  }
}

/**
 * Scrolls to where the view was left, and lets a screen reader begin with it.
 * @param {number} mine
 */
function settle(mine) {
  if (mine !== turn) return;
  scrollTo(0, scrolled.get(lastAddress) ?? 0);
  // What was focused went away with the old view; where something of the new one has the focus it keeps it.
  if (document.activeElement === document.body) document.querySelector("main")?.focus({ preventScroll: true });
}

/** @param {string} hash */
function split(hash) {
  const text = hash.replace(/^#/, "") || "/";
  const at = text.indexOf("?");
  const path = at < 0 ? text : text.slice(0, at);
  return { path, query: new URLSearchParams(at < 0 ? "" : text.slice(at + 1)) };
}

/** @param {string} path */
function match(path) {
  const words = path.split("/").filter(Boolean);
  for (const route of routes) {
    const params = paramsOf(route.path.split("/").filter(Boolean), words);
    if (params) return { route, params };
  }
  return null;
}

/**
 * @param {string[]} pattern
 * @param {string[]} words
 * @returns {Record<string, string> | null}
 */
function paramsOf(pattern, words) {
  /** @type {Record<string, string>} */
  const params = {};
  for (const [index, part] of pattern.entries()) {
    if (part.startsWith("*")) {
      params[part.slice(1)] = words.slice(index).map(decode).join("/");
      return params;
    }
    if (index >= words.length) return null;
    if (part.startsWith(":")) params[part.slice(1)] = decode(words[index]);
    else if (part !== words[index]) return null;
  }
  return words.length === pattern.length ? params : null;
}

/** @param {string} word */
function decode(word) {
  try {
    return decodeURIComponent(word);
  } catch {
    return word; // typed by hand
  }
}

/**
 * Adds the style sheet of a view, once, and waits for it.
 * @param {string} name
 * @returns {Promise<void>}
 */
export function loadStyle(name) {
  const id = `style-${name}`;
  if (document.getElementById(id)) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const link = document.createElement("link");
    link.id = id;
    link.rel = "stylesheet";
    link.href = new URL(`../css/views/${name}.css`, import.meta.url).href;
    link.onload = () => resolve();
    link.onerror = () => { link.remove(); reject(new Error(`cannot load ${link.href}`)); };
    document.head.append(link);
  });
}
