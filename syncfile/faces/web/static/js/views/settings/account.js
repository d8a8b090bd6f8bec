/** Who one is, and how the page looks in this browser. */

import { h } from "../../dom.js";
import { chooseLanguage, chosenLanguage, LANGUAGES, size, t } from "../../i18n.js";
import { theme } from "../../preferences.js";
import { account, signOut } from "../../session.js";
import { button } from "../../ui/button.js";
import { Form } from "../../ui/form.js";
import { avatar, badge, name, progress, segments } from "../../ui/parts.js";
import { toast } from "../../ui/toast.js";
import { changeAccount, section } from "./section.js";

export class AccountPart {
  constructor() {
    this._email = emailForm();
  }

  /** @returns {Child} */
  render() {
    return [renderAccount(), renderLook(), section(t("settings.email"), t("settings.emailText"), this._email.render())];
  }
}

function renderAccount() {
  const { username, email, is_staff, usage, total } = account();
  return h(
    "section",
    { key: "account", class: "card section" },
    h(
      "div",
      { class: "settings-account" },
      avatar(username, { large: true }),
      h(
        "div",
        { class: "row-text" },
        h("h2", { class: "row-title" }, name(username, "line"), is_staff && badge(t("settings.staff"), { kind: "accent" })),
        h("p", { class: "soft line" }, name(email)),
      ),
      button({ label: t("signOut"), icon: "signOut", run: signOut }),
    ),
    total > 0 && progress(usage, total, t("room.label")),
    h("p", { class: "soft small" }, total > 0 ? t("room.of", { used: size(usage), total: size(total) }) : t("room.used", { used: size(usage) })),
  );
}

function renderLook() {
  return section(
    t("settings.look"),
    t("settings.lookText"),
    h(
      "div",
      { class: "settings-look" },
      choice(
        t("settings.theme"),
        segments(
          t("settings.theme"),
          [
            { value: /** @type {import("../../preferences.js").Theme} */ ("auto"), label: t("settings.auto"), icon: "monitor" },
            { value: "light", label: t("settings.light"), icon: "sun" },
            { value: "dark", label: t("settings.dark"), icon: "moon" },
          ],
          theme.value,
          (value) => {
            theme.value = value;
          },
        ),
      ),
      choice(
        t("settings.language"),
        segments(
          t("settings.language"),
          [{ value: "", label: t("settings.auto") }, ...Object.entries(LANGUAGES).map(([value, label]) => ({ value, label }))],
          chosenLanguage(),
          chooseLanguage,
        ),
      ),
    ),
  );
}

/**
 * @param {string} label
 * @param {VNode} control
 */
function choice(label, control) {
  return h("div", { key: label, class: "field" }, h("span", { class: "field-label", "aria-hidden": true }, label), control);
}

function emailForm() {
  const form = new Form({
    fields: () => [
      { name: "email", label: t("email"), type: "email", value: account().email, required: true, autocomplete: "email" },
      { name: "email_password", label: t("settings.oldPassword"), type: "password", required: true, autocomplete: "current-password" },
    ],
    action: () => t("save"),
    run: async ({ email, email_password }) => {
      await changeAccount({ email: email.trim(), old_password: email_password });
      form.reset();
      toast(t("settings.saved"), { kind: "success" });
    },
  });
  return form;
}
