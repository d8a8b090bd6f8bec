/** Signing in: name and password, and then a code where the account asks for one. */

import { ApiError } from "../api.js";
import { h } from "../dom.js";
import { rich, t } from "../i18n.js";
import { signIn } from "../session.js";
import { Form } from "./form.js";
import { name } from "./parts.js";

export class SignInForm {
  /**
   * @param {object} [options]
   * @param {string} [options.username] Who it has to be; without it anybody.
   * @param {() => void} [options.done] Called when somebody is signed in.
   * @param {() => Child} [options.cancel] A button beside.
   */
  constructor({ username, done, cancel } = {}) {
    this._username = username;
    this._done = done;
    this.asksCode = false;
    this._usesRecovery = false;
    this._form = new Form({
      fields: () => (this.asksCode ? [this._codeField()] : this._passwordFields()),
      action: () => t("signIn"),
      run: () => this._run(),
      cancel,
    });
  }

  title() {
    return this.asksCode ? t("signIn.codeTitle") : t("signIn.title");
  }

  /** @returns {Child} */
  text() {
    if (!this.asksCode) return t("signIn.text");
    return rich(this._usesRecovery ? "signIn.recoveryText" : "signIn.codeText", { name: name(this._typedName()) });
  }

  /** @returns {Child} */
  render() {
    return [
      h("div", { key: `${this.asksCode} ${this._usesRecovery}` }, this._form.render()),
      this.asksCode &&
        h(
          "div",
          { key: "ways", class: "sign-in-ways" },
          renderWay(t(this._usesRecovery ? "signIn.useApp" : "signIn.useRecovery"), () => this._switch()),
          renderWay(t("signIn.back"), () => this._back()),
        ),
    ];
  }

  /** @returns {import("./form.js").Field[]} */
  _passwordFields() {
    const who = { name: "username", required: true, autocomplete: "username" };
    return [
      this._username === undefined
        ? { ...who, label: t("signIn.name"), focus: true }
        : { ...who, label: t("username"), value: this._username, readonly: true },
      {
        name: "password",
        label: t("password"),
        type: "password",
        required: true,
        focus: this._username !== undefined,
        autocomplete: "current-password",
      },
    ];
  }

  /** @returns {import("./form.js").Field} */
  _codeField() {
    if (this._usesRecovery) return { name: "recovery", label: t("signIn.recovery"), required: true, focus: true, placeholder: "xxxx-xxxx" };
    return { name: "code", label: t("signIn.code"), required: true, focus: true, autocomplete: "one-time-code", inputmode: "numeric", placeholder: "000000" };
  }

  _typedName() {
    return (this._form.values.username ?? this._username ?? "").trim();
  }

  async _run() {
    const { password, code, recovery } = this._form.values;
    try {
      const given = this._usesRecovery ? recovery : code;
      this.asksCode = !(await signIn(this._typedName(), password, this.asksCode ? given : undefined));
    } catch (error) {
      // The password was changed meanwhile.
      if (error instanceof ApiError && error.slug === "not_authenticated") this._back();
      throw error;
    }
    if (this.asksCode) return;
    this._form.reset();
    this._usesRecovery = false;
    this._done?.();
  }

  _switch() {
    this._usesRecovery = !this._usesRecovery;
    this._form.error = "";
  }

  _back() {
    const { username, password } = this._form.values;
    this._form.reset();
    if (username !== undefined) this._form.values.username = username;
    this._form.values.password = password;
    this.asksCode = false;
    this._usesRecovery = false;
  }
}

/**
 * @param {string} label
 * @param {() => void} run
 */
function renderWay(label, run) {
  return h("button", { key: label, type: "button", class: "link", onclick: run }, label);
}
