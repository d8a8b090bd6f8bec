/** Menus: below a button, or where the pointer is; on narrow screens at the foot of the page. */

import { h } from "../dom.js";
import { report } from "../errors.js";
import { icon } from "../icons.js";
import { isOutside, openLayer, showModal } from "./layers.js";

const MARGIN = 8;

/**
 * @typedef {object} MenuItem
 * @property {string} label
 * @property {import("../icons.js").IconName} [icon]
 * @property {() => unknown} [run]
 * @property {string} [href]
 * @property {boolean} [danger]
 * @property {boolean} [disabled]
 * @property {boolean} [checked] For a choice among others.
 * @property {string} [hint] Such as its shortcut.
 */

/** @typedef {MenuItem | null} MenuEntry A null draws a line. */

/**
 * Opens a menu.
 * @param {Element | { x: number, y: number }} anchor What it belongs to, or a point of the window.
 * @param {(MenuEntry | false | undefined)[]} entries What is false or undefined is left out.
 * @param {{ label?: string }} [options] `label`: what it is about.
 */
export function openMenu(anchor, entries, { label } = {}) {
  const items = entries.filter((entry) => entry !== false && entry !== undefined);
  const close = openLayer(() =>
    h(
      "dialog",
      {
        class: "menu",
        "aria-label": label,
        ref: (element) => {
          const hide = showModal(element);
          position(element, anchor);
          focusItem(element, 0);
          return hide;
        },
        oncancel: (event) => {
          event.preventDefault();
          close();
        },
        onclick: (event) => {
          if (isOutside(event)) close();
        },
        oncontextmenu: (event) => {
          event.preventDefault();
          if (isOutside(event)) close();
        },
        onkeydown: (event) => move(event, close),
      },
      label && h("p", { class: "menu-title" }, label),
      h("div", { class: "menu-items", role: "menu", "aria-label": label }, items.map((item) => renderItem(item, close))),
    ),
  );
}

/**
 * @param {MenuEntry} item
 * @param {() => void} close
 */
function renderItem(item, close) {
  if (item === null) return h("div", { class: "menu-line", role: "separator" });
  const props = {
    class: item.danger ? "menu-item menu-item-danger" : "menu-item",
    role: item.checked === undefined ? "menuitem" : "menuitemradio",
    "aria-checked": item.checked,
    tabindex: -1,
  };
  const content = [
    h("span", { class: "menu-icon" }, item.checked ? icon("check") : item.icon && icon(item.icon)),
    h("span", { class: "menu-label" }, item.label),
    item.hint && h("span", { class: "menu-hint", "aria-hidden": true }, item.hint),
  ];
  if (item.href) return h("a", { ...props, href: item.href, onclick: close }, content);
  return h("button", { ...props, type: "button", disabled: item.disabled, onclick: () => choose(item, close) }, content);
}

/**
 * @param {MenuItem} item
 * @param {() => void} close
 */
async function choose(item, close) {
  close();
  // The focus has to be back where it was before, else a dialog would return it to an item that is gone.
  await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  try {
    await item.run?.();
  } catch (error) {
    report(error);
  }
}

/**
 * @param {HTMLElement} menu
 * @param {number} index
 */
function focusItem(menu, index) {
  const items = /** @type {HTMLElement[]} */ ([...menu.querySelectorAll(".menu-item:not(:disabled)")]);
  items.at(index % items.length)?.focus();
}

/**
 * @param {KeyboardEvent & { currentTarget: HTMLElement }} event
 * @param {() => void} close
 */
function move(event, close) {
  const menu = event.currentTarget;
  const items = [...menu.querySelectorAll(".menu-item:not(:disabled)")];
  const at = items.indexOf(/** @type {Element} */ (document.activeElement));
  const steps = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 };
  if (event.key in steps) {
    focusItem(menu, steps[/** @type {keyof typeof steps} */ (event.key)]);
  } else if (event.key === "Tab") {
    close();
  } else if (event.key.length === 1 && event.key !== " ") {
    const letter = event.key.toLowerCase();
    const order = [...items.slice(at + 1), ...items.slice(0, at + 1)];
    const found = order.find((item) => item.textContent?.trim().toLowerCase().startsWith(letter));
    if (found) /** @type {HTMLElement} */ (found).focus();
  } else {
    return;
  }
  event.preventDefault();
}

/**
 * @param {HTMLElement} menu
 * @param {Element | { x: number, y: number }} anchor
 */
function position(menu, anchor) {
  const box = anchor instanceof Element ? anchor.getBoundingClientRect() : new DOMRect(anchor.x, anchor.y, 0, 0);
  const { offsetWidth: width, offsetHeight: height } = menu;
  const room = innerWidth - MARGIN;
  const left = box.left + width <= room ? box.left : Math.max(box.right - width, MARGIN);
  const below = box.bottom + 4;
  const top = below + height <= innerHeight - MARGIN ? below : Math.max(box.top - height - 4, MARGIN);
  menu.style.setProperty("--menu-left", `${left}px`);
  menu.style.setProperty("--menu-top", `${top}px`);
}
