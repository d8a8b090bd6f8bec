/** What keeps the account safe: password, second step, app passwords, and what is signed in or tried to. */

import { t } from "../../i18n.js";
import { Form } from "../../ui/form.js";
import { toast } from "../../ui/toast.js";
import { AppPasswords } from "./app-passwords.js";
import { Devices } from "./devices.js";
import { changeAccount, section } from "./section.js";
import { SignIns } from "./sign-ins.js";
import { TwoStep } from "./two-step.js";

export class SecurityPart {
  constructor() {
    const reload = () => this._reload();
    this._password = passwordForm(reload);
    this._twoStep = new TwoStep();
    this._appPasswords = new AppPasswords(reload);
    this._devices = new Devices(reload);
    this._signIns = new SignIns();
  }

  /** @returns {Child} */
  render() {
    return [
      this._twoStep.render(),
      section(t("settings.password"), t("settings.passwordText"), this._password.render()),
      this._appPasswords.render(),
      this._devices.render(),
      this._signIns.render(),
    ];
  }

  async _reload() {
    await Promise.all([this._appPasswords.reload(), this._devices.reload()]);
  }
}

/** @param {() => Promise<void>} changed Called when everything else is signed out. */
function passwordForm(changed) {
  const form = new Form({
    fields: () => [
      { name: "old_password", label: t("settings.oldPassword"), type: "password", required: true, autocomplete: "current-password" },
      { name: "password", label: t("settings.newPassword"), type: "password", required: true, autocomplete: "new-password" },
      {
        name: "again",
        label: t("password.again"),
        type: "password",
        required: true,
        autocomplete: "new-password",
        check: ({ password, again }) => (password === again ? "" : t("password.differ")),
      },
    ],
    action: () => t("settings.changePassword"),
    run: async ({ old_password, password }) => {
      await changeAccount({ old_password, password });
      form.reset();
      toast(t("settings.passwordChanged"), { kind: "success" });
      await changed();
    },
  });
  return form;
}
