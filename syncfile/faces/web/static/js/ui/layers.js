/** What lies above the page: dialogs and menus, the last one on top. */

import { redraw } from "../dom.js";

/** @typedef {{ id: number, render: () => VNode }} Layer */

/** @type {Layer[]} */
const layers = [];
let nextId = 1;

/**
 * Puts a layer on top of all others.
 * @param {() => VNode} render Has to return a modal `dialog` element.
 * @returns {() => void} Takes it away.
 */
export function openLayer(render) {
  const layer = { id: nextId++, render };
  layers.push(layer);
  redraw();
  return () => {
    const at = layers.indexOf(layer);
    if (at >= 0) layers.splice(at, 1);
    redraw();
  };
}

/** Returns how many layers there are. */
export function openLayers() {
  return layers.length;
}

/** @returns {Child} */
export function renderLayers() {
  return layers.map((layer) => {
    const vnode = layer.render();
    vnode.props = { ...vnode.props, key: layer.id };
    return vnode;
  });
}

/**
 * Shows a dialog element above everything else, with the focus inside; when it goes, the focus returns to where it was.
 * @param {HTMLDialogElement} element
 */
export function showModal(element) {
  element.showModal();
  return () => element.close();
}

/**
 * Tells whether a click on a dialog element hit what is around it.
 * @param {MouseEvent & { currentTarget: HTMLElement }} event
 */
export function isOutside(event) {
  if (event.target !== event.currentTarget) return false;
  const box = event.currentTarget.getBoundingClientRect();
  return event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
}
