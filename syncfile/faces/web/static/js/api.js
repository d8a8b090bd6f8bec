/**
 * The one way to the server. Reading waits while the server is gone and goes on when it is back; a change that could
 * not be sent fails with the slug "offline", and whoever typed it keeps it.
 */

import { redraw } from "./dom.js";
import { Store } from "./state.js";

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 5000;
const PING_TIMEOUT_MS = 4000;

/** An answer that says no; `status` 0 and `slug` "offline" if there was none. */
export class ApiError extends Error {
  /**
   * @param {number} status
   * @param {string} slug
   * @param {string} message One sentence in English.
   * @param {number} [retryAfter] Seconds.
   */
  constructor(status, slug, message, retryAfter = 0) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.slug = slug;
    this.retryAfter = retryAfter;
  }
}

/** Why nothing goes on: "" (all is well), "gone" (no answer) or "disk" (the server waits for its disk). */
export const trouble = new Store(/** @type {"" | "gone" | "disk"} */ (""));

/** @type {Promise<void> | null} */
let waiting = null;

/** @typedef {Record<string, string | number | boolean | readonly string[] | null | undefined>} Values */

/**
 * Asked when the session has ended: resolves to whether somebody has signed in again. Set by session.js.
 * @type {{ askAgain: () => Promise<boolean> }}
 */
export const session = { askAgain: async () => false };

/**
 * @param {string} path
 * @param {Values} [query]
 * @param {AbortSignal} [signal] Calls it off; the promise is rejected then.
 * @returns {Promise<any>}
 */
export function get(path, query, signal) {
  return request("GET", path, query, undefined, signal);
}

/**
 * @param {string} path
 * @param {Values} [body]
 * @param {Values} [query]
 * @returns {Promise<any>}
 */
export function post(path, body, query) {
  return request("POST", path, query, body ?? {});
}

/**
 * @param {string} path
 * @param {Values} [body]
 * @param {Values} [query]
 * @returns {Promise<any>}
 */
export function put(path, body, query) {
  return request("PUT", path, query, body ?? {});
}

/**
 * @param {string} path
 * @param {Values} [query]
 * @param {Values} [body] For what has no place in an address, such as passwords.
 * @returns {Promise<any>}
 */
export function del(path, query, body) {
  return request("DELETE", path, query, body);
}

/**
 * Returns a path with its parameters.
 * @param {string} path
 * @param {Values} [query]
 */
export function address(path, query) {
  const entries = Object.entries(query ?? {}).filter(([, value]) => value !== undefined && value !== null);
  const text = new URLSearchParams(entries.map(([name, value]) => [name, String(value)])).toString();
  return text ? `${path}?${text}` : path;
}

/** Resolves when the server answers; at once if it does. */
export async function whenBack() {
  if (waiting) await waiting;
}

/**
 * Told by other parts of the page (uploads, players) that the server did not answer them, or will not.
 * @param {"gone" | "disk"} [why]
 */
export function noteGone(why = "gone") {
  waiting ??= waitForServer(why);
}

/**
 * @param {string} method
 * @param {string} path
 * @param {Values} [query]
 * @param {Values} [body]
 * @param {AbortSignal} [signal]
 * @returns {Promise<any>}
 */
async function request(method, path, query, body, signal) {
  try {
    for (;;) {
      await whenBack();
      try {
        signal?.throwIfAborted();
        return await send(method, address(path, query), body, signal);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        if (isTrouble(error)) {
          noteGone();
          if (method === "GET") continue;
        } else if (error.status === 401 && path !== "/v1/session/" && (await session.askAgain())) {
          continue;
        }
        throw error;
      }
    }
  } finally {
    redraw();
  }
}

/** @param {ApiError} error */
function isTrouble(error) {
  return error.status === 0 || error.slug === "store_unavailable" || error.status === 502 || error.status === 504;
}

/**
 * @param {string} method
 * @param {string} url
 * @param {Values} [body]
 * @param {AbortSignal} [signal]
 */
async function send(method, url, body, signal) {
  /** @type {RequestInit} */
  const options = { method, headers: { Accept: "application/json" }, cache: "no-store", credentials: "same-origin", signal };
  if (body) {
    options.headers = { ...options.headers, "Content-Type": "application/json" };
    options.body = JSON.stringify(body);
  }
  let response;
  let text;
  try {
    response = await fetch(url, options);
    text = await response.text();
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(0, "offline", "the server does not answer");
  }
  const answer = parse(text);
  if (response.ok) return answer;
  const retryAfter = Number(response.headers.get("Retry-After")) || 0;
  throw new ApiError(response.status, answer?.error ?? "internal", answer?.error_msg ?? response.statusText, retryAfter);
}

/** @param {string} text */
function parse(text) {
  if (!text) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null; // a proxy in between answers in HTML
  }
}

/** @param {"gone" | "disk"} why */
async function waitForServer(why) {
  trouble.value = why;
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 1.5, LONGEST_WAIT_MS)) {
    await pause(wait);
    const state = await ping();
    if (state === "") break;
    if (state !== trouble.value) trouble.value = state;
  }
  waiting = null;
  trouble.value = "";
}

/** @returns {Promise<"" | "gone" | "disk">} */
async function ping() {
  try {
    const response = await fetch("/v1/ping/", { cache: "no-store", signal: AbortSignal.timeout(PING_TIMEOUT_MS) });
    if (response.ok) return "";
    return response.status === 503 ? "disk" : "gone";
  } catch {
    return "gone";
  }
}

/**
 * Waits, but not when the system says that the network is back.
 * @param {number} ms
 */
function pause(ms) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    addEventListener("online", () => { clearTimeout(timer); resolve(null); }, { once: true });
  });
}
