/** Where the files of an upload come from: a dialog of the browser, something dropped, the clipboard. */

import { ApiError, get, post } from "../api.js";
import { report } from "../errors.js";
import { join } from "../files/paths.js";
import { t } from "../i18n.js";
import { toast } from "../ui/toast.js";
import { askConflicts } from "./conflicts.js";
import { enqueue } from "./queue.js";

/** @typedef {{ file: File, folder: string, handle?: FileSystemFileHandle }} Chosen `folder` is a path below the target, "" for it. */

/**
 * Has the user choose files, or a folder with all that is in it.
 * @param {string} repoId
 * @param {string} path
 * @param {"files" | "folder"} what
 */
export function choose(repoId, path, what) {
  const input = document.createElement("input");
  input.type = "file";
  input.multiple = true;
  if (what === "folder") input.webkitdirectory = true;
  input.onchange = () => {
    const files = [...(input.files ?? [])];
    addFiles(repoId, path, files.map((file) => ({ file, folder: file.webkitRelativePath.split("/").slice(0, -1).join("/") }))).catch(report);
  };
  input.click();
}

/**
 * Has the user choose one file again.
 * @returns {Promise<File[]>}
 */
export function chooseAgain() {
  return new Promise((resolve) => {
    const input = document.createElement("input");
    input.type = "file";
    input.multiple = true;
    input.onchange = () => resolve([...(input.files ?? [])]);
    input.oncancel = () => resolve([]);
    input.click();
  });
}

/**
 * Uploads what was dropped, folders with all that is in them.
 * @param {string} repoId
 * @param {string} path
 * @param {DataTransfer} dataTransfer
 */
export async function addDropped(repoId, path, dataTransfer) {
  // All has to be asked for at once: after the event there is nothing there any more.
  const items = [...dataTransfer.items].filter((item) => item.kind === "file");
  const found = items.map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile(), handle: handleOf(item) }));
  /** @type {Chosen[]} */
  const chosen = [];
  /** @type {string[]} */
  const folders = [];
  for (const { entry, file, handle } of found) {
    if (entry?.isDirectory) await walk(/** @type {FileSystemDirectoryEntry} */ (entry), entry.name, chosen, folders);
    else if (file) chosen.push({ file, folder: "", handle: (await handle) ?? undefined });
  }
  await addFiles(repoId, path, chosen, folders);
}

/**
 * @param {DataTransferItem} item
 * @returns {Promise<FileSystemFileHandle | null>} Null where the browser gives no access that lasts.
 */
async function handleOf(item) {
  try {
    const handle = await /** @type {any} */ (item).getAsFileSystemHandle?.();
    return handle?.kind === "file" ? handle : null;
  } catch {
    return null;
  }
}

/**
 * @param {FileSystemDirectoryEntry} directory
 * @param {string} folder
 * @param {Chosen[]} chosen
 * @param {string[]} folders
 */
async function walk(directory, folder, chosen, folders) {
  folders.push(folder);
  const reader = directory.createReader();
  for (;;) {
    /** @type {FileSystemEntry[]} */
    const entries = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!entries.length) return;
    for (const entry of entries) {
      if (entry.isDirectory) await walk(/** @type {FileSystemDirectoryEntry} */ (entry), join(folder, entry.name), chosen, folders);
      else chosen.push({ file: await new Promise((resolve, reject) => /** @type {FileSystemFileEntry} */ (entry).file(resolve, reject)), folder });
    }
  }
}

/**
 * Uploads files into a folder and those below it, after it was asked what becomes of names that are taken.
 * @param {string} repoId
 * @param {string} path
 * @param {Chosen[]} chosen
 * @param {string[]} [folders] Also made if they are empty.
 */
export async function addFiles(repoId, path, chosen, folders = []) {
  if (!chosen.length && !folders.length) return;
  const { startTray } = await import("./tray.js"); // with the texts of what follows
  await startTray();
  const taken = await takenNames(repoId, path, new Set(chosen.map(({ folder }) => folder)));
  const conflicts = chosen.filter(({ file, folder }) => taken.has(join(folder || "/", file.name.normalize("NFC"))));
  const answers = await askConflicts(conflicts.map(({ file }) => file));
  if (!answers) return;
  const skipped = new Set(conflicts.filter((_, index) => answers[index] === "skip"));
  const replaced = new Set(conflicts.filter((_, index) => answers[index] === "replace"));
  const left = chosen.filter((item) => !skipped.has(item));
  await makeFolders(repoId, path, [...folders, ...left.map(({ folder }) => folder)]);
  await enqueue(left.map((item) => ({ repoId, folder: join(path, item.folder), file: item.file, handle: item.handle, replace: replaced.has(item) })));
  if (!left.length && chosen.length) toast(t("upload.nothing"));
}

/**
 * Returns the paths below the target that have files already.
 * @param {string} repoId
 * @param {string} path
 * @param {Set<string>} folders
 */
async function takenNames(repoId, path, folders) {
  /** @type {Set<string>} */
  const taken = new Set();
  /** @type {Rest.Entry[]} */
  const here = await get(`/v1/repos/${repoId}/dirs/`, { p: path });
  for (const { name, type } of here) if (type === "file") taken.add(join("/", name));
  const tops = new Set([...folders].map((folder) => folder.split("/")[0]));
  for (const { name } of here.filter((entry) => entry.type === "dir" && tops.has(entry.name))) {
    /** @type {Rest.Entry[]} */
    const below = await get(`/v1/repos/${repoId}/dirs/`, { p: join(path, name), t: "f", recursive: 1 });
    const cut = path === "/" ? 1 : path.length + 1;
    for (const entry of below) taken.add(join((entry.parent_dir ?? "").slice(cut), entry.name));
  }
  return taken;
}

/**
 * @param {string} repoId
 * @param {string} path
 * @param {string[]} folders
 */
async function makeFolders(repoId, path, folders) {
  const all = new Set(folders.filter(Boolean));
  // Making the deepest ones makes those above them.
  const deepest = [...all].filter((folder) => ![...all].some((other) => other.startsWith(`${folder}/`)));
  for (const folder of deepest) {
    try {
      await post(`/v1/repos/${repoId}/dirs/`, {}, { p: join(path, folder), parents: 1 });
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 409) throw error;
    }
  }
}
