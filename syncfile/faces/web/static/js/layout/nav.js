/** The ways through the page: at the side on wide screens, at the foot and in a drawer on narrow ones. */

import { h } from "../dom.js";
import { size, t } from "../i18n.js";
import { icon } from "../icons.js";
import { currentPath } from "../router.js";
import { account } from "../session.js";
import { openDialog } from "../ui/dialog.js";
import { progress } from "../ui/parts.js";

/**
 * @typedef {object} NavItem
 * @property {string} href
 * @property {string} text Key of its label.
 * @property {string} [short] Key of a shorter one for the foot.
 * @property {import("../icons.js").IconName} icon
 * @property {boolean} [tab] Whether it is at the foot of narrow screens as well.
 * @property {boolean} [staff] For administrators.
 */

/** In groups, as they stand at the side. @type {NavItem[][]} */
const ITEMS = [
  [
    { href: "#/", text: "nav.libraries", icon: "libraries", tab: true },
    { href: "#/libraries/shared", text: "nav.shared", short: "nav.sharedShort", icon: "shared", tab: true },
    { href: "#/groups", text: "nav.groups", icon: "group" },
    { href: "#/libraries/public", text: "nav.public", icon: "globe" },
  ],
  [
    { href: "#/starred", text: "nav.starred", icon: "star", tab: true },
    { href: "#/activity", text: "nav.activity", icon: "activity", tab: true },
    { href: "#/shared", text: "nav.sharedByMe", icon: "share" },
  ],
  [
    { href: "#/connect", text: "nav.connect", icon: "connect" },
    { href: "#/settings", text: "nav.settings", icon: "settings" },
    { href: "#/admin", text: "nav.admin", icon: "admin", staff: true },
  ],
];

/** Views that belong to a library, where no place of its own stands for them. */
const WITHIN_LIBRARIES = new Set(["library", "file", "history", "trash", "versions"]);

export function renderNav() {
  return h(
    "nav",
    { key: "nav", class: "nav", "aria-label": t("nav.label") },
    h("a", { class: "brand", href: "#/" }, brandMark(), h("span", null, "SyncFile")),
    renderGroups(),
    renderRoom(),
  );
}

export function renderTabBar() {
  const tabs = ITEMS.flat().filter((item) => item.tab);
  return h(
    "nav",
    { key: "tabs", class: "tab-bar", "aria-label": t("nav.label") },
    tabs.map((item) => renderItem({ ...item, text: item.short ?? item.text }, "tab-bar-item")),
    h(
      "button",
      { type: "button", class: "tab-bar-item", "aria-haspopup": "dialog", "aria-current": isInDrawer(tabs) ? "true" : undefined, onclick: openDrawer },
      icon("menu"),
      h("span", null, t("nav.more")),
    ),
  );
}

/** @param {NavItem[]} tabs What has a tab of its own. */
function isInDrawer(tabs) {
  return ITEMS.flat().some(isPlace) && !tabs.some(isPlace);
}

/**
 * Tells whether one is at a place, or in a part of it.
 * @param {NavItem} item
 */
function isPlace({ href }) {
  const place = `#${currentPath()}`;
  return place === href || (href !== "#/" && place.startsWith(`${href}/`));
}

export function brandMark() {
  return h("img", { class: "brand-mark", src: new URL("../../icon.svg", import.meta.url).href, alt: "", width: 28, height: 28 });
}

function openDrawer() {
  openDialog({
    title: "SyncFile",
    body: (close) => h("nav", { class: "drawer", "aria-label": t("nav.label"), onclick: () => close(null) }, renderGroups(), renderRoom()),
  });
}

function renderGroups() {
  return ITEMS.map((group, index) =>
    h(
      "ul",
      { key: index, class: "nav-group" },
      group.filter((item) => !item.staff || account().is_staff).map((item) => h("li", { key: item.href }, renderItem(item, "nav-item"))),
    ),
  );
}

/**
 * @param {NavItem} item
 * @param {string} className
 */
function renderItem(item, className) {
  const path = currentPath();
  const isAround = isPlace(item) || (item.href === "#/" && WITHIN_LIBRARIES.has(path.split("/")[1]));
  const selected = `#${path}` === item.href ? "page" : isAround;
  return h(
    "a",
    { key: item.href, class: className, href: item.href, "aria-current": selected === true ? "true" : selected || undefined },
    icon(item.icon),
    h("span", null, t(item.text)),
  );
}

function renderRoom() {
  const { usage, total } = account();
  return h(
    "div",
    { class: "room" },
    total > 0 && progress(usage, total, t("room.label")),
    h("p", { class: "soft" }, total > 0 ? t("room.of", { used: size(usage), total: size(total) }) : t("room.used", { used: size(usage) })),
  );
}
