/** Asks for the password when a session has ended, without leaving what is on the page. */

import { t } from "../i18n.js";
import { signIn } from "../session.js";
import { askForm } from "./dialog.js";

/**
 * @param {string} username
 * @returns {Promise<boolean>} Whether the session goes on.
 */
export async function askPassword(username) {
  const done = await askForm({
    title: t("again.title"),
    text: t("again.text"),
    fields: () => [
      { name: "username", label: t("username"), value: username, readonly: true, autocomplete: "username" },
      { name: "password", label: t("password"), type: "password", required: true, focus: true, autocomplete: "current-password" },
    ],
    action: t("signIn"),
    run: (values) => signIn(username, values.password),
  });
  return done !== null;
}
