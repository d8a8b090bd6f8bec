/** Asks for the password when a session has ended, without leaving what is on the page. */

import { h } from "../dom.js";
import { t } from "../i18n.js";
import { button } from "./button.js";
import { openDialog } from "./dialog.js";
import { SignInForm } from "./sign-in-form.js";

/**
 * @param {string} username
 * @returns {Promise<boolean>} Whether the session goes on.
 */
export async function askPassword(username) {
  /** @type {(result: boolean | null) => void} */
  let finish = () => {};
  const form = new SignInForm({
    username,
    done: () => finish(true),
    cancel: () => button({ label: t("cancel"), run: () => finish(null) }),
  });
  const done = await openDialog({
    title: t("again.title"),
    body: (close) => {
      finish = close;
      return [h("div", { class: "dialog-text" }, form.asksCode ? form.text() : t("again.text")), form.render()];
    },
  });
  return done === true;
}
