/** Dragging: files from outside onto the page, entries onto folders; and pasting files. */

import { report } from "../../errors.js";
import { t } from "../../i18n.js";
import { nameOf } from "../../files/paths.js";
import { addDropped, addFiles } from "../../upload/choose.js";
import { transfer } from "./actions.js";

/** The type of what is dragged within the page. */
export const DRAGGED = "application/x-syncfile-entries";

/** @typedef {import("../files.js").FilesView} FilesView */

/**
 * Takes what is dropped and pasted as long as the element is in the page.
 * @param {HTMLElement} element
 * @param {FilesView} view
 */
export function attachDrops(element, view) {
  const drops = new Drops(element, view);
  const stop = new AbortController();
  const { signal } = stop;
  addEventListener("dragover", (event) => drops.over(event), { signal });
  addEventListener("dragleave", (event) => { if (!event.relatedTarget) drops.clear(); }, { signal });
  addEventListener("dragend", () => drops.clear(), { signal });
  addEventListener("drop", (event) => drops.drop(event), { signal });
  addEventListener("paste", (event) => paste(event, view), { signal });
  return () => stop.abort();
}

/** Marks by hand where something would be dropped: this happens many times a second. */
class Drops {
  /**
   * @param {HTMLElement} element
   * @param {FilesView} view
   */
  constructor(element, view) {
    this._element = element;
    this._view = view;
    /** @type {Element | null} */
    this._marked = null;
  }

  /** @param {DragEvent} event */
  over(event) {
    const { dataTransfer } = event;
    if (!dataTransfer || !this._view.mayWrite) return;
    const isOurs = dataTransfer.types.includes(DRAGGED);
    if (!isOurs && !dataTransfer.types.includes("Files")) return;
    const place = this._placeOf(event, isOurs);
    this._mark(place?.element ?? null, place?.path ?? "");
    if (!place) return;
    event.preventDefault();
    dataTransfer.dropEffect = isOurs && !event.ctrlKey ? "move" : "copy";
  }

  /** @param {DragEvent} event */
  async drop(event) {
    const { dataTransfer } = event;
    this.clear();
    if (!dataTransfer || !this._view.mayWrite) return;
    const isOurs = dataTransfer.types.includes(DRAGGED);
    const place = this._placeOf(event, isOurs);
    if (!place || (!isOurs && !dataTransfer.types.includes("Files"))) return;
    event.preventDefault();
    try {
      const { repoId, selected } = this._view;
      if (!isOurs) await addDropped(repoId, place.path, dataTransfer);
      else await transfer(this._view, selected, event.ctrlKey ? "copy" : "move", { repoId, path: place.path });
    } catch (error) {
      report(error);
    }
  }

  clear() {
    this._mark(null, "");
  }

  /**
   * @param {DragEvent} event
   * @param {boolean} isOurs
   * @returns {{ element: Element, path: string } | null}
   */
  _placeOf(event, isOurs) {
    const target = event.target instanceof Element ? event.target.closest("[data-drop]") : null;
    const path = target?.getAttribute("data-drop");
    if (target && path && this._element.contains(target)) {
      const isItself = isOurs && (target.classList.contains("is-selected") || path === this._view.path);
      return isItself ? null : { element: target, path };
    }
    return isOurs ? null : { element: this._element, path: this._view.path };
  }

  /**
   * @param {Element | null} element
   * @param {string} path
   */
  _mark(element, path) {
    if (this._marked === element) return;
    this._marked?.classList.remove("is-target");
    this._marked = element;
    element?.classList.add("is-target");
    this._element.dataset.hint = element ? t("files.dropHint", { folder: nameOf(path) || this._view.folder.repo?.name || "" }) : "";
  }
}

/**
 * @param {ClipboardEvent} event
 * @param {FilesView} view
 */
function paste(event, view) {
  const files = [...(event.clipboardData?.files ?? [])];
  if (!files.length || !view.mayWrite || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  addFiles(view.repoId, view.path, files.map((file) => ({ file, folder: "" }))).catch(report);
}
