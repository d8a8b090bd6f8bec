/** What administrators look after. Parts: how the server is doing, accounts, settings and the audit log. */

import { h } from "../dom.js";
import { t } from "../i18n.js";
import { href } from "../router.js";
import { account } from "../session.js";
import { emptyState, pageHead, tabs } from "../ui/parts.js";
import { AccountsPart } from "./admin/accounts.js";
import { LogPart } from "./admin/log.js";
import { ServerPart } from "./admin/server.js";
import { SettingsPart } from "./admin/settings.js";

/** @param {ViewContext} context */
export function show({ params }) {
  const server = new ServerPart();
  /** @type {Record<string, { render: () => Child }>} */
  const parts = { server, accounts: new AccountsPart(), settings: new SettingsPart(), log: new LogPart() };
  let shown = partOf(params.part, parts);
  return {
    title: () => t("admin.title"),
    /** @param {ViewContext} context */
    update: (context) => { shown = partOf(context.params.part, parts); },
    leave: () => server.stop(),
    render: () =>
      account().is_staff
        ? h(
            "div",
            { class: "page" },
            pageHead(t("admin.title")),
            tabs(
              t("admin.title"),
              Object.keys(parts).map((part) => ({ label: t(`admin.${part}`), href: part === "server" ? href("admin") : href("admin", part), selected: part === shown })),
            ),
            h("div", { key: shown }, parts[shown].render()),
          )
        : emptyState({ icon: "admin", title: t("admin.title"), text: t("error.permission_denied") }),
  };
}

/**
 * @param {string | undefined} part
 * @param {Record<string, unknown>} parts
 */
function partOf(part, parts) {
  return part && Object.hasOwn(parts, part) ? part : "server";
}
