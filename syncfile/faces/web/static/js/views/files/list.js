/** The entries of a folder, as rows or as tiles. */

import { h, redraw } from "../../dom.js";
import { iconOf } from "../../files/kinds.js";
import { join } from "../../files/paths.js";
import { ago, dateTime, number, size, t } from "../../i18n.js";
import { icon } from "../../icons.js";
import { button } from "../../ui/button.js";
import { name } from "../../ui/parts.js";
import { VirtualList } from "../../ui/virtual-list.js";
import { look, sortBy, sortOrder } from "../files.js";
import { openMenuOf } from "./actions.js";
import { DRAGGED } from "./drops.js";
import { Press } from "./press.js";
import { thumbnail } from "./thumbnails.js";

/** @typedef {import("../files.js").FilesView} FilesView */

const TILE_WIDTH = 172;
const TILE_HEIGHT = 196;
const NARROW = matchMedia("(max-width: 52.49rem)");

/** Draws the list and takes what is done to it with a pointer. */
export class FileList {
  /** @param {FilesView} view */
  constructor(view) {
    this._view = view;
    this._width = 0;
    this._press = new Press(view);
    this._rows = new VirtualList({ rowHeight: () => (NARROW.matches ? 60 : 48) });
    this._tiles = new VirtualList({ rowHeight: () => TILE_HEIGHT, columns: () => this.columns });
  }

  /** How many stand beside each other. */
  get columns() {
    if (look.value === "list") return 1;
    return Math.max(Math.floor((this._width || innerWidth - 32) / (NARROW.matches ? 150 : TILE_WIDTH)), 2);
  }

  /**
   * Scrolls to an entry and gives it the focus.
   * @param {number} index
   */
  focus(index) {
    if (index < 0) return;
    (look.value === "grid" ? this._tiles : this._rows).reveal(index);
    redraw();
    requestAnimationFrame(() => requestAnimationFrame(() => {
      document.getElementById(`entry-${index}`)?.focus({ preventScroll: true });
    }));
  }

  render() {
    const view = this._view;
    const { shown } = view;
    const isGrid = look.value === "grid";
    const cursor = shown.some((entry) => entry.name === view.selection.cursor) ? view.selection.cursor : shown[0].name;
    /** @param {number} index */
    const item = (index) => this._renderItem(shown[index], index, cursor, isGrid);
    return h(
      "div",
      {
        key: look.value,
        class: `file-${look.value} ${view.selection.size ? "is-selecting" : ""}`,
        role: "grid",
        "aria-label": t("files.list"),
        "aria-multiselectable": "true",
        "aria-rowcount": shown.length + (isGrid ? 0 : 1),
        ref: (element) => this._measure(element),
      },
      !isGrid && renderColumns(view),
      (isGrid ? this._tiles : this._rows).render(shown.length, item, { role: "rowgroup" }),
    );
  }

  /** @param {HTMLElement} element */
  _measure(element) {
    const observer = new ResizeObserver(() => {
      if (this._width === element.clientWidth) return;
      this._width = element.clientWidth;
      redraw();
    });
    observer.observe(element);
    return () => observer.disconnect();
  }

  /**
   * @param {Rest.Entry} entry
   * @param {number} index
   * @param {string} cursor
   * @param {boolean} isGrid
   */
  _renderItem(entry, index, cursor, isGrid) {
    const view = this._view;
    const isSelected = view.selection.has(entry.name);
    const isCursor = entry.name === cursor;
    const isEdited = view.editor.isEditing(entry);
    return h(
      "div",
      {
        key: entry.name,
        id: `entry-${index}`,
        class: `file-row${isSelected ? " is-selected" : ""}`,
        role: "row",
        tabindex: isCursor ? 0 : -1,
        "aria-selected": isSelected,
        "aria-rowindex": index + (isGrid ? 1 : 2),
        draggable: isEdited ? undefined : "true",
        "data-drop": entry.type === "dir" ? join(view.path, entry.name) : undefined,
        onclick: (event) => this._press.click(event, entry),
        ondblclick: (event) => this._press.open(event, entry),
        onpointerdown: (event) => this._press.begin(event, entry),
        oncontextmenu: (event) => this._press.menu(event, entry),
        onkeydown: (event) => this._press.key(event, entry),
        ondragstart: (event) => drag(event, view, entry),
      },
      isGrid ? this._renderTile(entry, isCursor, isEdited) : this._renderCells(entry, isCursor, isEdited),
    );
  }

  /**
   * @param {Rest.Entry} entry
   * @param {boolean} isCursor
   * @param {boolean} isEdited
   */
  _renderCells(entry, isCursor, isEdited) {
    return [
      h("div", { class: "file-check", role: "gridcell" }, this._renderCheck(entry, isCursor)),
      h(
        "div",
        { class: "file-name", role: "gridcell" },
        this._renderPicture(entry),
        isEdited ? this._view.editor.render() : this._renderName(entry),
      ),
      h("div", { class: "file-size numbers", role: "gridcell" }, entry.type === "file" ? size(entry.size ?? 0) : ""),
      h("div", { class: "file-date", role: "gridcell", title: dateTime(entry.mtime) }, ago(entry.mtime)),
      h("div", { class: "file-more", role: "gridcell" }, this._renderMore(entry, isCursor)),
    ];
  }

  /**
   * @param {Rest.Entry} entry
   * @param {boolean} isCursor
   * @param {boolean} isEdited
   */
  _renderTile(entry, isCursor, isEdited) {
    return h(
      "div",
      { class: "tile", role: "gridcell" },
      h("div", { class: "tile-picture" }, this._renderPicture(entry)),
      h("div", { class: "tile-check" }, this._renderCheck(entry, isCursor)),
      h("div", { class: "tile-foot" }, isEdited ? this._view.editor.render() : this._renderName(entry), this._renderMore(entry, isCursor)),
    );
  }

  /**
   * @param {Rest.Entry} entry
   * @param {boolean} isCursor
   */
  _renderCheck(entry, isCursor) {
    return h("input", {
      type: "checkbox",
      class: "checkbox",
      tabindex: isCursor ? 0 : -1,
      checked: this._view.selection.has(entry.name),
      "aria-label": t("files.select", { name: entry.name }),
      onclick: (event) => this._press.check(event, entry),
    });
  }

  /** @param {Rest.Entry} entry */
  _renderPicture(entry) {
    const small = thumbnail(this._view.repoId, join(this._view.path, entry.name), entry);
    return h(
      "span",
      { class: `file-picture ${entry.type === "dir" ? "is-dir" : ""}` },
      small ? h("img", { src: small, alt: "", draggable: "false" }) : icon(iconOf(entry.name, entry.type)),
    );
  }

  /** @param {Rest.Entry} entry */
  _renderName(entry) {
    return h(
      "div",
      { class: "file-text" },
      h(
        "div",
        { class: "file-title" },
        h("a", { class: "file-link line", href: this._view.hrefOf(entry), tabindex: -1, draggable: "false", title: entry.name }, name(entry.name)),
        entry.starred && h("span", { class: "file-mark is-star", role: "img", "aria-label": t("files.starred") }, icon("star", { filled: true })),
        entry.is_locked && h("span", { class: "file-mark", role: "img", "aria-label": t("files.lockedBy", { name: entry.lock_owner ?? "" }), title: t("files.lockedBy", { name: entry.lock_owner ?? "" }) }, icon("lock")),
      ),
      h("div", { class: "file-detail", "aria-hidden": "true" }, entry.type === "file" && `${size(entry.size ?? 0)} · `, ago(entry.mtime)),
    );
  }

  /**
   * @param {Rest.Entry} entry
   * @param {boolean} isCursor
   */
  _renderMore(entry, isCursor) {
    return button({
      label: t("files.moreOf", { name: entry.name }),
      icon: "more",
      text: false,
      kind: "quiet",
      more: { tabindex: isCursor ? 0 : -1, "aria-haspopup": "menu" },
      run: (event) => {
        if (!this._view.selection.has(entry.name)) this._view.selection.only(entry.name);
        openMenuOf(this._view, "entries", event.currentTarget);
      },
    });
  }
}

/** @param {FilesView} view */
function renderColumns(view) {
  const { shown, selection } = view;
  const isAll = selection.size > 0 && shown.every((entry) => selection.has(entry.name));
  return h(
    "div",
    { class: "file-columns", role: "row", "aria-rowindex": 1 },
    h(
      "div",
      { class: "file-check", role: "columnheader" },
      h("input", {
        type: "checkbox",
        class: "checkbox",
        checked: isAll,
        indeterminate: selection.size > 0 && !isAll,
        "aria-label": t("files.selectAll", { count: shown.length }),
        onclick: () => (isAll ? selection.clear() : selection.all(shown)),
      }),
    ),
    renderColumn("name", t("files.name"), "file-name"),
    renderColumn("size", t("files.size"), "file-size"),
    renderColumn("mtime", t("files.changed"), "file-date"),
    h("div", { class: "file-more", role: "columnheader" }, h("span", { class: "said" }, t("files.count", { count: number(shown.length) }))),
  );
}

/**
 * @param {import("./folder.js").SortKey} key
 * @param {string} label
 * @param {string} className
 */
function renderColumn(key, label, className) {
  const isSorted = sortBy.value === key;
  const isDown = sortOrder.value === "down";
  return h(
    "div",
    { class: className, role: "columnheader", "aria-sort": isSorted ? (isDown ? "descending" : "ascending") : "none" },
    h(
      "button",
      { type: "button", class: "column-button", onclick: () => sort(key) },
      label,
      isSorted && h("span", { class: isDown ? "sort-mark" : "sort-mark is-up" }, icon("chevronDown")),
    ),
  );
}

/**
 * Sorts by a column; a second time the other way round. Sizes and dates begin with the largest.
 * @param {import("./folder.js").SortKey} key
 */
export function sort(key) {
  if (sortBy.value === key) sortOrder.value = sortOrder.value === "up" ? "down" : "up";
  else sortOrder.value = key === "name" ? "up" : "down";
  sortBy.value = key;
}

/**
 * @param {DragEvent} event
 * @param {FilesView} view
 * @param {Rest.Entry} entry
 */
function drag(event, view, entry) {
  if (!view.selection.has(entry.name)) view.selection.only(entry.name);
  event.dataTransfer?.setData(DRAGGED, "1");
  if (event.dataTransfer) event.dataTransfer.effectAllowed = "copyMove";
}
