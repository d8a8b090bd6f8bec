/** What can be done with a folder and with the entries in it. */

import { del, post } from "../../api.js";
import { redraw } from "../../dom.js";
import { addressOfFile, addressOfZip, save } from "../../files/bytes.js";
import { join, nameOf } from "../../files/paths.js";
import { t } from "../../i18n.js";
import { account } from "../../session.js";
import { go, href } from "../../router.js";
import { shareItem } from "../../sharing/menu-item.js";
import { choose } from "../../upload/choose.js";
import { askForm } from "../../ui/dialog.js";
import { openMenu } from "../../ui/menu.js";
import { toast } from "../../ui/toast.js";
import { sortBy, sortOrder } from "../files.js";
import { sort } from "./list.js";
import { pickFolder } from "./picker.js";

/** @typedef {import("../files.js").FilesView} FilesView */
/** @typedef {"upload" | "new" | "sort" | "folder" | "entries"} MenuName */

const MOST_PATHS = 1000; // that one request may name

/**
 * @param {FilesView} view
 * @param {MenuName} menu
 * @param {Element | { x: number, y: number }} anchor
 */
export function openMenuOf(view, menu, anchor) {
  const [entries, label] = MENUS[menu](view);
  openMenu(anchor, entries, { label });
}

/** @type {Record<MenuName, (view: FilesView) => [(import("../../ui/menu.js").MenuEntry | false)[], string]>} */
const MENUS = {
  upload: (view) => [
    [
      { label: t("files.upload.files"), icon: "file", run: () => choose(view.repoId, view.path, "files") },
      { label: t("files.upload.folder"), icon: "folder", run: () => choose(view.repoId, view.path, "folder") },
    ],
    t("files.upload"),
  ],
  new: (view) => [
    [
      { label: t("files.newFolder"), icon: "newFolder", hint: "n", run: () => newFolder(view) },
      { label: t("files.newText"), icon: "document", run: () => newText(view) },
    ],
    t("files.new"),
  ],
  sort: () => [
    [
      ...["name", "size", "mtime"].map((key) => ({
        label: t(`files.sort.${key}`),
        checked: sortBy.value === key,
        run: () => { if (sortBy.value !== key) sort(/** @type {import("./folder.js").SortKey} */ (key)); },
      })),
      null,
      { label: t("files.sort.up"), checked: sortOrder.value === "up", run: () => { sortOrder.value = "up"; } },
      { label: t("files.sort.down"), checked: sortOrder.value === "down", run: () => { sortOrder.value = "down"; } },
    ],
    t("files.sort"),
  ],
  folder: (view) => [
    [
      { label: t("files.downloadAll"), icon: "download", run: async () => save(await addressOfZip(view.repoId, view.path)) },
      { label: t("files.selectAllHere"), icon: "check", hint: "Ctrl A", run: () => { view.selection.all(view.shown); redraw(); } },
      share(view),
      null,
      { label: t(view.path === "/" ? "files.history" : "files.historyHere"), icon: "history", href: hrefOfHistory(view, view.path) },
      { label: t("files.trash"), icon: "trash", href: href("trash", view.repoId) },
    ],
    t("files.moreHere"),
  ],
  entries: (view) => [entriesMenu(view), view.selection.size === 1 ? view.selected[0].name : t("files.selected", { count: view.selection.size })],
};

/** @param {FilesView} view */
function entriesMenu(view) {
  const entries = view.selected;
  const [one] = entries;
  const isOne = entries.length === 1;
  const isFile = isOne && one.type === "file";
  const writes = view.mayWrite;
  const starred = entries.every((entry) => entry.starred);
  /** @type {(import("../../ui/menu.js").MenuEntry | false)[]} */
  const menu = [
    isOne && { label: t("files.do.open"), icon: isFile ? "document" : "folder", hint: "↵", run: () => view.open(one) },
    { label: t("files.do.download"), icon: "download", run: () => download(view, entries) },
    isOne && share(view, one),
    { label: t(starred ? "files.do.unstar" : "files.do.star"), icon: "star", run: () => star(view, entries, !starred) },
    null,
    isOne && writes && { label: t("rename"), icon: "edit", hint: "F2", run: () => view.editor.begin(one) },
    { label: t("files.do.copyTo"), icon: "copy", run: () => moveOrCopy(view, entries, "copy") },
    writes && { label: t("files.do.moveTo"), icon: "move", run: () => moveOrCopy(view, entries, "move") },
    isOne && !isFile && { label: t("files.do.history"), icon: "history", href: hrefOfHistory(view, join(view.path, one.name)) },
    isFile && { label: t("files.do.versions"), icon: "history", href: href("versions", view.repoId, ...join(view.path, one.name).split("/").slice(1)) },
    isFile && writes && lockItem(view, one),
    writes && null,
    writes && { label: t("delete"), icon: "trash", hint: "Del", danger: true, run: () => askDelete(view, entries) },
  ];
  return menu;
}

/**
 * @param {FilesView} view
 * @param {string} folder
 */
function hrefOfHistory(view, folder) {
  return href("history", view.repoId, ...folder.split("/").filter(Boolean));
}

/**
 * @param {FilesView} view
 * @param {Rest.Entry} [entry] Without it, the folder itself is shared.
 */
function share(view, entry) {
  const { repo } = view.folder;
  const path = entry ? join(view.path, entry.name) : view.path;
  return repo !== null && shareItem({ repo, path, isDir: entry?.type !== "file", name: nameOf(path) || repo.name });
}

/**
 * @param {FilesView} view
 * @param {Rest.Entry} entry
 * @returns {import("../../ui/menu.js").MenuItem}
 */
function lockItem(view, entry) {
  const action = entry.is_locked ? "unlock" : "lock";
  const isForeign = entry.is_locked && entry.lock_owner !== account().username && view.folder.repo?.owner !== account().username;
  return {
    label: t(`files.do.${action}`),
    icon: action,
    disabled: Boolean(isForeign),
    run: async () => {
      await post(`/v1/repos/${view.repoId}/files/action/`, { action }, { p: join(view.path, entry.name) });
      await view.reload();
    },
  };
}

/** @param {FilesView} view */
export async function newFolder(view) {
  const values = await askForm({
    title: t("files.newFolder"),
    fields: () => [{ name: "name", label: t("files.name"), required: true, focus: true, maxlength: 255, check: checkName }],
    action: t("files.create"),
    run: ({ name }) => post(`/v1/repos/${view.repoId}/dirs/`, {}, { p: join(view.path, name.trim()) }),
  });
  if (values) await showNew(view, values.name.trim());
}

/** @param {FilesView} view */
async function newText(view) {
  const values = await askForm({
    title: t("files.newText"),
    fields: () => [
      { name: "name", label: t("files.name"), value: t("files.newTextName"), required: true, focus: true, select: "stem", maxlength: 255, check: checkName },
    ],
    action: t("files.create"),
    run: ({ name }) => post(`/v1/repos/${view.repoId}/files/`, {}, { p: join(view.path, name.trim()) }),
  });
  if (!values) return;
  await showNew(view, values.name.trim());
  go(href("file", view.repoId, ...join(view.path, values.name.trim()).split("/").slice(1), { edit: "1" }));
}

/** @param {Record<string, string>} values */
function checkName({ name }) {
  return name.includes("/") ? t("files.noSlash") : "";
}

/**
 * @param {FilesView} view
 * @param {string} entryName
 */
async function showNew(view, entryName) {
  view.filter = "";
  await view.reload();
  view.reveal(entryName.normalize("NFC"));
}

/**
 * @param {FilesView} view
 * @param {Rest.Entry[]} entries
 */
export async function download({ repoId, path, folder }, entries) {
  const [one] = entries;
  if (entries.length === 1 && one.type === "file") save(await addressOfFile(repoId, join(path, one.name)));
  else if (entries.length === 1) save(await addressOfZip(repoId, join(path, one.name)));
  else if (entries.length === folder.entries.length) save(await addressOfZip(repoId, path));
  else save(await addressOfZip(repoId, path, entries.map((entry) => entry.name)));
}

/**
 * @param {FilesView} view
 * @param {Rest.Entry[]} entries
 * @param {boolean} isOn
 */
async function star(view, entries, isOn) {
  for (const entry of entries) {
    const place = { repo_id: view.repoId, p: join(view.path, entry.name) };
    if (isOn) await post("/v1/starred/", place);
    else await del("/v1/starred/", place);
  }
  await view.reload();
}

/**
 * Deletes at once, and offers to undo.
 * @param {FilesView} view
 * @param {Rest.Entry[]} entries
 */
export async function askDelete(view, entries) {
  if (!entries.length) return;
  const { repoId, path } = view;
  const paths = entries.map((entry) => join(path, entry.name));
  for (const some of slices(paths)) await post(`/v1/repos/${repoId}/batch/`, { action: "delete", paths: some });
  view.selection.clear();
  await view.reload();
  const text = entries.length === 1 ? t("files.deletedOne", { name: entries[0].name }) : t("files.deleted", { count: entries.length });
  toast(text, { action: { label: t("undo"), run: () => restore(view, repoId, paths) } });
}

/**
 * @param {FilesView} view
 * @param {string} repoId
 * @param {string[]} paths
 */
async function restore(view, repoId, paths) {
  for (const some of slices(paths)) await post(`/v1/repos/${repoId}/batch/`, { action: "restore", paths: some });
  await view.reload();
}

/**
 * Asks for a folder, and copies or moves there.
 * @param {FilesView} view
 * @param {Rest.Entry[]} entries
 * @param {"copy" | "move"} action
 */
export async function moveOrCopy(view, entries, action) {
  if (!entries.length) return;
  const { repoId, path } = view;
  await pickFolder({
    title: t(`files.${action}Title`, { count: entries.length }),
    action: t(`files.${action}Here`),
    repoId,
    path,
    sources: entries.filter((entry) => entry.type === "dir").map((entry) => join(path, entry.name)),
    mayStay: action === "copy",
    run: (target) => transfer(view, entries, action, target),
  });
}

/**
 * @param {FilesView} view
 * @param {Rest.Entry[]} entries
 * @param {"copy" | "move"} action
 * @param {{ repoId: string, path: string }} target
 */
export async function transfer(view, entries, action, target) {
  const { repoId, path } = view;
  const paths = entries.map((entry) => join(path, entry.name));
  /** @type {string[]} */
  const now = [];
  for (const some of slices(paths)) {
    const body = { action, paths: some, dst_repo_id: target.repoId, dst_dir: target.path, autorename: true };
    now.push(...(await post(`/v1/repos/${repoId}/batch/`, body)).paths);
  }
  view.selection.clear();
  await view.reload();
  const isRenamed = now.some((path_, index) => nameOf(path_) !== nameOf(paths[index]));
  const text = t(action === "move" ? "files.moved" : "files.copied", { count: entries.length, folder: nameOf(target.path) || t("files.library") });
  const undo = { label: t("undo"), run: () => moveBack(view, target.repoId, now, repoId, path) };
  toast(text, action === "move" && !isRenamed ? { action: undo } : {});
}

/**
 * @param {FilesView} view
 * @param {string} fromRepo
 * @param {string[]} paths
 * @param {string} toRepo
 * @param {string} folder
 */
async function moveBack(view, fromRepo, paths, toRepo, folder) {
  for (const some of slices(paths)) {
    await post(`/v1/repos/${fromRepo}/batch/`, { action: "move", paths: some, dst_repo_id: toRepo, dst_dir: folder });
  }
  await view.reload();
}

/** @param {string[]} paths */
function slices(paths) {
  return Array.from({ length: Math.ceil(paths.length / MOST_PATHS) }, (_, index) => paths.slice(index * MOST_PATHS, (index + 1) * MOST_PATHS));
}
