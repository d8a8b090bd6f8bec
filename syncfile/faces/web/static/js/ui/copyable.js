/** Text that one takes along: addresses and commands, with a button that copies them, and QR codes of them. */

import { h, svg } from "../dom.js";
import { t } from "../i18n.js";
import { qrCode } from "../qr.js";
import { button } from "./button.js";
import { toast } from "./toast.js";

const QUIET_ZONE = 4; // modules around the code that have to be light

/**
 * Shows a text to copy. The view has to ask for the texts and the style sheet "copyable".
 * @param {string} text
 * @param {{ label: string, lines?: boolean }} options `label`: what it is; `lines`: whether it is shown as it is, with
 *   all of its lines, and not cut.
 */
export function copyable(text, { label, lines = false }) {
  return h(
    "div",
    { class: lines ? "copyable copyable-lines" : "copyable" },
    h("pre", { class: "copyable-text", tabindex: 0, role: "group", "aria-label": label }, text),
    button({
      label: t("copyable.copy", { what: label }),
      icon: "copy",
      text: false,
      kind: "quiet",
      run: (event) => copy(/** @type {HTMLElement} */ (event.currentTarget.previousElementSibling)),
    }),
  );
}

/**
 * Copies what an element shows.
 * @param {HTMLElement} element
 */
async function copy(element) {
  getSelection()?.selectAllChildren(element);
  // Browsers give the clipboard's API to https alone, and most servers in a home have no certificate.
  const isCopied = navigator.clipboard
    ? await navigator.clipboard.writeText(element.textContent ?? "").then(() => true, () => document.execCommand("copy"))
    : document.execCommand("copy");
  toast(isCopied ? t("copyable.copied") : t("copyable.failed"), { kind: isCopied ? "success" : "plain" });
}

/**
 * Draws the QR code of a text; nothing if that is too long for one.
 * @param {string} text
 * @param {string} label What a screen reader says.
 * @returns {Child}
 */
export function qrPicture(text, label) {
  const modules = codeOf(text);
  if (!modules) return null;
  const side = modules.length + 2 * QUIET_ZONE;
  const dark = modules.flatMap((line, row) => line.map((isDark, column) => (isDark ? `M${column + QUIET_ZONE} ${row + QUIET_ZONE}h1v1h-1z` : "")));
  return svg(
    "svg",
    { key: text, class: "qr", viewBox: `0 0 ${side} ${side}`, role: "img", "aria-label": label, "shape-rendering": "crispEdges" },
    svg("path", { d: dark.join("") }),
  );
}

/** The code drawn last: views describe themselves many times a minute. */
let last = { text: "", modules: /** @type {import("../qr.js").Modules | null} */ (null) };

/** @param {string} text */
function codeOf(text) {
  if (last.text !== text) {
    try {
      last = { text, modules: qrCode(text) };
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      last = { text, modules: null };
    }
  }
  return last.modules;
}
