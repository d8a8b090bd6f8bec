/** What was deleted from a library. */

import { del, get, post } from "../api.js";
import { h } from "../dom.js";
import { iconOf } from "../files/kinds.js";
import { folderOf, nameOf } from "../files/paths.js";
import { UnlockForm, isLocked } from "../files/unlock.js";
import { ago, dateTime, size, t } from "../i18n.js";
import { icon } from "../icons.js";
import { go, hrefOfPath } from "../router.js";
import { account } from "../session.js";
import { refreshUsage } from "../session.js";
import { Loaded } from "../state.js";
import { button } from "../ui/button.js";
import { askForm } from "../ui/dialog.js";
import { emptyState, name, pageHead, whenLoaded } from "../ui/parts.js";
import { toast } from "../ui/toast.js";

const PAGE = 100;
/** Days that may be kept when it is emptied. */
const KEEP = ["0", "3", "7", "30"];

/** @param {ViewContext} context */
export function show({ params }) {
  return new TrashView(params.id);
}

/** @implements {View} */
class TrashView {
  /** @param {string} repoId */
  constructor(repoId) {
    this._repoId = repoId;
    this._hasMore = false;
    this._unlock = new UnlockForm(repoId, () => this._loaded.reload());
    this._loaded = new Loaded(async () => {
      const [repo, items] = await Promise.all([get(`/v1/repos/${repoId}/`), this._fetch(0)]);
      return { repo: /** @type {Rest.Repo} */ (repo), items };
    }).start();
  }

  title() {
    return t("trash.title");
  }

  /** @param {number} start */
  async _fetch(start) {
    const { items, has_more } = await get(`/v1/repos/${this._repoId}/trash/`, { start, limit: PAGE });
    this._hasMore = has_more;
    return /** @type {Rest.Trashed[]} */ (items);
  }

  render() {
    const { value, error } = this._loaded;
    const mayEmpty = value && value.items.length > 0 && value.repo.owner === account().username;
    return h(
      "div",
      { class: "page page-narrow" },
      pageHead(t("trash.title"), {
        before: button({ label: t("history.back"), icon: "back", text: false, kind: "quiet", href: hrefOfPath(this._repoId, "/") }),
        text: name(value?.repo.name ?? ""),
        actions: mayEmpty && button({ label: t("trash.empty"), icon: "trash", class: "compact", run: () => this._empty() }),
      }),
      !value && isLocked(error) ? this._unlock.render() : whenLoaded(this._loaded, ({ repo, items }) => this._renderItems(repo, items)),
    );
  }

  /**
   * @param {Rest.Repo} repo
   * @param {Rest.Trashed[]} items
   */
  _renderItems(repo, items) {
    if (!items.length) return emptyState({ icon: "trash", title: t("trash.isEmpty"), text: t("trash.isEmptyText") });
    return [
      h("ul", { class: "card rows" }, items.map((item) => this._renderItem(repo, item))),
      this._hasMore && h("p", { class: "load-more" }, button({ label: t("history.more"), run: async () => { items.push(...(await this._fetch(items.length))); } })),
    ];
  }

  /**
   * @param {Rest.Repo} repo
   * @param {Rest.Trashed} item
   */
  _renderItem(repo, item) {
    return h(
      "li",
      { key: `${item.commit_id}${item.path}`, class: "row" },
      h("div", { class: "row-icon" }, icon(iconOf(nameOf(item.path), item.type))),
      h(
        "div",
        { class: "row-text" },
        h("p", { class: "row-title" }, h("span", { class: "line" }, name(nameOf(item.path)))),
        h(
          "p",
          { class: "row-detail", title: dateTime(item.deleted_at) },
          folderOf(item.path) !== "/" && [name(folderOf(item.path)), " · "],
          item.type === "file" && `${size(item.size)} · `,
          name(item.deleted_by),
          " · ",
          ago(item.deleted_at),
        ),
      ),
      repo.permission === "rw" &&
        h(
          "div",
          { class: "row-actions" },
          button({ label: t("trash.restore"), icon: "undo", kind: "quiet", class: "compact", run: () => this._restore(item), more: { "aria-label": t("trash.restoreOf", { name: nameOf(item.path) }) } }),
        ),
    );
  }

  /** @param {Rest.Trashed} item */
  async _restore(item) {
    const { path } = await post(`/v1/repos/${this._repoId}/trash/`, { p: item.path, commit_id: item.commit_id });
    refreshUsage();
    await this._loaded.reload();
    const open = { label: t("trash.show"), run: () => go(hrefOfPath(this._repoId, folderOf(path), { select: nameOf(path) })) };
    toast(t("trash.restored", { name: nameOf(path) }), { kind: "success", action: open });
  }

  async _empty() {
    await askForm({
      title: t("trash.empty"),
      text: t("trash.emptyText"),
      fields: () => [
        { name: "days", label: t("trash.keep"), type: "select", value: "0", options: KEEP.map((days) => ({ value: days, label: days === "0" ? t("trash.keepNothing") : t("trash.keepDays", { count: Number(days) }) })) },
      ],
      action: t("trash.empty"),
      danger: true,
      run: ({ days }) => del(`/v1/repos/${this._repoId}/trash/`, { keep_days: days }),
    });
    await this._loaded.reload();
  }
}
