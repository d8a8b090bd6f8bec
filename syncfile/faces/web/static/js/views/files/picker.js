/** A dialog in which one chooses a folder, also of another library. */

import { get, post } from "../../api.js";
import { h } from "../../dom.js";
import { errorText } from "../../errors.js";
import { folderOf, isWithin, join, nameOf } from "../../files/paths.js";
import { compareNames, t } from "../../i18n.js";
import { icon } from "../../icons.js";
import { Loaded } from "../../state.js";
import { button } from "../../ui/button.js";
import { askForm, openDialog } from "../../ui/dialog.js";
import { name, whenLoaded } from "../../ui/parts.js";

/**
 * @typedef {object} PickerOptions
 * @property {string} title
 * @property {string} action Label of its button.
 * @property {string} repoId Where it begins.
 * @property {string} path
 * @property {string[]} sources Folders that cannot go into themselves.
 * @property {boolean} mayStay Whether where it begins may be chosen.
 * @property {(target: { repoId: string, path: string }) => unknown} run If it fails, the dialog says why and stays.
 */

/** @param {PickerOptions} options */
export function pickFolder(options) {
  const picker = new Picker(options);
  return openDialog({
    title: options.title,
    body: () => picker.render(),
    actions: (close) => picker.renderActions(close),
  });
}

class Picker {
  /** @param {PickerOptions} options */
  constructor(options) {
    this._options = options;
    this._repoId = options.repoId;
    this._path = options.path;
    this._error = "";
    this._repos = new Loaded(async () => /** @type {Rest.Repo[]} */ (await get("/v1/repos/")).filter((repo) => repo.permission === "rw"));
    this._folders = this._list();
    this._repos.start();
  }

  _list() {
    if (!this._repoId) return new Loaded(async () => /** @type {Rest.Entry[]} */ ([]));
    const loaded = new Loaded(async () => {
      const entries = /** @type {Rest.Entry[]} */ (await get(`/v1/repos/${this._repoId}/dirs/`, { p: this._path, t: "d" }));
      return entries.sort((a, b) => compareNames(a.name, b.name));
    });
    return loaded.start();
  }

  /**
   * @param {string} repoId "" for the list of libraries.
   * @param {string} path
   */
  _go(repoId, path) {
    this._repoId = repoId;
    this._path = path;
    this._error = "";
    this._folders = this._list();
  }

  render() {
    return h(
      "div",
      { class: "picker" },
      this._renderPlace(),
      h("div", { class: "picker-list", role: "group", "aria-label": t("picker.folders") }, this._repoId ? this._renderFolders() : this._renderRepos()),
      this._error && h("p", { class: "form-error", role: "alert" }, this._error),
    );
  }

  /** @param {(result: null) => void} close */
  renderActions(close) {
    // Nothing comes and goes here, so that no button moves away under the pointer.
    return [
      button({
        label: t("files.newFolder"),
        icon: "newFolder",
        kind: "quiet",
        class: "picker-new",
        disabled: !this._repoId,
        run: () => this._make(),
      }),
      button({ label: t("cancel"), run: () => close(null) }),
      button({ label: this._options.action, kind: "primary", disabled: !this._isPossible(), run: () => this._choose(close) }),
    ];
  }

  _renderPlace() {
    const repo = this._repos.value?.find(({ id }) => id === this._repoId);
    const up = this._path === "/" ? ["", "/"] : [this._repoId, folderOf(this._path)];
    return h(
      "div",
      { class: "picker-place" },
      button({ label: t("files.up"), icon: "back", text: false, kind: "quiet", disabled: !this._repoId, run: () => this._go(up[0], up[1]) }),
      h("p", { class: "line", role: "status" }, this._repoId ? name(nameOf(this._path) || repo?.name || t("files.library")) : t("nav.libraries")),
    );
  }

  _renderRepos() {
    return whenLoaded(this._repos, (repos) => repos.map((repo) => renderItem(repo.id, repo.name, "libraries", () => this._go(repo.id, "/"))));
  }

  _renderFolders() {
    return whenLoaded(this._folders, (folders) => {
      if (!folders.length) return h("p", { class: "picker-empty soft" }, t("picker.empty"));
      return folders.map((folder) => {
        const path = join(this._path, folder.name);
        const isSource = this._repoId === this._options.repoId && this._options.sources.includes(path);
        return renderItem(folder.name, folder.name, "folder", () => this._go(this._repoId, path), isSource);
      });
    });
  }

  _isPossible() {
    const { repoId, path, mayStay, sources } = this._options;
    if (!this._repoId || this._folders.error) return false;
    if (this._repoId !== repoId) return true;
    return (mayStay || this._path !== path) && !sources.some((source) => isWithin(this._path, source));
  }

  async _make() {
    const values = await askForm({
      title: t("files.newFolder"),
      fields: () => [{ name: "name", label: t("files.name"), required: true, focus: true, maxlength: 255 }],
      action: t("files.create"),
      run: (typed) => post(`/v1/repos/${this._repoId}/dirs/`, {}, { p: join(this._path, typed.name.trim()) }),
    });
    if (values) this._go(this._repoId, join(this._path, values.name.trim()));
  }

  /** @param {(result: null) => void} close */
  async _choose(close) {
    this._error = "";
    try {
      await this._options.run({ repoId: this._repoId, path: this._path });
      close(null);
    } catch (error) {
      this._error = errorText(error);
    }
  }
}

/**
 * @param {string} key
 * @param {string} label
 * @param {import("../../icons.js").IconName} iconName
 * @param {() => void} run
 * @param {boolean} [disabled]
 */
function renderItem(key, label, iconName, run, disabled = false) {
  return h("button", { key, type: "button", class: "picker-item", disabled, onclick: run }, icon(iconName), name(label, "line"), icon("chevronRight"));
}
