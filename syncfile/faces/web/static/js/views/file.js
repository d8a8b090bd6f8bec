/** One file: seen, heard, read or edited. */

import { get } from "../api.js";
import { h } from "../dom.js";
import { addressOfFile, save } from "../files/bytes.js";
import { kindOf } from "../files/kinds.js";
import { folderOf, nameOf } from "../files/paths.js";
import { UnlockForm, isLocked } from "../files/unlock.js";
import { size, t } from "../i18n.js";
import { remembered } from "../preferences.js";
import { go, href, hrefOfPath } from "../router.js";
import { shareItem } from "../sharing/menu-item.js";
import { Loaded } from "../state.js";
import { button } from "../ui/button.js";
import { name, whenLoaded } from "../ui/parts.js";
import { ImageViewer } from "../viewers/image.js";
import { MediaViewer } from "../viewers/media.js";
import { OtherViewer } from "../viewers/other.js";
import { PdfViewer } from "../viewers/pdf.js";
import { TextViewer } from "../viewers/text.js";
import { sorted } from "./files/folder.js";

const sortBy = remembered("files.sort", ["name", "size", "mtime"]);
const sortOrder = remembered("files.order", ["up", "down"]);

/**
 * @typedef {object} Shown What a viewer is given.
 * @property {string} repoId
 * @property {string} path
 * @property {Rest.Entry} entry
 * @property {Rest.Repo} repo
 * @property {string} address Of its bytes.
 * @property {boolean} isEditing Whether it begins with the editor.
 * @property {(step: number) => void} step Goes to a neighbour in the folder.
 */

/**
 * @typedef {object} Viewer
 * @property {() => Child} render
 * @property {() => Child} [actions] Buttons at the top.
 * @property {() => void} [leave]
 * @property {boolean} [isEditing] Whether there is something to save first.
 */

/** @type {Record<import("../files/kinds.js").Kind, (shown: Shown) => Viewer>} */
const VIEWERS = {
  image: (shown) => new ImageViewer(shown),
  video: (shown) => new MediaViewer(shown, "video"),
  audio: (shown) => new MediaViewer(shown, "audio"),
  pdf: (shown) => new PdfViewer(shown),
  markdown: (shown) => new TextViewer(shown, true),
  text: (shown) => new TextViewer(shown, false),
  other: (shown) => new OtherViewer(shown),
};

/** @param {ViewContext} context */
export function show(context) {
  return new FileView(context);
}

/** @implements {View} */
class FileView {
  /** @param {ViewContext} context */
  constructor({ params, query }) {
    this.shortcuts = [
      { keys: "ArrowLeft", text: "file.previous", run: () => this._step(-1) },
      { keys: "ArrowRight", text: "file.next", run: () => this._step(1) },
      { keys: "Escape", text: "file.back", run: () => go(hrefOfPath(this._repoId, folderOf(this._path), { select: nameOf(this._path) })) },
    ];
    /** The files of the folder, in the order of its list. @type {Loaded<Rest.Entry[]>} */
    this._siblings = new Loaded(async () => []);
    this._repoId = "";
    this._path = "";
    this._unlock = new UnlockForm(params.id, () => this._loaded.reload());
    this._loaded = this._start(params, query);
  }

  title() {
    return nameOf(this._path);
  }

  /** @param {ViewContext} context */
  update({ params, query }) {
    if (params.id === this._repoId && `/${params.path}` === this._path) return;
    this._loaded.value?.viewer.leave?.();
    this._loaded = this._start(params, query);
  }

  leave() {
    this._loaded.value?.viewer.leave?.();
  }

  /**
   * @param {Record<string, string>} params
   * @param {URLSearchParams} query
   */
  _start({ id, path }, query) {
    const isSameFolder = id === this._repoId && folderOf(`/${path}`) === folderOf(this._path);
    this._repoId = id;
    this._path = `/${path}`;
    this._unlock = new UnlockForm(id, () => this._loaded.reload());
    if (!isSameFolder) this._siblings = new Loaded(() => listFiles(id, folderOf(`/${path}`)));
    return new Loaded(() => this._load(id, `/${path}`, query.has("edit"))).start();
  }

  /**
   * @param {string} repoId
   * @param {string} path
   * @param {boolean} isEditing
   */
  async _load(repoId, path, isEditing) {
    const [repo, entry] = await Promise.all([get(`/v1/repos/${repoId}/`), get(`/v1/repos/${repoId}/files/`, { p: path })]);
    const address = await addressOfFile(repoId, path);
    this._siblings.start();
    /** @type {Shown} */
    const shown = { repoId, path, entry, repo, address, isEditing, step: (by) => this._step(by) };
    return { shown, viewer: VIEWERS[kindOf(entry.name)](shown) };
  }

  /** @param {number} step */
  _step(step) {
    const next = this._neighbour(step);
    if (next) go(href("file", this._repoId, ...folderOf(this._path).split("/").filter(Boolean), next.name), { replace: true });
  }

  /** @param {number} step */
  _neighbour(step) {
    const all = this._siblings.value ?? [];
    const at = all.findIndex((entry) => entry.name === nameOf(this._path));
    return at < 0 ? undefined : all[at + step];
  }

  render() {
    const { value, error } = this._loaded;
    return h(
      "div",
      { key: `${this._repoId}${this._path}`, class: "page file-view" },
      this._renderHead(value),
      !value && isLocked(error) ? this._unlock.render() : whenLoaded(this._loaded, ({ viewer }) => h("div", { class: "file-body" }, viewer.render(), this._renderSteps())),
    );
  }

  /** @param {{ shown: Shown, viewer: Viewer } | undefined} value */
  _renderHead(value) {
    const folder = folderOf(this._path);
    return h(
      "header",
      { class: "file-head" },
      button({ label: t("file.back"), icon: "back", text: false, kind: "quiet", href: hrefOfPath(this._repoId, folder, { select: nameOf(this._path) }) }),
      h(
        "div",
        { class: "file-heading" },
        h("h1", { class: "line" }, name(nameOf(this._path))),
        h("p", { class: "soft small line" }, value && `${size(value.shown.entry.size ?? 0)} · `, name(nameOf(folder) || value?.shown.repo.name || "")),
      ),
      value?.viewer.actions?.(),
      value && !value.viewer.isEditing && this._renderActions(value.shown),
    );
  }

  /** @param {Shown} shown */
  _renderActions(shown) {
    return [
      button({ key: "versions", label: t("file.versions"), icon: "history", text: false, kind: "quiet", href: href("versions", this._repoId, ...this._path.split("/").slice(1)) }),
      this._renderShare(shown),
      button({ key: "download", label: t("file.download"), icon: "download", text: false, kind: "quiet", run: async () => save(await addressOfFile(this._repoId, this._path)) }),
    ];
  }

  /** @param {Shown} shown */
  _renderShare({ repo, path, entry }) {
    const item = shareItem({ repo, path, isDir: false, name: entry.name });
    return item && button({ key: "share", label: item.label, icon: "share", text: false, kind: "quiet", run: item.run });
  }

  _renderSteps() {
    const isPicture = kindOf(nameOf(this._path)) === "image";
    if (!isPicture) return null;
    return [
      this._neighbour(-1) && button({ key: "previous", label: t("file.previous"), icon: "chevronLeft", text: false, class: "step step-back", run: () => this._step(-1) }),
      this._neighbour(1) && button({ key: "next", label: t("file.next"), icon: "chevronRight", text: false, class: "step step-on", run: () => this._step(1) }),
    ];
  }
}

/**
 * @param {string} repoId
 * @param {string} folder
 * @returns {Promise<Rest.Entry[]>}
 */
async function listFiles(repoId, folder) {
  const entries = await get(`/v1/repos/${repoId}/dirs/`, { p: folder, t: "f" });
  return sorted(entries, sortBy.value, sortOrder.value === "down");
}
