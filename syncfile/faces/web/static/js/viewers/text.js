/** Text: read, and edited. */

import { ApiError, get, noteGone } from "../api.js";
import { h, redraw } from "../dom.js";
import { errorText } from "../errors.js";
import { addressForUploads, addressOfFile, fetchText } from "../files/bytes.js";
import { folderOf } from "../files/paths.js";
import { t } from "../i18n.js";
import { account } from "../session.js";
import { button } from "../ui/button.js";
import { openDialog } from "../ui/dialog.js";
import { emptyState, skeletonRows } from "../ui/parts.js";
import { toast } from "../ui/toast.js";
import { sendForm } from "../upload/send.js";
import { renderMarkdown } from "./markdown.js";
import { OtherViewer } from "./other.js";

const LARGEST_BYTES = 2 << 20;

/** @typedef {"replace" | "both"} Choice */

/** Shows a text; its editor saves a new version, but not over one that it has not seen. */
export class TextViewer {
  /**
   * @param {import("../views/file.js").Shown} shown
   * @param {boolean} isMarkdown
   */
  constructor(shown, isMarkdown) {
    this._shown = shown;
    this._isMarkdown = isMarkdown;
    /** The version that is edited. */
    this._id = shown.entry.id;
    /** @type {string | null} */
    this._text = null;
    this._typed = "";
    this._why = "";
    /** @type {unknown} */
    this._error = undefined;
    this.isEditing = false;
    if ((shown.entry.size ?? 0) > LARGEST_BYTES) this._why = t("file.tooLarge");
    else this._load(shown.isEditing);
  }

  get _mayEdit() {
    const { entry, repo } = this._shown;
    return repo.permission === "rw" && (!entry.is_locked || entry.lock_owner === account().username);
  }

  get _draftName() {
    return `syncfile.draft.${this._shown.repoId}${this._shown.path}`;
  }

  /** @param {boolean} isEditing */
  async _load(isEditing) {
    this._error = undefined;
    try {
      const { repoId, path } = this._shown;
      this._text = await fetchText(await addressOfFile(repoId, path));
      if (this._text === null) this._why = t("file.noText");
    } catch (error) {
      this._error = error;
    }
    const draft = sessionStorage.getItem(this._draftName);
    if (this._text !== null && this._mayEdit && (isEditing || (draft !== null && draft !== this._text))) this._edit(draft);
    redraw();
  }

  /** @param {string | null} draft What was typed before the page was left. */
  _edit(draft) {
    this.isEditing = true;
    this._typed = draft ?? this._text ?? "";
  }

  actions() {
    if (this._text === null || !this._mayEdit) return null;
    if (!this.isEditing) return button({ key: "edit", label: t("file.edit"), icon: "edit", run: () => this._edit(null) });
    return [
      button({ key: "cancel", label: t("cancel"), kind: "quiet", run: () => this._stop() }),
      button({ key: "save", label: t("save"), icon: "save", kind: "primary", run: () => this._save() }),
    ];
  }

  render() {
    if (this._why) return new OtherViewer(this._shown, this._why).render();
    if (this._error) {
      return emptyState({ icon: "warning", title: t("failed.title"), text: errorText(this._error), action: button({ label: t("retry"), run: () => this._load(false) }) });
    }
    if (this._text === null) return skeletonRows(6);
    if (this.isEditing) return this._renderEditor();
    if (!this._text) return h("p", { key: "empty", class: "text-empty soft" }, t("file.emptyText"));
    if (this._isMarkdown) return h("article", { key: "markdown", class: "card markdown" }, renderMarkdown(this._text));
    return h("pre", { key: "text", class: "card text", tabindex: 0, "aria-label": this._shown.entry.name }, this._text);
  }

  _renderEditor() {
    return h("textarea", {
      key: "editor",
      class: "input editor",
      "aria-label": t("file.textOf", { name: this._shown.entry.name }),
      spellcheck: this._isMarkdown ? "true" : "false",
      value: this._typed,
      ref: (element) => element.focus(),
      oninput: (event) => {
        this._typed = event.currentTarget.value;
        sessionStorage.setItem(this._draftName, this._typed);
      },
      onkeydown: (event) => {
        if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "s") return;
        event.preventDefault();
        this._save().catch((error) => toast(errorText(error), { kind: "danger" }));
      },
    });
  }

  _stop() {
    const typed = this._typed;
    this.isEditing = false;
    sessionStorage.removeItem(this._draftName);
    if (typed === this._text) return;
    toast(t("file.dropped"), { action: { label: t("undo"), run: () => this._edit(typed) } });
  }

  async _save() {
    const { repoId, path } = this._shown;
    const typed = this._typed;
    const isChanged = await this._isChangedMeanwhile();
    const choice = isChanged ? await askChoice() : "replace";
    if (!choice) return;
    const form = new FormData();
    form.append("parent_dir", folderOf(path));
    form.append("filename", this._shown.entry.name);
    form.append("replace", choice === "replace" ? "1" : "0");
    form.append("file", new Blob([typed]), "file");
    try {
      await sendForm(await addressForUploads(repoId), form, {}, new AbortController().signal, () => {});
    } catch (error) {
      if (error instanceof ApiError && error.slug === "offline") noteGone();
      throw error;
    }
    sessionStorage.removeItem(this._draftName);
    this.isEditing = false;
    if (choice === "both") {
      toast(t("file.savedBoth"), { kind: "success" });
      await this._load(false);
    } else {
      this._text = typed;
      toast(t("file.saved"), { kind: "success" });
    }
    await this._refresh();
  }

  /** Somebody may have saved another version, or deleted the file, since it was read. */
  async _isChangedMeanwhile() {
    const { repoId, path } = this._shown;
    try {
      return (await get(`/v1/repos/${repoId}/files/`, { p: path })).id !== this._id;
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return false; // saving brings it back
      throw error;
    }
  }

  async _refresh() {
    const { repoId, path } = this._shown;
    this._shown.entry = await get(`/v1/repos/${repoId}/files/`, { p: path });
    this._id = this._shown.entry.id;
    redraw();
  }
}

/** @returns {Promise<Choice | null>} */
function askChoice() {
  return openDialog({
    title: t("file.changedTitle"),
    body: () => h("p", { class: "dialog-text" }, t("file.changedText")),
    /** @param {(result: Choice) => void} close */
    actions: (close) => [
      button({ key: "replace", label: t("file.replace"), run: () => close("replace") }),
      button({ key: "both", label: t("file.keepBoth"), kind: "primary", run: () => close("both") }),
    ],
  });
}
