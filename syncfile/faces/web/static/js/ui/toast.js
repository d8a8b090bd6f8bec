/** Short messages at the edge of the page, which go by themselves. */

import { h, redraw } from "../dom.js";
import { t } from "../i18n.js";
import { button } from "./button.js";

const SHOWN_MS = 6000;
const WITH_ACTION_MS = 10000;
const MOST = 4;

/**
 * @typedef {object} Toast
 * @property {number} id
 * @property {string} text
 * @property {"plain" | "success" | "danger"} kind
 * @property {{ label: string, run: () => unknown }} [action]
 * @property {number} left Milliseconds until it goes.
 * @property {ReturnType<typeof setTimeout>} [timer]
 * @property {number} began
 */

/** @type {Toast[]} */
const toasts = [];
let nextId = 1;

/**
 * Shows a message.
 * @param {string} text
 * @param {{ kind?: "plain" | "success" | "danger", action?: { label: string, run: () => unknown } }} [options] `action` is
 *   what may be done about it, such as to undo.
 * @returns {() => void} Takes it away.
 */
export function toast(text, { kind = "plain", action } = {}) {
  const left = action ? WITH_ACTION_MS : SHOWN_MS;
  /** @type {Toast} */
  const item = { id: nextId++, text, kind, action, left, began: 0 };
  toasts.push(item);
  if (toasts.length > MOST) dismiss(toasts[0]);
  resume(item);
  redraw();
  return () => dismiss(item);
}

/** @param {Toast} item */
function dismiss(item) {
  clearTimeout(item.timer);
  const at = toasts.indexOf(item);
  if (at >= 0) toasts.splice(at, 1);
  redraw();
}

/** @param {Toast} item */
function resume(item) {
  item.began = Date.now();
  item.timer = setTimeout(() => dismiss(item), item.left);
}

/**
 * Whoever points at a message is given the time to read it.
 * @param {Toast} item
 */
function hold(item) {
  clearTimeout(item.timer);
  item.left = Math.max(item.left - (Date.now() - item.began), 1500);
}

/** @returns {VNode} */
export function renderToasts() {
  return h("div", { class: "toasts", role: "region", "aria-label": t("toast.region"), "aria-live": "polite" }, toasts.map(render));
}

/** @param {Toast} item */
function render(item) {
  return h(
    "div",
    {
      key: item.id,
      class: `toast toast-${item.kind}`,
      onmouseenter: () => hold(item),
      onmouseleave: () => resume(item),
    },
    h("p", { class: "toast-text" }, item.text),
    item.action && button({ label: item.action.label, kind: "quiet", run: () => act(item) }),
    button({ label: t("close"), icon: "close", text: false, kind: "quiet", run: () => dismiss(item) }),
  );
}

/** @param {Toast} item */
function act(item) {
  dismiss(item);
  return item.action?.run();
}
