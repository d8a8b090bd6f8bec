/** Buttons, and links that look like them. */

import { h } from "../dom.js";
import { report } from "../errors.js";
import { icon } from "../icons.js";
import { openLayers } from "./layers.js";

/**
 * @typedef {object} ButtonOptions
 * @property {string} label What it does; without `text: false` it is written on the button.
 * @property {import("../icons.js").IconName} [icon]
 * @property {boolean} [text] False shows the icon alone; the label is then said and shown as a hint.
 * @property {"primary" | "danger" | "quiet" | "plain"} [kind] "plain" is the default; one page has one "primary".
 * @property {(event: MouseEvent & { currentTarget: HTMLElement }) => unknown} [run] While a promise that it returns is pending, the button waits.
 * @property {string} [href] Makes it a link.
 * @property {"button" | "submit"} [type]
 * @property {boolean} [disabled]
 * @property {boolean} [busy]
 * @property {string | number} [key]
 * @property {string} [class]
 * @property {Record<string, unknown>} [more] Further attributes.
 */

/**
 * @param {ButtonOptions} options
 * @returns {VNode}
 */
export function button(options) {
  const { label, text = true, kind = "plain", href } = options;
  const classes = ["button", `button-${kind}`, text ? "" : "button-icon", options.class ?? ""].filter(Boolean).join(" ");
  const content = [options.icon && icon(options.icon), text ? h("span", { class: "button-text" }, label) : null];
  const shared = {
    key: options.key,
    class: classes,
    "aria-label": text ? undefined : label,
    title: text ? undefined : label,
    ...options.more,
  };
  if (href !== undefined) return h("a", { ...shared, href, onclick: options.run && ((event) => start(event, options)) }, content);
  return h(
    "button",
    {
      type: options.type ?? "button",
      disabled: options.disabled,
      "aria-busy": options.busy ? "true" : undefined,
      onclick: (event) => start(event, options),
      ...shared,
    },
    content,
  );
}

/**
 * @param {MouseEvent & { currentTarget: HTMLElement }} event
 * @param {ButtonOptions} options
 */
async function start(event, { run, busy }) {
  const element = event.currentTarget;
  if (busy || element.getAttribute("aria-busy") === "true") {
    event.preventDefault();
    return;
  }
  const layers = openLayers();
  const result = run?.(event);
  if (!(result instanceof Promise)) return;
  // It waits for the server, not for somebody who fills in a dialog.
  if (openLayers() === layers) element.setAttribute("aria-busy", "true");
  try {
    await result;
  } catch (error) {
    report(error);
  } finally {
    element.removeAttribute("aria-busy");
  }
}
