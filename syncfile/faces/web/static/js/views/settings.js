/** One's own account and this browser's look; and in a part of its own, what keeps the account safe. */

import { h } from "../dom.js";
import { t } from "../i18n.js";
import { href } from "../router.js";
import { pageHead, tabs } from "../ui/parts.js";
import { AccountPart } from "./settings/account.js";
import { SecurityPart } from "./settings/security.js";

/**
 * @param {ViewContext} context
 * @returns {View}
 */
export function show({ params }) {
  const isSecurity = params.part === "security";
  const part = isSecurity ? new SecurityPart() : new AccountPart();
  return {
    title: () => t("settings.title"),
    render: () =>
      h(
        "div",
        { class: "page page-narrow" },
        pageHead(t("settings.title")),
        tabs(t("settings.title"), [
          { label: t("settings.account"), href: href("settings"), selected: !isSecurity },
          { label: t("security.title"), href: href("settings", "security"), selected: isSecurity },
        ]),
        part.render(),
      ),
  };
}
