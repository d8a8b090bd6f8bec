/** What administrators look after. Parts: how the server is doing, and accounts. */

import { h } from "../dom.js";
import { t } from "../i18n.js";
import { href } from "../router.js";
import { account } from "../session.js";
import { emptyState, pageHead, tabs } from "../ui/parts.js";
import { AccountsPart } from "./admin/accounts.js";
import { ServerPart } from "./admin/server.js";

/** @param {ViewContext} context */
export function show({ params }) {
  let isAccounts = params.part === "accounts";
  const server = new ServerPart();
  const accounts = new AccountsPart();
  return {
    title: () => t("admin.title"),
    /** @param {ViewContext} context */
    update: (context) => { isAccounts = context.params.part === "accounts"; },
    leave: () => server.stop(),
    render: () =>
      account().is_staff
        ? h(
            "div",
            { class: "page" },
            pageHead(t("admin.title")),
            tabs(t("admin.title"), [
              { label: t("admin.server"), href: href("admin"), selected: !isAccounts },
              { label: t("admin.accounts"), href: href("admin", "accounts"), selected: isAccounts },
            ]),
            h("div", { key: isAccounts ? "accounts" : "server" }, (isAccounts ? accounts : server).render()),
          )
        : emptyState({ icon: "admin", title: t("admin.title"), text: t("error.permission_denied") }),
  };
}
