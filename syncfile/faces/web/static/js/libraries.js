/** Libraries: which there are, and what can be done with one. */

import { del, get, post, put } from "./api.js";
import { go, href } from "./router.js";
import { Loaded } from "./state.js";
import { account, onSignOut, refreshUsage } from "./session.js";
import { rich, size, t } from "./i18n.js";
import { shareItem } from "./sharing/menu-item.js";
import { askForm, confirm } from "./ui/dialog.js";
import { openMenu } from "./ui/menu.js";
import { name } from "./ui/parts.js";
import { toast } from "./ui/toast.js";

export const FOREVER = -1;
/** Days of history that one may choose from, unless it is another number already. */
const HISTORY_CHOICES = [FOREVER, 365, 90, 30, 7, 0];

/** Every library that the account may read, last changed first. @type {Loaded<Rest.Repo[]>} */
export const repos = new Loaded(() => get("/v1/repos/"));
/** What others share with the account. @type {Loaded<Rest.ReceivedRepo[]>} */
export const received = new Loaded(() => get("/v1/beshared-repos/"));
/** @type {Loaded<Rest.Star[]>} */
export const stars = new Loaded(() => get("/v1/starred/"));

onSignOut(() => [repos, received, stars].forEach((loaded) => loaded.clear()));

/** @param {Rest.Repo} repo */
export function isMine(repo) {
  return repo.owner === account().username && !repo.is_virtual;
}

/** @param {Rest.Repo} repo */
export function isStarred(repo) {
  return Boolean(stars.value?.some((star) => star.repo_id === repo.id && star.path === "/"));
}

/** @param {string} repoId */
export function findRepo(repoId) {
  return repos.value?.find((repo) => repo.id === repoId);
}

/**
 * Stars a library, or takes its star away.
 * @param {Rest.Repo} repo
 */
export async function toggleStar(repo) {
  const body = { repo_id: repo.id, p: "/" };
  if (isStarred(repo)) await del("/v1/starred/", body);
  else await post("/v1/starred/", body);
  await stars.reload();
}

/**
 * Opens the menu of a library.
 * @param {Element | { x: number, y: number }} anchor
 * @param {Rest.Repo} repo
 */
export function openRepoMenu(anchor, repo) {
  const mine = isMine(repo);
  const given = received.value?.find((item) => item.repo_id === repo.id && item.share_type === "personal");
  openMenu(
    anchor,
    [
      { label: isStarred(repo) ? t("library.unstar") : t("library.star"), icon: "star", run: () => toggleStar(repo) },
      shareItem({ repo, path: "/", isDir: true, name: repo.name }),
      repo.encrypted && !repo.unlocked && { label: t("library.unlock"), icon: "unlock", run: () => unlockRepo(repo) },
      mine && null,
      mine && { label: t("library.edit"), icon: "edit", run: () => editRepo(repo) },
      mine && { label: t("library.retention"), icon: "history", run: () => chooseHistory(repo) },
      mine && repo.encrypted && { label: t("library.password"), icon: "key", run: () => changePassword(repo) },
      mine && { label: t("library.transfer"), icon: "transfer", run: () => transferRepo(repo) },
      (mine || given) && null,
      mine && { label: t("library.delete"), icon: "trash", danger: true, run: () => deleteRepo(repo) },
      given && { label: t("library.leave"), icon: "signOut", danger: true, run: () => leaveRepo(repo) },
    ],
    { label: repo.name },
  );
}

/**
 * Asks for a new library and makes it.
 * @param {{ isPublic?: boolean }} [options]
 */
export async function createRepo({ isPublic = false } = {}) {
  /** @param {Record<string, string>} values */
  const isEncrypted = (values) => values.encrypted === "on";
  const done = await askForm({
    title: isPublic ? t("library.newPublic") : t("library.new"),
    text: isPublic && t("library.newPublicText"),
    fields: () => [
      { name: "name", label: t("library.name"), required: true, focus: true, maxlength: 255 },
      { name: "desc", label: t("library.desc"), maxlength: 1000 },
      ...(isPublic ? [permissionField()] : []),
      { name: "encrypted", label: t("library.encrypt"), type: "checkbox", hint: t("library.encryptHint") },
      ...passwordFields().map((field) => ({ ...field, shown: isEncrypted })),
    ],
    action: t("library.create"),
    run: (values) =>
      post(isPublic ? "/v1/repos/public/" : "/v1/repos/", {
        name: values.name.trim(),
        desc: values.desc.trim(),
        permission: values.permission,
        password: isEncrypted(values) ? values.password : undefined,
      }),
  });
  if (!done) return;
  toast(t("library.created", { name: done.name.trim() }), { kind: "success" });
  await repos.reload();
}

/** @returns {import("./ui/form.js").Field} */
function permissionField() {
  return {
    name: "permission",
    label: t("library.everybodyMay"),
    type: "select",
    value: "r",
    options: [{ value: "r", label: t("library.read") }, { value: "rw", label: t("library.write") }],
  };
}

/** @returns {import("./ui/form.js").Field[]} */
function passwordFields() {
  return [
    { name: "password", label: t("library.newPassword"), type: "password", required: true, autocomplete: "new-password" },
    {
      name: "again",
      label: t("password.again"),
      type: "password",
      required: true,
      autocomplete: "new-password",
      check: ({ password, again }) => (password === again ? "" : t("password.differ")),
    },
  ];
}

/**
 * Asks for the password of an encrypted library.
 * @param {{ id: string, name: string }} repo
 * @returns {Promise<boolean>} Whether it is unlocked now.
 */
export async function unlockRepo(repo) {
  const done = await askForm({
    title: t("library.unlockTitle"),
    text: rich("library.unlockText", { name: name(repo.name) }),
    fields: () => [{ name: "password", label: t("password"), type: "password", required: true, focus: true, autocomplete: "off" }],
    action: t("library.unlock"),
    run: ({ password }) => post(`/v1/repos/${repo.id}/action`, { action: "setpassword", password }),
  });
  if (done) await repos.reload();
  return done !== null;
}

/** @param {Rest.Repo} repo */
async function editRepo(repo) {
  const done = await askForm({
    title: t("library.edit"),
    fields: () => [
      { name: "name", label: t("library.name"), value: repo.name, required: true, focus: true, select: "all", maxlength: 255 },
      { name: "desc", label: t("library.desc"), value: repo.desc, maxlength: 1000 },
    ],
    action: t("save"),
    run: (values) => put(`/v1/repos/${repo.id}/`, { name: values.name.trim(), desc: values.desc.trim() }),
  });
  if (done) await repos.reload();
}

/** @param {Rest.Repo} repo */
async function chooseHistory(repo) {
  const choices = [...new Set([...HISTORY_CHOICES, repo.history_days])];
  const done = await askForm({
    title: t("library.retention"),
    text: t("library.retentionText"),
    fields: () => [
      {
        name: "days",
        label: t("library.retentionLabel"),
        type: "select",
        value: String(repo.history_days),
        options: choices.map((days) => ({ value: String(days), label: daysText(days) })),
      },
    ],
    action: t("save"),
    run: ({ days }) => put(`/v1/repos/${repo.id}/`, { history_days: Number(days) }),
  });
  if (done) await repos.reload();
}

/** @param {number} days */
function daysText(days) {
  if (days === FOREVER) return t("library.keepAll");
  return days ? t("library.keepDays", { count: days }) : t("library.keepNone");
}

/** @param {Rest.Repo} repo */
async function changePassword(repo) {
  const done = await askForm({
    title: t("library.password"),
    fields: () => [
      { name: "old", label: t("library.oldPassword"), type: "password", required: true, focus: true },
      ...passwordFields(),
    ],
    action: t("save"),
    run: (values) =>
      post(`/v1/repos/${repo.id}/action`, {
        action: "changepassword",
        old_password: values.old,
        new_password: values.password,
      }),
  });
  if (done) toast(t("library.passwordChanged"), { kind: "success" });
}

/** @param {Rest.Repo} repo */
async function transferRepo(repo) {
  const done = await askForm({
    title: t("library.transfer"),
    text: rich("library.transferText", { name: name(repo.name) }),
    fields: () => [{ name: "owner", label: t("library.newOwner"), required: true, focus: true }],
    action: t("library.transfer"),
    run: ({ owner }) => post(`/v1/repos/${repo.id}/action`, { action: "transfer", owner: owner.trim() }),
  });
  if (!done) return;
  toast(t("library.transferred", { name: repo.name, owner: done.owner.trim() }), { kind: "success" });
  await repos.reload();
}

/** @param {Rest.Repo} repo */
async function deleteRepo(repo) {
  const done = await confirm({
    title: t("library.deleteTitle"),
    text: rich("library.deleteText", { name: name(repo.name), count: repo.file_count, size: size(repo.size) }),
    action: t("library.delete"),
    danger: true,
    run: () => del(`/v1/repos/${repo.id}/`),
  });
  if (!done) return;
  refreshUsage();
  toast(t("library.deleted", { name: repo.name }));
  if (location.hash.startsWith(href("library", repo.id))) go("#/");
  await Promise.all([repos.reload(), stars.reload()]);
}

/** @param {Rest.Repo} repo */
async function leaveRepo(repo) {
  const done = await confirm({
    title: t("library.leave"),
    text: rich("library.leaveText", { name: name(repo.name), owner: name(repo.owner) }),
    action: t("library.leave"),
    danger: true,
    run: () => del("/v1/beshared-repos/", { repo_id: repo.id }),
  });
  if (done) await Promise.all([repos.reload(), received.reload()]);
}
