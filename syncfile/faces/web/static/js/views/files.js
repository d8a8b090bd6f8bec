/** A folder of a library. */

import { ApiError, get } from "../api.js";
import { h, redraw } from "../dom.js";
import { errorText } from "../errors.js";
import { folderOf, join, nameOf } from "../files/paths.js";
import { UnlockForm } from "../files/unlock.js";
import { t } from "../i18n.js";
import { remembered } from "../preferences.js";
import { go, href, hrefOfPath } from "../router.js";
import { refreshUsage } from "../session.js";
import { finished } from "../upload/queue.js";
import { button } from "../ui/button.js";
import { emptyState, name, skeletonRows } from "../ui/parts.js";
import { openMenuOf } from "./files/actions.js";
import { attachDrops } from "./files/drops.js";
import { Folder } from "./files/folder.js";
import { shortcutsOf } from "./files/keys.js";
import { FileList } from "./files/list.js";
import { NameEditor } from "./files/name-editor.js";
import { Selection, indexOf } from "./files/selection.js";
import { stopThumbnails } from "./files/thumbnails.js";
import { renderBar, renderCrumbs } from "./files/toolbar.js";

/** How all folders are shown. */
export const look = remembered("files.look", ["list", "grid"]);
export const sortBy = remembered("files.sort", ["name", "size", "mtime"]);
export const sortOrder = remembered("files.order", ["up", "down"]);

/** Where each folder was scrolled to. @type {Map<string, number>} */
const scrolled = new Map();

/** @param {ViewContext} context */
export function show(context) {
  return new FilesView(context);
}

/** @implements {View} */
export class FilesView {
  /** @param {ViewContext} context */
  constructor({ params, query }) {
    this.selection = new Selection();
    this.filter = "";
    this.list = new FileList(this);
    this.editor = new NameEditor(this);
    this.shortcuts = shortcutsOf(this);
    this._stop = finished.subscribe((place) => this._uploaded(place));
    this._timer = 0;
    this._unlock = new UnlockForm(params.id, () => this.reload());
    this.folder = this._open(params, query.get("select") ?? "");
  }

  get repoId() {
    return this.folder.repoId;
  }

  get path() {
    return this.folder.path;
  }

  get mayWrite() {
    return this.folder.mayWrite;
  }

  /** What is to be seen, in its order. */
  get shown() {
    return this.folder.shown(sortBy.value, sortOrder.value === "down", this.filter);
  }

  /** What the next action is about, in the order of the list. */
  get selected() {
    return this.shown.filter((entry) => this.selection.has(entry.name));
  }

  title() {
    return nameOf(this.path) || this.folder.repo?.name || "";
  }

  /** @param {ViewContext} context */
  update({ params, query }) {
    const path = `/${params.path}`;
    if (params.id === this.repoId && path === this.path) return;
    scrolled.set(`${this.repoId}${this.path}`, scrollY);
    const cameFrom = params.id === this.repoId && folderOf(this.path) === path ? nameOf(this.path) : "";
    stopThumbnails();
    this.selection = new Selection();
    this.filter = "";
    this.editor.stop();
    scrollTo(0, 0);
    this.folder = this._open(params, query.get("select") ?? cameFrom);
  }

  leave() {
    this._stop();
    clearTimeout(this._timer);
    stopThumbnails();
    scrolled.set(`${this.repoId}${this.path}`, scrollY);
  }

  /** Fetches the folder again, and keeps what is selected. */
  async reload() {
    refreshUsage();
    await this.folder.load();
    this.selection.keep(this.folder.entries);
    redraw();
  }

  /**
   * Shows an entry and puts the keyboard there.
   * @param {string} entryName
   */
  reveal(entryName) {
    this.selection.only(entryName);
    this.list.focus(indexOf(this.shown, entryName));
  }

  /**
   * The address of what an entry leads to.
   * @param {Rest.Entry} entry
   */
  hrefOf(entry) {
    const path = join(this.path, entry.name);
    return entry.type === "dir" ? hrefOfPath(this.repoId, path) : href("file", this.repoId, ...path.split("/").slice(1));
  }

  /** @param {Rest.Entry} entry */
  open(entry) {
    go(this.hrefOf(entry));
  }

  render() {
    const { folder } = this;
    return h(
      "div",
      { class: "page files", ref: (element) => attachDrops(element, this) },
      h("header", { class: "files-head" }, renderCrumbs(this), folder.repo && !folder.isLocked && renderBar(this)),
      this._renderContent(),
    );
  }

  /** @returns {Child} */
  _renderContent() {
    const { folder } = this;
    if (folder.isLocked) return this._unlock.render();
    if (folder.error && !folder.entries.length) return renderError(folder);
    if (!folder.isComplete && !folder.entries.length) return h("div", { key: "outline" }, skeletonRows(6));
    if (!folder.entries.length) return this._renderEmpty();
    if (!this.shown.length) {
      return emptyState({
        icon: "search",
        title: t("files.noMatch"),
        action: button({ label: t("files.showAll"), run: () => { this.filter = ""; } }),
      });
    }
    return this.list.render();
  }

  _renderEmpty() {
    return emptyState({
      icon: "folder",
      title: t("files.empty"),
      text: this.mayWrite ? t(isTouched() ? "files.emptyTouch" : "files.emptyText") : undefined,
      action: this.mayWrite && button({ label: t("files.upload"), icon: "upload", run: (event) => openMenuOf(this, "upload", event.currentTarget) }),
    });
  }

  /**
   * @param {Record<string, string>} params
   * @param {string} focused
   */
  _open({ id, path }, focused) {
    const folder = new Folder(id, `/${path}`);
    this._unlock = new UnlockForm(id, () => this.reload());
    this._load(folder, focused);
    return folder;
  }

  /**
   * @param {Folder} folder
   * @param {string} focused
   */
  async _load(folder, focused) {
    await folder.load();
    if (folder !== this.folder) return;
    if (folder.error instanceof ApiError && folder.error.status === 404 && (await isFile(folder))) {
      if (folder === this.folder) go(href("file", folder.repoId, ...folder.path.split("/").slice(1)), { replace: true });
      return;
    }
    requestAnimationFrame(() => {
      const top = scrolled.get(`${folder.repoId}${folder.path}`);
      if (top) scrollTo(0, top);
      if (focused && folder.find(focused)) this.reveal(focused);
    });
  }

  /** @param {{ repoId: string, folder: string } | null} place Where an upload has ended. */
  _uploaded(place) {
    if (place?.repoId !== this.repoId || !`${place.folder}/`.startsWith(this.path === "/" ? "/" : `${this.path}/`)) return;
    // Many small files end in one second.
    if (!this._timer) this._timer = setTimeout(() => { this._timer = 0; this.reload(); }, 700);
  }
}

/** Whether there is nothing to drag with. */
function isTouched() {
  return matchMedia("(hover: none)").matches;
}

/** @param {Folder} folder */
async function isFile(folder) {
  if (folder.path === "/" || !folder.repo) return false;
  try {
    await get(`/v1/repos/${folder.repoId}/files/`, { p: folder.path });
    return true;
  } catch {
    return false;
  }
}

/** @param {Folder} folder */
function renderError(folder) {
  const isGone = folder.error instanceof ApiError && folder.error.status === 404;
  return emptyState({
    icon: "warning",
    title: isGone ? t("files.gone") : t("failed.title"),
    text: isGone ? name(nameOf(folder.path)) : errorText(folder.error),
    action: isGone && folder.repo
      ? button({ label: t("files.toLibrary"), href: hrefOfPath(folder.repoId, "/") })
      : button({ label: t("retry"), run: () => folder.load() }),
  });
}
