/** The versions of a file. */

import { get, post } from "../api.js";
import { h } from "../dom.js";
import { addressOfVersion, fetchText, save } from "../files/bytes.js";
import { kindOf } from "../files/kinds.js";
import { nameOf } from "../files/paths.js";
import { UnlockForm, isLocked } from "../files/unlock.js";
import { ago, dateTime, size, t } from "../i18n.js";
import { icon } from "../icons.js";
import { href } from "../router.js";
import { Loaded } from "../state.js";
import { button } from "../ui/button.js";
import { openDialog } from "../ui/dialog.js";
import { name, pageHead, whenLoaded } from "../ui/parts.js";
import { toast } from "../ui/toast.js";
import { compareLines } from "../viewers/diff.js";

const PAGE = 100;
const LARGEST_TEXT = 1 << 20;

/** @param {ViewContext} context */
export function show({ params }) {
  return new VersionsView(params.id, `/${params.path}`);
}

/** @implements {View} */
class VersionsView {
  /**
   * @param {string} repoId
   * @param {string} path
   */
  constructor(repoId, path) {
    this._repoId = repoId;
    this._path = path;
    this._hasMore = false;
    this._unlock = new UnlockForm(repoId, () => this._loaded.reload());
    this._loaded = new Loaded(async () => {
      const [repo, versions] = await Promise.all([get(`/v1/repos/${repoId}/`), this._fetch(0)]);
      return { repo: /** @type {Rest.Repo} */ (repo), versions };
    }).start();
  }

  title() {
    return t("versions.titleOf", { name: nameOf(this._path) });
  }

  /** @param {number} start */
  async _fetch(start) {
    const query = { p: this._path };
    const { commits } = await post(`/v1/repos/${this._repoId}/files/action/`, { action: "history", start, limit: PAGE }, query);
    this._hasMore = commits.length === PAGE;
    return /** @type {Rest.Version[]} */ (commits);
  }

  /** The path of a version, which may have had another name. @param {Rest.Version} version */
  _pathOf(version) {
    const all = this._loaded.value?.versions ?? [];
    const later = all.slice(0, all.indexOf(version)).findLast((other) => other.rev_renamed_old_path);
    return later?.rev_renamed_old_path ?? this._path;
  }

  render() {
    const { value, error } = this._loaded;
    const fileName = nameOf(this._path);
    return h(
      "div",
      { class: "page page-narrow" },
      pageHead(t("versions.title"), {
        before: button({ label: t("versions.back"), icon: "back", text: false, kind: "quiet", href: href("file", this._repoId, ...this._path.split("/").slice(1)) }),
        text: name(fileName),
      }),
      !value && isLocked(error)
        ? this._unlock.render()
        : whenLoaded(this._loaded, ({ repo, versions }) => [
            h("ol", { class: "card rows" }, versions.map((version, index) => this._renderVersion(version, index, repo, versions))),
            this._hasMore && h("p", { class: "load-more" }, button({ label: t("history.more"), run: async () => { versions.push(...(await this._fetch(versions.length))); } })),
          ]),
    );
  }

  /**
   * @param {Rest.Version} version
   * @param {number} index
   * @param {Rest.Repo} repo
   * @param {Rest.Version[]} versions
   */
  _renderVersion(version, index, repo, versions) {
    const isText = ["text", "markdown"].includes(kindOf(nameOf(this._path))) && version.rev_file_size <= LARGEST_TEXT;
    const newest = versions[0];
    return h(
      "li",
      { key: version.id, class: "row version" },
      h("div", { class: "row-icon" }, icon(index === 0 ? "check" : "clock")),
      h(
        "div",
        { class: "row-text" },
        h("p", { class: "row-title", title: dateTime(version.ctime) }, index === 0 ? t("versions.newest") : ago(version.ctime)),
        h("p", { class: "row-detail" }, name(version.creator_name), ` · ${size(version.rev_file_size)}`, index === 0 && ` · ${ago(version.ctime)}`),
        version.rev_renamed_old_path && h("p", { class: "row-detail" }, t("versions.was"), " ", name(version.rev_renamed_old_path)),
      ),
      h(
        "div",
        { class: "row-actions" },
        index > 0 && isText && version.rev_file_id !== newest.rev_file_id && action("versions.compare", "compare", () => this._compare(version, newest)),
        action("file.download", "download", async () => save(await addressOfVersion(this._repoId, this._pathOf(version), version.id))),
        index > 0 && repo.permission === "rw" && action("versions.restore", "undo", () => this._restore(version)),
      ),
    );
  }

  /** @param {Rest.Version} version */
  async _restore(version) {
    const newest = this._loaded.value?.versions[0];
    await this._revert(version);
    const undo = newest && { label: t("undo"), run: () => this._revert(newest) };
    toast(t("versions.restored", { when: dateTime(version.ctime) }), { kind: "success", action: undo });
  }

  /** @param {Rest.Version} version */
  async _revert(version) {
    await post(`/v1/repos/${this._repoId}/files/action/`, { action: "revert", commit_id: version.id }, { p: this._path });
    await this._loaded.reload();
  }

  /**
   * @param {Rest.Version} old
   * @param {Rest.Version} newest
   */
  async _compare(old, newest) {
    const addresses = await Promise.all([old, newest].map((version) => addressOfVersion(this._repoId, this._pathOf(version), version.id)));
    const texts = await Promise.all(addresses.map(fetchText));
    const [left, right] = texts.map((text) => text?.split("\n"));
    openDialog({
      title: t("versions.compareTitle"),
      size: "wide",
      body: () => (left && right ? renderComparison(left, right, old, newest) : h("p", null, t("file.noText"))),
    });
  }
}

/**
 * @param {string} key
 * @param {import("../icons.js").IconName} iconName
 * @param {() => Promise<unknown>} run
 */
function action(key, iconName, run) {
  return button({ key, label: t(key), icon: iconName, text: false, kind: "quiet", run });
}

/**
 * @param {string[]} left
 * @param {string[]} right
 * @param {Rest.Version} old
 * @param {Rest.Version} newest
 */
function renderComparison(left, right, old, newest) {
  const pairs = compareLines(left, right);
  const near = pairs.map((_, index) => pairs.slice(Math.max(index - 3, 0), index + 4).some(({ kind }) => kind !== "same"));
  return h(
    "div",
    { class: "comparison", tabindex: 0, role: "region", "aria-label": t("versions.compareTitle") },
    h(
      "table",
      null,
      h("colgroup", null, ["line-number", "", "line-number", ""].map((column) => h("col", { class: column }))),
      h("thead", null, h("tr", null, h("th", { colspan: 2, scope: "col" }, dateTime(old.ctime)), h("th", { colspan: 2, scope: "col" }, t("versions.newest"), ` · ${dateTime(newest.ctime)}`))),
      h("tbody", null, pairs.map((pair, index) => (near[index] ? renderPair(pair, left, right) : near[index - 1] && h("tr", { class: "comparison-gap" }, h("td", { colspan: 4 }, "⋯"))))),
    ),
  );
}

/**
 * @param {import("../viewers/diff.js").Pair} pair
 * @param {string[]} left
 * @param {string[]} right
 */
function renderPair(pair, left, right) {
  const said = pair.kind !== "same" && h("span", { class: "said" }, t(`versions.line.${pair.kind}`));
  return h(
    "tr",
    { class: `line-${pair.kind}` },
    h("td", { class: "line-number" }, pair.left < 0 ? "" : pair.left + 1),
    h("td", { class: "line-old" }, pair.left < 0 ? "" : left[pair.left], pair.kind === "removed" && said),
    h("td", { class: "line-number" }, pair.right < 0 ? "" : pair.right + 1),
    h("td", { class: "line-new" }, pair.right < 0 ? "" : right[pair.right], pair.kind !== "removed" && said),
  );
}
