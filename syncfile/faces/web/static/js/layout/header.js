/** The bar at the top: what is needed in every view. */

import { h } from "../dom.js";
import { t } from "../i18n.js";
import { account, signOut } from "../session.js";
import { openMenu } from "../ui/menu.js";
import { avatar } from "../ui/parts.js";
import { brandMark } from "./nav.js";
import { openHelp } from "./shortcut-help.js";

/** Pieces of the bar, from left to right; modules add theirs. @type {{ place: number, render: () => Child }[]} */
const pieces = [];

/**
 * Adds a piece to the bar, such as the field for searching.
 * @param {number} place Lower ones stand further left; the account's menu stands last.
 * @param {() => Child} render
 */
export function addToHeader(place, render) {
  pieces.push({ place, render });
  pieces.sort((a, b) => a.place - b.place);
}

export function renderHeader() {
  return h(
    "header",
    { key: "header", class: "header" },
    h("a", { class: "brand header-brand", href: "#/", "aria-label": "SyncFile" }, brandMark()),
    h("div", { class: "header-pieces" }, pieces.map((piece) => piece.render())),
    renderAccount(),
  );
}

function renderAccount() {
  const { username, email } = account();
  return h(
    "button",
    {
      type: "button",
      class: "account-button",
      "aria-haspopup": "menu",
      "aria-label": t("account.menu", { name: username }),
      onclick: (event) =>
        openMenu(
          event.currentTarget,
          [
            { label: t("nav.settings"), icon: "settings", href: "#/settings" },
            { label: t("shortcuts.title"), icon: "help", hint: "?", run: openHelp },
            null,
            { label: t("signOut"), icon: "signOut", run: signOut },
          ],
          { label: email && email !== username ? `${username} · ${email}` : username },
        ),
    },
    avatar(username),
  );
}
