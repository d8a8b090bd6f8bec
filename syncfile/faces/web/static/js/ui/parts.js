/** The smaller pieces that views are made of. */

import { h } from "../dom.js";
import { errorText } from "../errors.js";
import { percent, t } from "../i18n.js";
import { icon } from "../icons.js";
import { button } from "./button.js";

/** Marks that write what follows backwards: with them a program passes for a picture. */
const TURNING = /[\u202a-\u202e\u2066-\u2069]/g;

/**
 * Returns a text with the marks that would turn it around made visible.
 * @param {string} text
 */
export function visible(text) {
  return text.replace(TURNING, "\ufffd");
}

/**
 * A name that somebody chose, kept from turning the text around it when it is written from right to left.
 * @param {string} text
 * @param {string} [className]
 */
export function name(text, className) {
  return h("bdi", { class: className }, visible(text));
}

/**
 * The head of a page: what it shows, and what can be done here.
 * @param {Child} title
 * @param {{ text?: Child, actions?: Child, before?: Child }} [options]
 */
export function pageHead(title, { text, actions, before } = {}) {
  return h(
    "header",
    { class: "page-head" },
    before,
    h("div", { class: "page-head-text" }, h("h1", null, title), text && h("p", { class: "soft" }, text)),
    actions && h("div", { class: "page-head-actions" }, actions),
  );
}

/**
 * What a list shows when it is empty: why, and what to do about it.
 * @param {{ icon: import("../icons.js").IconName, title: string, text?: Child, action?: Child, isPage?: boolean }} options
 *   `isPage`: there is nothing else on the page.
 */
export function emptyState(options) {
  return h(
    "div",
    { class: "empty" },
    h("div", { class: "empty-icon" }, icon(options.icon)),
    h(options.isPage ? "h1" : "h2", { class: "empty-title" }, options.title),
    options.text && h("p", { class: "empty-text" }, options.text),
    options.action,
  );
}

/**
 * Shows what was loaded; before that its outline, and if it failed, why.
 * @template T
 * @param {import("../state.js").Loaded<T>} loaded
 * @param {(value: T) => Child} render
 * @param {() => Child} [outline]
 * @returns {Child}
 */
export function whenLoaded(loaded, render, outline = () => skeletonRows(4)) {
  if (loaded.value !== undefined) return render(loaded.value);
  if (loaded.error === undefined) return outline();
  return emptyState({
    icon: "warning",
    title: t("failed.title"),
    text: errorText(loaded.error),
    action: button({ label: t("retry"), run: () => loaded.reload() }),
  });
}

/**
 * Grey bars where rows will be.
 * @param {number} count
 */
export function skeletonRows(count) {
  const rows = Array.from({ length: count }, (_, index) =>
    h("div", { class: "skeleton-row", key: index }, h("div", { class: "skeleton skeleton-dot" }), h("div", { class: "skeleton skeleton-line" })),
  );
  return h("div", { class: "skeleton-rows", role: "status", "aria-label": t("loading") }, rows);
}

/**
 * Two letters of a name on a colour that is always the same for it.
 * @param {string} text
 * @param {{ large?: boolean }} [options]
 */
export function avatar(text, { large = false } = {}) {
  let hue = 0;
  for (const letter of text) hue = (hue * 31 + (letter.codePointAt(0) ?? 0)) % 8;
  const words = text.split(/[\s._@-]+/u).filter(Boolean);
  const letters = words.slice(0, 2).map((word) => [...word][0]).join("").toUpperCase();
  return h("span", { class: `avatar avatar-${hue}${large ? " avatar-large" : ""}`, "aria-hidden": true }, letters || "?");
}

/**
 * How much of something is done or full.
 * @param {number} part
 * @param {number} whole
 * @param {string} label
 */
export function progress(part, whole, label) {
  const share = whole ? Math.min(part / whole, 1) : 0;
  return h(
    "div",
    {
      class: share > 0.95 ? "progress progress-full" : "progress",
      role: "progressbar",
      "aria-label": label,
      "aria-valuenow": Math.round(share * 100),
      "aria-valuemin": 0,
      "aria-valuemax": 100,
      "aria-valuetext": percent(part, whole),
    },
    h("div", { class: "progress-bar", style: { width: `${share * 100}%` } }),
  );
}

/**
 * A word beside a name, such as "encrypted".
 * @param {string} text
 * @param {{ icon?: import("../icons.js").IconName, kind?: "plain" | "accent" | "warning" }} [options]
 */
export function badge(text, { icon: iconName, kind = "plain" } = {}) {
  return h("span", { class: `badge badge-${kind}` }, iconName && icon(iconName), text);
}

/**
 * Links between views that belong together, or choices within one.
 * @param {string} label
 * @param {{ label: string, href?: string, run?: () => void, selected: boolean, count?: number }[]} items
 */
export function tabs(label, items) {
  return h(
    "nav",
    { class: "tabs", "aria-label": label },
    items.map((item) => {
      const props = { key: item.label, class: "tab", "aria-current": item.selected ? "page" : undefined };
      const content = [item.label, item.count !== undefined && h("span", { class: "tab-count" }, item.count)];
      if (item.href) return h("a", { ...props, href: item.href }, content);
      return h("button", { ...props, type: "button", onclick: item.run }, content);
    }),
  );
}

/**
 * A group of choices of which one holds.
 * @template {string} T
 * @param {string} label
 * @param {{ value: T, label: string, icon?: import("../icons.js").IconName }[]} options
 * @param {T} value
 * @param {(value: T) => void} choose
 */
export function segments(label, options, value, choose) {
  return h(
    "div",
    { class: "segments", role: "radiogroup", "aria-label": label, onkeydown: stepSegments },
    options.map((option) =>
      h(
        "button",
        {
          key: option.value,
          type: "button",
          class: "segment",
          role: "radio",
          "aria-checked": option.value === value,
          tabindex: option.value === value ? 0 : -1,
          onclick: () => choose(option.value),
        },
        option.icon && icon(option.icon),
        option.label,
      ),
    ),
  );
}

/** @param {KeyboardEvent & { currentTarget: HTMLElement }} event */
function stepSegments(event) {
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const all = /** @type {HTMLElement[]} */ ([...event.currentTarget.children]);
  const next = all.at((all.indexOf(/** @type {HTMLElement} */ (document.activeElement)) + step) % all.length);
  next?.focus();
  next?.click();
}
