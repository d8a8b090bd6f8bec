/** A list of libraries. */

import { h } from "../dom.js";
import { ago, dateTime, size, t } from "../i18n.js";
import { icon } from "../icons.js";
import { isMine, isStarred, openRepoMenu, toggleStar } from "../libraries.js";
import { hrefOfPath } from "../router.js";
import { button } from "./button.js";
import { badge, name } from "./parts.js";

/**
 * @param {Rest.Repo[]} repos
 * @returns {VNode}
 */
export function renderRepos(repos) {
  return h("ul", { class: "card rows" }, repos.map(renderRepo));
}

/** @param {Rest.Repo} repo */
function renderRepo(repo) {
  const starred = isStarred(repo);
  return h(
    "li",
    {
      key: repo.id,
      class: "row",
      oncontextmenu: (event) => {
        event.preventDefault();
        openRepoMenu({ x: event.clientX, y: event.clientY }, repo);
      },
    },
    h("span", { class: "row-icon" }, icon(repo.encrypted ? (repo.unlocked ? "unlock" : "lock") : "folder")),
    h(
      "div",
      { class: "row-text" },
      h(
        "div",
        { class: "row-title" },
        h("a", { class: "row-link line", href: hrefOfPath(repo.id, "/"), title: repo.name }, name(repo.name)),
        renderBadges(repo),
      ),
      h("p", { class: "row-detail line" }, details(repo)),
    ),
    h(
      "div",
      { class: "row-actions" },
      button({
        label: starred ? t("library.unstar") : t("library.star"),
        icon: "star",
        text: false,
        kind: "quiet",
        class: starred ? "star star-on" : "star",
        more: { "aria-pressed": starred },
        run: () => toggleStar(repo),
      }),
      button({
        label: t("library.menu", { name: repo.name }),
        icon: "more",
        text: false,
        kind: "quiet",
        more: { "aria-haspopup": "menu" },
        run: (event) => openRepoMenu(event.currentTarget, repo),
      }),
    ),
  );
}

/** @param {Rest.Repo} repo */
function renderBadges(repo) {
  return [
    repo.encrypted && badge(t("library.encrypted")),
    repo.permission === "r" && badge(t("library.readOnly")),
    repo.public && isMine(repo) && badge(t("library.public")),
  ];
}

/**
 * @param {Rest.Repo} repo
 * @returns {Child}
 */
function details(repo) {
  return [
    !isMine(repo) && [name(repo.owner), " · "],
    t("library.files", { count: repo.file_count }),
    " · ",
    size(repo.size),
    " · ",
    h("time", { datetime: new Date(repo.mtime * 1000).toISOString(), title: dateTime(repo.mtime) }, ago(repo.mtime)),
  ];
}
