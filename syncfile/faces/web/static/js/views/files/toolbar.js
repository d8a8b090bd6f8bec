/** The head of a folder: where it is, and what can be done with it or with what is selected. */

import { h } from "../../dom.js";
import { folderOf } from "../../files/paths.js";
import { t } from "../../i18n.js";
import { icon } from "../../icons.js";
import { hrefOfPath } from "../../router.js";
import { button } from "../../ui/button.js";
import { openMenu } from "../../ui/menu.js";
import { name } from "../../ui/parts.js";
import { look } from "../files.js";
import { askDelete, download, moveOrCopy, openMenuOf } from "./actions.js";

/** @typedef {import("../files.js").FilesView} FilesView */

const FEW = 3; // more folders than these go into a menu

/** @param {FilesView} view */
export function renderCrumbs({ folder, repoId, path }) {
  const names = path.split("/").filter(Boolean);
  const title = names.pop() ?? folder.repo?.name ?? "";
  const above = [folder.repo?.name ?? "…", ...names];
  const crumbs = path === "/" ? [] : above.map((text, index) => ({ text, path: `/${names.slice(0, index).join("/")}` }));
  const hidden = crumbs.length > FEW ? crumbs.slice(1, -1) : [];
  const first = hidden.length ? crumbs.slice(0, 1) : crumbs;
  return h(
    "nav",
    { class: "crumbs", "aria-label": t("files.path") },
    path === "/"
      ? button({ key: "up", label: t("nav.libraries"), icon: "back", text: false, kind: "quiet", href: "#/", class: "crumb-up" })
      : button({ key: "up", label: t("files.up"), icon: "back", text: false, kind: "quiet", href: hrefOfPath(repoId, folderOf(path)), class: "crumb-up" }),
    h(
      "ol",
      { class: "crumb-list" },
      crumbs.length === 0 && h("li", { key: "all", class: "crumb" }, h("a", { href: "#/" }, t("nav.libraries")), icon("chevronRight")),
      first.map((crumb) => renderCrumb(repoId, crumb)),
      hidden.length > 0 && renderHidden(repoId, hidden),
      hidden.length > 0 && renderCrumb(repoId, /** @type {Crumb} */ (crumbs.at(-1))),
      h("li", { key: "title", class: "crumb-title" }, h("h1", { class: "line", "aria-current": "page" }, name(title))),
    ),
  );
}

/** @typedef {{ text: string, path: string }} Crumb */

/**
 * @param {string} repoId
 * @param {Crumb} crumb
 */
function renderCrumb(repoId, crumb) {
  return h(
    "li",
    { key: crumb.path, class: "crumb" },
    h("a", { class: "line", href: hrefOfPath(repoId, crumb.path), "data-drop": crumb.path }, name(crumb.text)),
    icon("chevronRight"),
  );
}

/**
 * @param {string} repoId
 * @param {Crumb[]} hidden
 */
function renderHidden(repoId, hidden) {
  return h(
    "li",
    { key: "hidden", class: "crumb" },
    button({
      label: t("files.between"),
      icon: "more",
      text: false,
      kind: "quiet",
      more: { "aria-haspopup": "menu" },
      run: (event) => openMenu(event.currentTarget, hidden.map(({ text, path }) => ({ label: text, icon: "folder", href: hrefOfPath(repoId, path) }))),
    }),
    icon("chevronRight"),
  );
}

/** @param {FilesView} view */
export function renderBar(view) {
  return view.selection.size ? renderSelected(view) : renderTools(view);
}

/** @param {FilesView} view */
function renderTools(view) {
  return h(
    "div",
    { key: "tools", class: "files-bar" },
    view.mayWrite && menuButton(view, "upload", t("files.upload"), "upload", "primary"),
    view.mayWrite && menuButton(view, "new", t("files.new"), "plus", "plain"),
    h(
      "label",
      { class: "files-filter" },
      icon("search"),
      h("span", { class: "said" }, t("files.filter")),
      h("input", {
        type: "search",
        class: "input",
        placeholder: t("files.filter"),
        value: view.filter,
        spellcheck: "false",
        oninput: (event) => { view.filter = event.currentTarget.value; },
      }),
    ),
    button({
      key: "look",
      label: look.value === "list" ? t("files.asGrid") : t("files.asList"),
      icon: look.value === "list" ? "grid" : "list",
      text: false,
      kind: "quiet",
      run: () => { look.value = look.value === "list" ? "grid" : "list"; },
    }),
    menuButton(view, "sort", t("files.sort"), "sort", "quiet", false),
    menuButton(view, "folder", t("files.moreHere"), "more", "quiet", false),
  );
}

/**
 * @param {FilesView} view
 * @param {import("./actions.js").MenuName} menu
 * @param {string} label
 * @param {import("../../icons.js").IconName} iconName
 * @param {"primary" | "plain" | "quiet"} kind
 * @param {boolean} [text]
 */
function menuButton(view, menu, label, iconName, kind, text = true) {
  return button({
    key: menu,
    label,
    icon: iconName,
    kind,
    text,
    class: `files-${menu}`,
    more: { "aria-haspopup": "menu" },
    run: (event) => openMenuOf(view, menu, event.currentTarget),
  });
}

/** @param {FilesView} view */
function renderSelected(view) {
  const { selected, selection } = view;
  return h(
    "div",
    { key: "selected", class: "files-bar is-selected", role: "toolbar", "aria-label": t("files.withSelected") },
    button({ label: t("files.selectNone"), icon: "close", text: false, kind: "quiet", run: () => selection.clear() }),
    h("p", { class: "files-count", role: "status" }, t("files.selected", { count: selection.size })),
    action("download", "download", () => download(view, selected)),
    action("copy", "copy", () => moveOrCopy(view, selected, "copy")),
    view.mayWrite && action("move", "move", () => moveOrCopy(view, selected, "move")),
    view.mayWrite && action("delete", "trash", () => askDelete(view, selected)),
    button({
      label: t("more"),
      icon: "more",
      text: false,
      kind: "quiet",
      more: { "aria-haspopup": "menu" },
      run: (event) => openMenuOf(view, "entries", event.currentTarget),
    }),
  );
}

/**
 * @param {"download" | "copy" | "move" | "delete"} what
 * @param {import("../../icons.js").IconName} iconName
 * @param {() => unknown} run
 */
function action(what, iconName, run) {
  return button({ key: what, label: t(`files.do.${what}`), icon: iconName, kind: "quiet", run: async () => run(), class: `files-do files-${what}` });
}
