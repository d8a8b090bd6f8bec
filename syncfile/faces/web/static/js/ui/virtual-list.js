/** Long lists: only the rows that can be seen are in the page, whatever their number. */

import { h, redraw } from "../dom.js";

const EXTRA_ROWS = 8; // above and below what can be seen, so that scrolling shows no gaps

/** Keeps track of which rows of a list can be seen; the window scrolls. */
export class VirtualList {
  /**
   * @param {object} options
   * @param {() => number} options.rowHeight In pixels, the same for all rows.
   * @param {() => number} [options.columns] Items in one row.
   */
  constructor({ rowHeight, columns = () => 1 }) {
    this._rowHeight = rowHeight;
    this._columns = columns;
    /** @type {HTMLElement | null} */
    this._element = null;
    this._first = 0;
    this._last = 40;
    this._measure = this._measure.bind(this);
  }

  /**
   * @param {number} count Of all items.
   * @param {(index: number) => VNode} item Has to give its element a key.
   * @param {Props} [props] Of the element around them, such as its role.
   * @returns {VNode}
   */
  render(count, item, props = {}) {
    const columns = this._columns();
    const height = this._rowHeight();
    const rows = Math.ceil(count / columns);
    const first = Math.min(this._first, Math.max(rows - 1, 0));
    const items = [];
    for (let index = first * columns; index < Math.min(count, this._last * columns); index++) items.push(item(index));
    return h(
      "div",
      { ...props, class: `virtual ${props.class ?? ""}`, style: { height: `${rows * height}px` }, ref: (element) => this._attach(element) },
      h("div", { class: "virtual-rows", role: "presentation", style: { transform: `translateY(${first * height}px)`, "--columns": String(columns) } }, items),
    );
  }

  /**
   * Scrolls so that an item can be seen, if it cannot be seen already.
   * @param {number} index
   */
  reveal(index) {
    if (!this._element) return;
    const height = this._rowHeight();
    const top = this._element.getBoundingClientRect().top + Math.floor(index / this._columns()) * height;
    const margin = height * 2; // bars cover the edges of the window
    if (top < margin) scrollBy(0, top - margin);
    else if (top + height > innerHeight - margin) scrollBy(0, top + height + margin - innerHeight);
    this._measure();
  }

  /** @param {HTMLElement} element */
  _attach(element) {
    this._element = element;
    addEventListener("scroll", this._measure, { passive: true });
    addEventListener("resize", this._measure, { passive: true });
    this._measure();
    return () => {
      this._element = null;
      removeEventListener("scroll", this._measure);
      removeEventListener("resize", this._measure);
    };
  }

  _measure() {
    if (!this._element) return;
    const height = this._rowHeight();
    const above = -this._element.getBoundingClientRect().top;
    const first = Math.max(Math.floor(above / height) - EXTRA_ROWS, 0);
    const last = Math.max(Math.ceil((above + innerHeight) / height) + EXTRA_ROWS, first + 1);
    if (Math.abs(first - this._first) < EXTRA_ROWS / 2 && Math.abs(last - this._last) < EXTRA_ROWS / 2) return;
    this._first = first;
    this._last = last;
    redraw();
  }
}
