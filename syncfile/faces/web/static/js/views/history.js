/** The states that a library, or one folder of it, went through. */

import { get, post } from "../api.js";
import { h } from "../dom.js";
import { errorText } from "../errors.js";
import { folderOf, nameOf } from "../files/paths.js";
import { UnlockForm, isLocked } from "../files/unlock.js";
import { wordsOf } from "../history/words.js";
import { ago, dateTime, size, t } from "../i18n.js";
import { icon } from "../icons.js";
import { href, hrefOfPath } from "../router.js";
import { refreshUsage } from "../session.js";
import { Loaded } from "../state.js";
import { button } from "../ui/button.js";
import { confirm } from "../ui/dialog.js";
import { emptyState, name, pageHead, visible, whenLoaded } from "../ui/parts.js";
import { toast } from "../ui/toast.js";

const PAGE = 50;

/** @typedef {Rest.Commit & { changes: Rest.Change[], has_more: boolean }} Changes */

/** @param {ViewContext} context */
export function show({ params }) {
  return new HistoryView(params.id, `/${params.path}`);
}

/** @implements {View} */
class HistoryView {
  /**
   * @param {string} repoId
   * @param {string} path Of the folder; "/" is the library.
   */
  constructor(repoId, path) {
    this._repoId = repoId;
    this._path = path;
    this._hasMore = false;
    /** What was opened, by commit. @type {Map<string, Loaded<Changes>>} */
    this._open = new Map();
    this._unlock = new UnlockForm(repoId, () => this._loaded.reload());
    this._loaded = new Loaded(async () => {
      const [repo, commits] = await Promise.all([get(`/v1/repos/${repoId}/`), this._fetch(0)]);
      return { repo: /** @type {Rest.Repo} */ (repo), commits };
    }).start();
  }

  title() {
    return this._path === "/" ? t("history.title") : t("history.titleOf", { name: nameOf(this._path) });
  }

  /** @param {number} start */
  async _fetch(start) {
    const { commits, has_more } = await get(`/v1/repos/${this._repoId}/history/`, { p: this._path, start, limit: PAGE });
    this._hasMore = has_more;
    return /** @type {Rest.State[]} */ (commits);
  }

  render() {
    const { value, error } = this._loaded;
    return h(
      "div",
      { class: "page page-narrow" },
      pageHead(t("history.title"), {
        before: button({ label: t(this._path === "/" ? "history.back" : "history.backToFolder"), icon: "back", text: false, kind: "quiet", href: hrefOfPath(this._repoId, this._path) }),
        text: value && this._renderPlace(value.repo),
      }),
      !value && isLocked(error)
        ? this._unlock.render()
        : whenLoaded(this._loaded, ({ repo, commits }) => this._renderCommits(repo, commits)),
    );
  }

  /** @param {Rest.Repo} repo */
  _renderPlace(repo) {
    if (this._path === "/") return name(repo.name);
    return [name(this._path.slice(1)), " · ", h("a", { href: href("history", this._repoId) }, t("history.ofLibrary", { name: visible(repo.name) }))];
  }

  /**
   * @param {Rest.Repo} repo
   * @param {Rest.State[]} commits
   */
  _renderCommits(repo, commits) {
    if (!commits.length) return emptyState({ icon: "history", title: t("history.none"), text: t("history.noneText") });
    return [
      h("ol", { class: "card rows" }, commits.map((commit, index) => this._renderCommit(commit, index, repo))),
      this._hasMore && h("p", { class: "load-more" }, button({ label: t("history.more"), run: async () => { commits.push(...(await this._fetch(commits.length))); } })),
    ];
  }

  /**
   * @param {Rest.State} commit
   * @param {number} index
   * @param {Rest.Repo} repo
   */
  _renderCommit(commit, index, repo) {
    const open = this._open.get(commit.id);
    const id = `changes-${commit.id}`;
    return h(
      "li",
      { key: commit.id, class: "commit" },
      h(
        "button",
        { type: "button", class: "commit-head", "aria-expanded": Boolean(open), "aria-controls": open ? id : undefined, onclick: () => this._toggle(commit) },
        h("span", { class: "row-text" },
          h("span", { class: "row-title" }, h("span", { class: "line" }, wordsOf(commit))),
          h("span", { class: "row-detail", title: dateTime(commit.ctime) }, name(commit.creator_name), " · ", ago(commit.ctime), commit.device_name && [" · ", name(commit.device_name)]),
        ),
        h("span", { class: open ? "commit-mark is-open" : "commit-mark" }, icon("chevronDown")),
      ),
      open && h("div", { id, class: "commit-body" }, this._renderChanges(open), index > 0 && repo.permission === "rw" && this._renderRestore(commit)),
    );
  }

  /** @param {Rest.Commit} commit */
  _toggle(commit) {
    if (this._open.delete(commit.id)) return;
    const loaded = new Loaded(async () => /** @type {Changes} */ (await get(`/v1/repos/${this._repoId}/history/${commit.id}/`, { p: this._path })));
    this._open.set(commit.id, loaded.start());
  }

  /** @param {Loaded<Changes>} loaded */
  _renderChanges(loaded) {
    if (loaded.error) return h("p", { class: "form-error" }, errorText(loaded.error));
    const { value } = loaded;
    if (!value) return h("p", { class: "soft", role: "status" }, t("loading"));
    if (!value.changes.length) return h("p", { class: "soft" }, t("history.nothing"));
    return [
      h("ul", { class: "changes" }, value.changes.map((change) => this._renderChange(change))),
      value.has_more && button({ label: t("history.moreChanges"), kind: "quiet", run: () => this._fetchChanges(value) }),
    ];
  }

  /** @param {Changes} value */
  async _fetchChanges(value) {
    const next = await get(`/v1/repos/${this._repoId}/history/${value.id}/`, { p: this._path, start: value.changes.length });
    value.changes.push(...next.changes);
    value.has_more = next.has_more;
  }

  /** @param {Rest.Change} change */
  _renderChange(change) {
    const text = name(change.path, "line");
    const folder = change.type === "dir" ? change.path : folderOf(change.path);
    const query = change.type === "dir" ? undefined : { select: nameOf(change.path) };
    return h(
      "li",
      { key: `${change.kind}${change.path}`, class: "change" },
      h("span", { class: `badge change-${change.kind}` }, t(`history.kind.${change.kind}`)),
      h(
        "span",
        { class: "change-text" },
        change.old_path && [h("span", { class: "soft" }, name(change.old_path)), " → "],
        change.kind === "delete" ? text : h("a", { href: hrefOfPath(this._repoId, folder, query) }, text),
      ),
      change.type === "file" && h("span", { class: "soft small numbers" }, size(change.size)),
    );
  }

  /** @param {Rest.Commit} commit */
  _renderRestore(commit) {
    const isLibrary = this._path === "/";
    return button({
      label: t(isLibrary ? "history.restore" : "history.restoreFolder"),
      icon: "history",
      run: () =>
        confirm({
          title: t("history.restoreTitle"),
          text: t(isLibrary ? "history.restoreText" : "history.restoreFolderText", { when: dateTime(commit.ctime), name: nameOf(this._path) }),
          action: t("history.restoreAction"),
          run: async () => {
            const newest = this._loaded.value?.commits[0];
            await this._revert(commit);
            toast(t(isLibrary ? "history.restored" : "history.restoredFolder", { name: nameOf(this._path) }), { kind: "success", action: newest && { label: t("undo"), run: () => this._revert(newest) } });
          },
        }),
    });
  }

  /** @param {Rest.Commit} commit */
  async _revert(commit) {
    await post(`/v1/repos/${this._repoId}/dirs/action/`, { action: "revert", commit_id: commit.id }, { p: this._path });
    refreshUsage();
    await this._loaded.reload();
  }
}
