/** Groups: who is in them, and what they share. */

import { del, get, post, put } from "../api.js";
import { h, redraw } from "../dom.js";
import { rich, t } from "../i18n.js";
import { received, repos, stars } from "../libraries.js";
import { account, onSignOut } from "../session.js";
import { Loaded } from "../state.js";
import { button } from "../ui/button.js";
import { askForm, confirm, openDialog } from "../ui/dialog.js";
import { Form } from "../ui/form.js";
import { openMenu } from "../ui/menu.js";
import { avatar, badge, emptyState, name, pageHead, whenLoaded } from "../ui/parts.js";
import { renderRepos } from "../ui/repo-list.js";

/** @type {Loaded<Rest.Group[]>} */
const groups = new Loaded(() => get("/v1/groups/"));
/** What the account itself gave to groups. @type {Loaded<Rest.SharedRepo[]>} */
const given = new Loaded(() => get("/v1/shared-repos/"));

onSignOut(() => [groups, given].forEach((loaded) => loaded.clear()));

/** @returns {View} */
export function show() {
  for (const loaded of [groups, given, repos, received, stars]) loaded.reload();
  return {
    title: () => t("groups.title"),
    shortcuts: [{ keys: "n", text: "groups.new", run: createGroup }],
    render: () =>
      h(
        "div",
        { class: "page" },
        pageHead(t("groups.title"), {
          text: t("groups.text"),
          actions: button({ label: t("groups.new"), icon: "plus", kind: "primary", run: createGroup }),
        }),
        whenLoaded(groups, (all) =>
          all.length ? all.map(renderGroup) : emptyState({ icon: "group", title: t("groups.none"), text: t("groups.noneText") }),
        ),
      ),
  };
}

/** @param {Rest.Group} group */
function renderGroup(group) {
  const shared = reposOf(group);
  return h(
    "section",
    { key: group.id, class: "groups-group" },
    h(
      "header",
      { class: "groups-head" },
      avatar(group.name),
      h("h2", { class: "line" }, name(group.name)),
      button({ label: t("groups.members"), icon: "group", class: "compact", run: () => openMembers(group) }),
      button({
        label: t("groups.menu", { name: group.name }),
        icon: "more",
        text: false,
        kind: "quiet",
        more: { "aria-haspopup": "menu" },
        run: (event) => openGroupMenu(event.currentTarget, group),
      }),
    ),
    shared.length ? renderRepos(shared) : h("p", { class: "card groups-empty soft" }, t("groups.nothing")),
  );
}

/** @param {Rest.Group} group */
function reposOf(group) {
  const ids = new Set(
    [...(received.value ?? []), ...(given.value ?? [])].filter((item) => item.group_id === group.id).map((item) => item.repo_id),
  );
  return (repos.value ?? []).filter((repo) => ids.has(repo.id));
}

/**
 * @param {Element} anchor
 * @param {Rest.Group} group
 */
function openGroupMenu(anchor, group) {
  const own = group.owner === account().username;
  openMenu(
    anchor,
    [
      { label: t("groups.members"), icon: "group", run: () => openMembers(group) },
      own && { label: t("rename"), icon: "edit", run: () => renameGroup(group) },
      own && { label: t("groups.transfer"), icon: "transfer", run: () => transferGroup(group) },
      null,
      own && { label: t("groups.delete"), icon: "trash", danger: true, run: () => deleteGroup(group) },
      !own && { label: t("groups.leave"), icon: "signOut", danger: true, run: () => leaveGroup(group) },
    ],
    { label: group.name },
  );
}

async function createGroup() {
  const done = await askForm({
    title: t("groups.new"),
    fields: () => [{ name: "name", label: t("groups.name"), required: true, focus: true, maxlength: 255 }],
    action: t("groups.create"),
    run: (values) => post("/v1/groups/", { group_name: values.name.trim() }),
  });
  if (done) await groups.reload();
}

/** @param {Rest.Group} group */
async function renameGroup(group) {
  const done = await askForm({
    title: t("groups.rename"),
    fields: () => [{ name: "name", label: t("groups.name"), value: group.name, required: true, focus: true, select: "all", maxlength: 255 }],
    action: t("rename"),
    run: (values) => put(`/v1/groups/${group.id}/`, { action: "rename", new_name: values.name.trim() }),
  });
  if (done) await groups.reload();
}

/** @param {Rest.Group} group */
async function transferGroup(group) {
  const done = await askForm({
    title: t("groups.transfer"),
    text: rich("groups.transferText", { name: name(group.name) }),
    fields: () => [{ name: "target", label: t("groups.newOwner"), required: true, focus: true }],
    action: t("groups.transfer"),
    run: ({ target }) => put(`/v1/groups/${group.id}/`, { action: "transfer", target: target.trim() }),
  });
  if (done) await groups.reload();
}

/** @param {Rest.Group} group */
async function deleteGroup(group) {
  const done = await confirm({
    title: t("groups.deleteTitle"),
    text: rich("groups.deleteText", { name: name(group.name) }),
    action: t("groups.delete"),
    danger: true,
    run: () => del(`/v1/groups/${group.id}/`),
  });
  if (done) await groups.reload();
}

/** @param {Rest.Group} group */
async function leaveGroup(group) {
  const done = await confirm({
    title: t("groups.leaveTitle"),
    text: rich("groups.leaveText", { name: name(group.name) }),
    action: t("groups.leave"),
    danger: true,
    run: () => del(`/v1/groups/${group.id}/members/${account().id}/`),
  });
  if (done) await Promise.all([groups.reload(), repos.reload()]);
}

/** @param {Rest.Group} group */
function openMembers(group) {
  const mayChange = group.admins.includes(account().username);
  /** @type {Loaded<Rest.Member[]>} */
  const members = new Loaded(() => get(`/v1/groups/${group.id}/members/`));
  members.reload();
  const form = new Form({
    fields: () => [{ name: "target", label: t("groups.add"), required: true, focus: true, hint: t("groups.addHint") }],
    action: () => t("groups.addButton"),
    run: async ({ target }) => {
      await post(`/v1/groups/${group.id}/members/`, { target: target.trim() });
      form.reset();
      await members.reload();
    },
  });
  return openDialog({
    title: group.name,
    body: () => [
      mayChange && form.render(),
      whenLoaded(members, (all) =>
        h("ul", { class: "groups-members" }, all.map((member) => renderMember(group, member, members, mayChange))),
      ),
    ],
  });
}

/**
 * @param {Rest.Group} group
 * @param {Rest.Member} member
 * @param {Loaded<Rest.Member[]>} members
 * @param {boolean} mayChange
 */
function renderMember(group, member, members, mayChange) {
  const path = `/v1/groups/${group.id}/members/${member.id}/`;
  const isOwner = member.username === group.owner;
  const appoint = async () => {
    await put(path, { action: member.is_staff ? "member" : "manager" });
    await Promise.all([members.reload(), groups.reload()]);
  };
  const remove = async () => {
    await del(path);
    await members.reload();
    redraw();
  };
  return h(
    "li",
    { key: member.id, class: "row" },
    avatar(member.username),
    h("div", { class: "row-text row-title" }, name(member.username, "line"), isOwner ? badge(t("groups.owner"), { kind: "accent" }) : member.is_staff ? badge(t("groups.admin")) : null),
    h(
      "div",
      { class: "row-actions" },
      !isOwner && group.owner === account().username &&
        button({ label: member.is_staff ? t("groups.dismiss") : t("groups.appoint"), kind: "quiet", run: appoint }),
      !isOwner && mayChange && button({ label: t("groups.remove", { name: member.username }), icon: "close", text: false, kind: "quiet", run: remove }),
    ),
  );
}
