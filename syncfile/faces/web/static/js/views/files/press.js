/** What pointers and keys do to one entry of the list. */

import { redraw } from "../../dom.js";
import { openMenuOf } from "./actions.js";

const LONG_MS = 450;
const SLACK_PX = 10;

/** Selects and opens: a mouse as on a desktop; a finger opens, or selects after it has rested on something. */
export class Press {
  /** @param {import("../files.js").FilesView} view */
  constructor(view) {
    this._view = view;
    this._pointer = "mouse";
    this._wasLong = false;
  }

  /**
   * @param {PointerEvent & { currentTarget: HTMLElement }} event
   * @param {Rest.Entry} entry
   */
  begin(event, entry) {
    this._pointer = event.pointerType;
    this._wasLong = false;
    if (event.pointerType !== "touch" || isControl(event)) return;
    const { clientX, clientY } = event;
    const timer = setTimeout(() => {
      stop.abort();
      this._wasLong = true;
      this._view.selection.toggle(entry.name);
      navigator.vibrate?.(10);
      redraw();
    }, LONG_MS);
    const stop = new AbortController();
    const cancel = () => { clearTimeout(timer); stop.abort(); };
    addEventListener("pointerup", cancel, { signal: stop.signal });
    addEventListener("pointercancel", cancel, { signal: stop.signal });
    addEventListener("pointermove", (move) => {
      if (Math.hypot(move.clientX - clientX, move.clientY - clientY) > SLACK_PX) cancel();
    }, { signal: stop.signal });
  }

  /**
   * @param {MouseEvent & { currentTarget: HTMLElement }} event
   * @param {Rest.Entry} entry
   */
  click(event, entry) {
    if (isControl(event)) return;
    const { selection, shown } = this._view;
    const isTouch = this._pointer === "touch";
    if (this._wasLong) {
      event.preventDefault();
      this._wasLong = false;
    } else if (event.shiftKey) {
      event.preventDefault();
      selection.extend(shown, entry.name);
    } else if (event.ctrlKey || event.metaKey || (isTouch && selection.size)) {
      event.preventDefault();
      selection.toggle(entry.name);
    } else if (!isLink(event)) {
      if (isTouch) this._view.open(entry);
      else selection.only(entry.name);
    }
  }

  /**
   * @param {MouseEvent} event
   * @param {Rest.Entry} entry
   */
  open(event, entry) {
    if (!isControl(event) && !isLink(event) && !event.shiftKey && !event.ctrlKey) this._view.open(entry);
  }

  /**
   * @param {MouseEvent} event
   * @param {Rest.Entry} entry
   */
  check(event, entry) {
    if (event.shiftKey) this._view.selection.extend(this._view.shown, entry.name);
    else this._view.selection.toggle(entry.name);
  }

  /**
   * @param {MouseEvent & { currentTarget: HTMLElement }} event
   * @param {Rest.Entry} entry
   */
  menu(event, entry) {
    if (event.target instanceof HTMLInputElement && event.target.type === "text") return;
    event.preventDefault();
    if (this._pointer === "touch") return; // a resting finger selects
    const { selection } = this._view;
    if (!selection.has(entry.name)) selection.only(entry.name);
    const isKey = event.clientX === 0 && event.clientY === 0;
    openMenuOf(this._view, "entries", isKey ? event.currentTarget : { x: event.clientX, y: event.clientY });
  }

  /**
   * @param {KeyboardEvent & { currentTarget: HTMLElement }} event
   * @param {Rest.Entry} entry
   */
  key(event, entry) {
    if (event.target !== event.currentTarget) return;
    this._pointer = "mouse";
    if (event.key === "Enter") this._view.open(entry);
    else if (event.key === " ") this._view.selection.toggle(entry.name);
    else return;
    event.preventDefault();
  }
}

/** @param {Event} event */
function isControl(event) {
  return Boolean(/** @type {Element} */ (event.target).closest("button, input"));
}

/** @param {Event} event */
function isLink(event) {
  return Boolean(/** @type {Element} */ (event.target).closest("a"));
}
