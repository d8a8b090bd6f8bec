/** Libraries: one's own, those that others share in person, and those that are there for everybody. */

import { h } from "../dom.js";
import { t } from "../i18n.js";
import { createRepo, isMine, received, repos, stars } from "../libraries.js";
import { renderRepos } from "../ui/repo-list.js";
import { button } from "../ui/button.js";
import { emptyState, pageHead, whenLoaded } from "../ui/parts.js";

/**
 * @typedef {object} Kind
 * @property {string} title
 * @property {import("../icons.js").IconName} icon
 * @property {(repos: Rest.Repo[]) => Rest.Repo[]} filter
 * @property {() => unknown} [create]
 */

/** @type {Record<string, Kind>} */
const KINDS = {
  mine: { title: "libraries.mine", icon: "libraries", filter: (all) => all.filter(isMine), create: () => createRepo() },
  shared: { title: "libraries.shared", icon: "shared", filter: sharedWithMe },
  public: {
    title: "libraries.public",
    icon: "globe",
    filter: (all) => all.filter((repo) => repo.public),
    create: () => createRepo({ isPublic: true }),
  },
};

/**
 * @param {ViewContext} context
 * @returns {View}
 */
export function show({ params }) {
  const name = params.kind in KINDS ? params.kind : "mine";
  const kind = KINDS[name];
  for (const loaded of [repos, received, stars]) loaded.reload();
  const { create } = kind;
  const createButton = () =>
    create && button({ label: t(`libraries.${name}.create`), icon: "plus", kind: "primary", run: create });
  return {
    title: () => t(kind.title),
    shortcuts: create && [{ keys: "n", text: "libraries.shortcut.new", run: create }],
    render: () =>
      h(
        "div",
        { class: "page" },
        pageHead(t(kind.title), { text: t(`libraries.${name}.text`), actions: createButton() }),
        whenLoaded(repos, (all) => {
          const found = kind.filter(all);
          if (found.length) return renderRepos(found);
          return emptyState({
            icon: kind.icon,
            title: t(`libraries.${name}.none`),
            text: t(`libraries.${name}.noneText`),
          });
        }),
      ),
  };
}

/**
 * Those that a group has are shown with the group.
 * @param {Rest.Repo[]} all
 */
function sharedWithMe(all) {
  const personal = new Set((received.value ?? []).filter((item) => item.share_type === "personal").map((item) => item.repo_id));
  return all.filter((repo) => personal.has(repo.id));
}
