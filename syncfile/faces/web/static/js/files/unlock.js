/** The password of an encrypted library. */

import { ApiError, post } from "../api.js";
import { h } from "../dom.js";
import { t } from "../i18n.js";
import { icon } from "../icons.js";
import { Form } from "../ui/form.js";

/** @param {unknown} error */
export function isLocked(error) {
  return error instanceof ApiError && error.status === 440;
}

/** Asks for the password of a library in the place of what it hides. */
export class UnlockForm {
  /**
   * @param {string} repoId
   * @param {() => unknown} then Called when the library is open.
   */
  constructor(repoId, then) {
    this._form = new Form({
      fields: () => [
        { name: "password", label: t("unlock.password"), type: "password", required: true, focus: true, autocomplete: "off" },
      ],
      action: () => t("unlock.action"),
      run: async ({ password }) => {
        await post(`/v1/repos/${repoId}/action/`, { action: "setpassword", password });
        this._form.reset();
        await then();
      },
    });
  }

  render() {
    return h(
      "div",
      { key: "unlock", class: "unlock" },
      h("div", { class: "empty-icon" }, icon("lock")),
      h("h2", { class: "empty-title" }, t("unlock.title")),
      h("p", { class: "empty-text" }, t("unlock.text")),
      this._form.render(),
    );
  }
}
