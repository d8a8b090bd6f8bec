/** Everything that one shares: with people and groups, and by links. */

import { del, post } from "../api.js";
import { h } from "../dom.js";
import { rich, t } from "../i18n.js";
import { icon } from "../icons.js";
import { hrefOfItem, lastName } from "../places.js";
import { href } from "../router.js";
import { askToStop, fetchLinks, linkFacts } from "../sharing/links.js";
import { fetchShares } from "../sharing/people.js";
import { findRepo, repos } from "../libraries.js";
import { Loaded } from "../state.js";
import { button } from "../ui/button.js";
import { copyable } from "../ui/copyable.js";
import { badge, emptyState, name, pageHead, tabs, whenLoaded } from "../ui/parts.js";
import { toast } from "../ui/toast.js";

/** @param {ViewContext} context */
export function show({ params }) {
  let part = params.part ?? "";
  const shares = new Loaded(fetchShares);
  const links = new Loaded(async () => {
    const [found] = await Promise.all([fetchLinks(), repos.reload()]); // the names of their libraries
    return found;
  });
  shares.reload();
  links.reload();
  return {
    title: () => t("shared.title"),
    /** @param {ViewContext} context */
    update: (context) => { part = context.params.part ?? ""; },
    render: () =>
      h(
        "div",
        { class: "page" },
        pageHead(t("shared.title"), { text: t("shared.text") }),
        tabs(t("shared.title"), [
          { label: t("shared.people"), href: href("shared"), selected: part !== "links", count: shares.value?.length },
          { label: t("shared.links"), href: href("shared", "links"), selected: part === "links", count: links.value?.length },
        ]),
        part === "links"
          ? whenLoaded(links, (items) => renderLinks(items, links))
          : whenLoaded(shares, (items) => renderShares(items, shares)),
      ),
  };
}

/**
 * @param {Rest.Share[]} items
 * @param {Loaded<Rest.Share[]>} list
 */
function renderShares(items, list) {
  if (!items.length) return emptyState({ icon: "share", title: t("shared.none"), text: t("shared.noneText") });
  return h("ul", { class: "card rows" }, items.map((item) => renderShare(item, list)));
}

/**
 * @param {Rest.Share} item
 * @param {Loaded<Rest.Share[]>} list
 */
function renderShare(item, list) {
  const who = item.group_id ? item.group_name : item.user;
  const repoId = item.origin_repo_id ?? item.repo_id;
  const path = item.origin_path ?? "/";
  return h(
    "li",
    { key: `${item.repo_id} ${item.group_id} ${item.user}`, class: "row" },
    h("span", { class: "row-icon" }, icon(path === "/" ? "libraries" : "folder")),
    h(
      "div",
      { class: "row-text" },
      h("div", { class: "row-title" }, h("a", { class: "row-link line", href: hrefOfItem(repoId, path, true), title: item.repo_name }, name(item.repo_name))),
      h("p", { class: "row-detail" }, rich(item.group_id ? "shared.withGroup" : "shared.with", { who: name(who) })),
    ),
    badge(item.permission === "rw" ? t("sharing.write") : t("sharing.read")),
    h(
      "div",
      { class: "row-actions" },
      button({
        label: t("sharing.stopName", { name: who }),
        icon: "close",
        text: false,
        kind: "quiet",
        run: () => stopShare(item, list),
      }),
    ),
  );
}

/**
 * @param {Rest.Share} item
 * @param {Loaded<Rest.Share[]>} list
 */
async function stopShare(item, list) {
  const who = item.group_id ? item.group_name : item.user;
  const receiver = { share_type: item.share_type, user: item.group_id ? undefined : item.user, group_id: item.group_id || undefined };
  await del("/v1/shared-repos/", { repo_id: item.repo_id, ...receiver });
  await list.reload();
  toast(t("shared.stopped", { name: item.repo_name, who }), { action: { label: t("undo"), run: () => shareAgain(item, list) } });
}

/**
 * @param {Rest.Share} item
 * @param {Loaded<Rest.Share[]>} list
 */
async function shareAgain(item, list) {
  await post(`/v1/repos/${item.origin_repo_id ?? item.repo_id}/dirs/shared/`, {
    p: item.origin_path ?? "/",
    share_type: item.group_id ? "group" : "user",
    targets: [item.group_id ? String(item.group_id) : item.user],
    permission: item.permission,
  });
  await list.reload();
}

/**
 * @param {Rest.Link[]} items
 * @param {Loaded<Rest.Link[]>} list
 */
function renderLinks(items, list) {
  if (!items.length) return emptyState({ icon: "link", title: t("shared.noLinks"), text: t("shared.noLinksText") });
  return h("ul", { class: "card rows" }, items.map((item) => renderLink(item, list)));
}

/**
 * @param {Rest.Link} item
 * @param {Loaded<Rest.Link[]>} list
 */
function renderLink(item, list) {
  const title = nameOf(item);
  const kinds = /** @type {const} */ ({ f: "file", d: "folder", u: "upload" });
  return h(
    "li",
    { key: item.token, class: "row shared-link" },
    h("span", { class: "row-icon" }, icon(kinds[item.kind])),
    h(
      "div",
      { class: "row-text" },
      h(
        "div",
        { class: "row-title" },
        item.repo_id ? h("a", { class: "line", href: hrefOfItem(item.repo_id, item.path, item.kind !== "f"), title }, name(title)) : name(title, "line"),
        item.kind === "u" && badge(t("shared.upload"), { kind: "accent" }),
      ),
      h("div", { class: "shared-link-facts" }, linkFacts(item)),
      copyable(item.url, { label: t("sharing.link") }),
    ),
    h(
      "div",
      { class: "row-actions" },
      button({
        label: t("shared.stopLink", { name: title }),
        icon: "close",
        text: false,
        kind: "quiet",
        run: () => askToStop(item, list),
      }),
    ),
  );
}

/** @param {Rest.Link} item */
function nameOf(item) {
  return lastName(item.path) || (item.repo_id && findRepo(item.repo_id)?.name) || t("shared.gone");
}
