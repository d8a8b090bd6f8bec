/** The keys of a folder's list. */

import { folderOf } from "../../files/paths.js";
import { go, hrefOfPath } from "../../router.js";
import { askDelete, download, moveOrCopy, newFolder } from "./actions.js";

/** @typedef {import("../files.js").FilesView} FilesView */

const PAGE_ROWS = 10;

/**
 * @param {FilesView} view
 * @returns {Shortcut[]}
 */
export function shortcutsOf(view) {
  return [
    ...stepsOf(view),
    { keys: "Ctrl+a", text: "files.keys.all", run: () => view.selection.all(view.shown) },
    { keys: "Escape", text: "files.keys.none", run: () => view.selection.clear() },
    { keys: "F2", text: "files.keys.rename", run: () => rename(view) },
    { keys: "Delete", text: "files.keys.delete", run: () => { if (view.mayWrite) askDelete(view, view.selected); } },
    { keys: "Ctrl+c", text: "files.keys.copy", run: () => { if (view.selection.size) moveOrCopy(view, view.selected, "copy"); } },
    { keys: "Ctrl+x", text: "files.keys.move", run: () => { if (view.selection.size && view.mayWrite) moveOrCopy(view, view.selected, "move"); } },
    { keys: "Ctrl+s", text: "files.keys.download", run: () => { if (view.selection.size) download(view, view.selected); } },
    { keys: "n", text: "files.keys.newFolder", run: () => { if (view.mayWrite) newFolder(view); } },
    { keys: "Backspace", text: "files.keys.up", run: () => { if (view.path !== "/") go(hrefOfPath(view.repoId, folderOf(view.path))); } },
  ];
}

/** @param {FilesView} view */
function rename(view) {
  const [entry] = view.selected;
  if (entry && view.mayWrite) view.editor.begin(entry);
}

/**
 * @param {FilesView} view
 * @returns {Shortcut[]}
 */
function stepsOf(view) {
  /** @type {[string, () => number][]} */
  const steps = [
    ["ArrowDown", () => view.list.columns],
    ["ArrowUp", () => -view.list.columns],
    ["PageDown", () => PAGE_ROWS * view.list.columns],
    ["PageUp", () => -PAGE_ROWS * view.list.columns],
    ["Home", () => -Infinity],
    ["End", () => Infinity],
    ["ArrowRight", () => (view.list.columns > 1 ? 1 : 0)],
    ["ArrowLeft", () => (view.list.columns > 1 ? -1 : 0)],
  ];
  return steps.flatMap(([keys, step]) => [
    { keys, run: () => move(view, step(), false) },
    { keys: `Shift+${keys}`, run: () => move(view, step(), true) },
  ]);
}

/**
 * @param {FilesView} view
 * @param {number} step
 * @param {boolean} isExtending
 */
function move(view, step, isExtending) {
  if (!step) return;
  view.list.focus(view.selection.move(view.shown, step, isExtending));
}
