/** The dialog in which one shares a library, a folder or a file. */

import { h, redraw } from "../dom.js";
import { loadTexts, t } from "../i18n.js";
import { loadStyle } from "../router.js";
import { account } from "../session.js";
import { openDialog } from "../ui/dialog.js";
import { tabs } from "../ui/parts.js";
import { LinkPane } from "./links.js";
import { PeoplePane } from "./people.js";

/**
 * @typedef {object} Shareable What is shared.
 * @property {{ id: string, owner: string, encrypted: boolean, permission: Rest.Permission, is_virtual: boolean }} repo Its library.
 * @property {string} path "/" is the library itself.
 * @property {boolean} isDir
 * @property {string} name
 */

/** @typedef {{ key: string, label: string, render: () => Child }} Pane */

/**
 * Opens the dialog.
 * @param {Shareable} shareable
 * @returns {Promise<void>} When it is closed.
 */
export async function openShareDialog(shareable) {
  await Promise.all([...["sharing", "copyable"].map(loadTexts), ...["sharing", "copyable"].map(loadStyle)]);
  const panes = panesFor(shareable);
  let current = panes[0];
  await openDialog({
    title: t("sharing.title", { name: shareable.name }),
    size: "wide",
    body: () => [
      panes.length > 1 &&
        tabs(
          t("sharing.ways"),
          panes.map((pane) => ({
            label: pane.label,
            selected: pane === current,
            run: () => {
              current = pane;
              redraw();
            },
          })),
        ),
      h("div", { key: current?.key ?? "none", class: "sharing-pane" }, current ? current.render() : t("sharing.none")),
    ],
  });
}

/**
 * Returns the ways in which the account may share something.
 * @param {Shareable} shareable
 * @returns {Pane[]}
 */
function panesFor(shareable) {
  const { repo, path, isDir } = shareable;
  const isOwner = repo.owner === account().username && !repo.is_virtual;
  /** @type {Pane[]} */
  const panes = [];
  if (isDir && isOwner && (!repo.encrypted || path === "/")) {
    const people = new PeoplePane(repo.id, path);
    panes.push({ key: "people", label: t("sharing.people"), render: () => people.render() });
  }
  if (repo.encrypted) return panes;
  const link = new LinkPane(repo.id, path, isDir ? "d" : "f");
  panes.push({ key: "link", label: t("sharing.link"), render: () => link.render() });
  if (isDir && repo.permission === "rw") {
    const upload = new LinkPane(repo.id, path, "u");
    panes.push({ key: "upload", label: t("sharing.uploadLink"), render: () => upload.render() });
  }
  return panes;
}
