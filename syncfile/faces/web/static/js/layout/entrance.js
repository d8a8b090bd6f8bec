/** The way in: to sign in, or to make an account where the server lets strangers do that. */

import { h } from "../dom.js";
import { chooseLanguage, language, LANGUAGES, t } from "../i18n.js";
import { icon } from "../icons.js";
import { register, session } from "../session.js";
import { openMenu } from "../ui/menu.js";
import { Form } from "../ui/form.js";
import { SignInForm } from "../ui/sign-in-form.js";
import { brandMark } from "./nav.js";

let isNew = false;

const signInForm = new SignInForm();

const registerForm = new Form({
  fields: () => [
    { name: "username", label: t("username"), required: true, focus: true, autocomplete: "username", hint: t("register.nameHint") },
    { name: "email", label: t("email"), type: "email", required: true, autocomplete: "email" },
    { name: "password", label: t("password"), type: "password", required: true, autocomplete: "new-password" },
    {
      name: "again",
      label: t("password.again"),
      type: "password",
      required: true,
      autocomplete: "new-password",
      check: ({ password, again }) => (password === again ? "" : t("password.differ")),
    },
  ],
  action: () => t("register"),
  run: async ({ username, email, password }) => {
    await register(username.trim(), email.trim(), password);
    registerForm.reset();
    isNew = false;
  },
});

/** @returns {VNode} */
export function renderEntrance() {
  const mayRegister = session.value?.may_register ?? false;
  const asNew = isNew && mayRegister;
  return h(
    "main",
    { key: "entrance", class: "entrance" },
    h(
      "div",
      { class: "entrance-card" },
      h("div", { class: "entrance-brand" }, brandMark(), h("span", null, "SyncFile")),
      h("h1", null, asNew ? t("register.title") : signInForm.title()),
      h("p", { class: "soft" }, asNew ? t("register.text") : signInForm.text()),
      h("div", { key: asNew ? "register" : "signIn" }, (asNew ? registerForm : signInForm).render()),
      mayRegister && !signInForm.asksCode && renderSwitch(asNew),
    ),
    renderLanguage(),
  );
}

/** @param {boolean} asNew */
function renderSwitch(asNew) {
  return h(
    "p",
    { class: "entrance-switch soft" },
    asNew ? t("register.known") : t("signIn.new"),
    " ",
    h("button", { type: "button", class: "link", onclick: () => { isNew = !asNew; } }, asNew ? t("signIn") : t("register")),
  );
}

function renderLanguage() {
  const items = Object.entries(LANGUAGES).map(([name, label]) => ({
    label,
    checked: name === language,
    run: () => chooseLanguage(name),
  }));
  return h(
    "button",
    { type: "button", class: "entrance-language", "aria-haspopup": "menu", onclick: (event) => openMenu(event.currentTarget, items) },
    icon("globe"),
    LANGUAGES[/** @type {keyof typeof LANGUAGES} */ (language)],
  );
}
