/** Renaming in the place of the name. */

import { ApiError, post } from "../../api.js";
import { h, redraw } from "../../dom.js";
import { errorText } from "../../errors.js";
import { join } from "../../files/paths.js";
import { t } from "../../i18n.js";

/** The field that one name of the list turns into. */
export class NameEditor {
  /** @param {import("../files.js").FilesView} view */
  constructor(view) {
    this._view = view;
    /** @type {Rest.Entry | null} */
    this._entry = null;
    this._value = "";
    this._error = "";
    /** Whether the server said no; if it said nothing, what is written may still be right. */
    this._isRefused = false;
    this._isBusy = false;
  }

  /** @param {Rest.Entry} entry */
  isEditing(entry) {
    return this._entry?.name === entry.name;
  }

  /** @param {Rest.Entry} entry */
  begin(entry) {
    this._view.selection.only(entry.name);
    this._entry = entry;
    this._value = entry.name;
    this._error = "";
    redraw();
  }

  stop() {
    this._entry = null;
    this._isBusy = false;
  }

  render() {
    return h(
      "div",
      { class: "name-editor" },
      h("input", {
        key: "name",
        class: "input name-input",
        type: "text",
        value: this._value,
        spellcheck: "false",
        autocomplete: "off",
        readonly: this._isBusy,
        "aria-label": t("files.newName"),
        "aria-invalid": this._error ? "true" : undefined,
        ref: (element) => begin(element, this._entry?.type === "dir"),
        oninput: (event) => { this._value = event.currentTarget.value; },
        onkeydown: (event) => this._key(event),
        onblur: () => this._leave(),
      }),
      this._error && h("p", { class: "name-error", role: "alert" }, this._error),
    );
  }

  /** @param {KeyboardEvent} event */
  _key(event) {
    event.stopPropagation();
    if (event.isComposing) return;
    if (event.key === "Enter") this._commit();
    else if (event.key === "Escape") this._end(/** @type {Rest.Entry} */ (this._entry).name);
    else return;
    event.preventDefault();
  }

  /** Whoever clicks elsewhere means what is written, unless the server has refused it. */
  _leave() {
    if (!this._entry || this._isBusy) return;
    if (this._error && this._isRefused) this.stop();
    else this._commit();
  }

  async _commit() {
    const entry = this._entry;
    const value = this._value.trim();
    if (!entry || this._isBusy) return;
    if (!value || value === entry.name) {
      this._end(entry.name);
      return;
    }
    const { repoId, path } = this._view;
    this._isBusy = true;
    this._error = "";
    try {
      const kind = entry.type === "dir" ? "dirs" : "files";
      await post(`/v1/repos/${repoId}/${kind}/action/`, { action: "rename", newname: value }, { p: join(path, entry.name) });
    } catch (error) {
      this._isBusy = false;
      this._error = errorText(error);
      this._isRefused = !(error instanceof ApiError && error.slug === "offline");
      redraw();
      /** @type {HTMLElement | null} */ (document.querySelector(".name-input"))?.focus();
      return;
    }
    this.stop();
    await this._view.reload();
    const renamed = this._view.folder.find(value.normalize("NFC")) ?? this._view.folder.find(value);
    if (renamed) this._view.reveal(renamed.name);
  }

  /** @param {string} entryName */
  _end(entryName) {
    this.stop();
    this._view.reveal(entryName);
  }
}

/**
 * @param {HTMLInputElement} element
 * @param {boolean} isDir
 */
function begin(element, isDir) {
  element.focus();
  const dot = element.value.lastIndexOf(".");
  element.setSelectionRange(0, dot > 0 && !isDir ? dot : element.value.length);
}
