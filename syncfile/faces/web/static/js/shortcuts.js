/** Keys that do something anywhere on the page. Views list theirs in `shortcuts`. */

import { redraw } from "./dom.js";
import { shown } from "./router.js";
import { openLayers } from "./ui/layers.js";

/** @type {Set<Shortcut>} */
const everywhere = new Set();

/**
 * Adds a shortcut that holds for every view.
 * @param {Shortcut} shortcut
 * @returns {() => void} Takes it away.
 */
export function addShortcut(shortcut) {
  everywhere.add(shortcut);
  return () => {
    everywhere.delete(shortcut);
  };
}

/** Returns what holds now: that of the view first. */
export function activeShortcuts() {
  return [...(shown.value?.view.shortcuts ?? []), ...everywhere];
}

export function startShortcuts() {
  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || openLayers() || isTyping(event)) return;
    const keys = keysOf(event);
    const found = activeShortcuts().find((shortcut) => shortcut.keys === keys);
    if (!found) return;
    event.preventDefault();
    found.run(event);
    redraw();
  });
}

/** @param {KeyboardEvent} event */
function keysOf(event) {
  const control = event.ctrlKey || event.metaKey ? "Ctrl+" : "";
  const alt = event.altKey ? "Alt+" : "";
  // Shift is part of what makes a "?"; it is told only with keys that are the same without it.
  const shift = event.shiftKey && event.key.length > 1 ? "Shift+" : "";
  return control + alt + shift + (control ? event.key.toLowerCase() : event.key);
}

/** @param {KeyboardEvent} event */
function isTyping(event) {
  const target = /** @type {HTMLElement} */ (event.target);
  if (target.isContentEditable || target.tagName === "TEXTAREA" || target.tagName === "SELECT") return true;
  return target instanceof HTMLInputElement && !["checkbox", "radio", "button", "submit"].includes(target.type);
}
