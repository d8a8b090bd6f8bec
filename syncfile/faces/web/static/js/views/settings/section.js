/** A card of the settings. */

import { put } from "../../api.js";
import { h } from "../../dom.js";
import { account, session } from "../../session.js";

/**
 * @param {string} title
 * @param {Child} text
 * @param {Child} content
 */
export function section(title, text, content) {
  return h("section", { key: title, class: "card section" }, h("h2", null, title), h("p", { class: "soft" }, text), content);
}

/**
 * Changes the account of who is signed in.
 * @param {{ old_password: string, email?: string, password?: string }} values
 */
export async function changeAccount(values) {
  noteAccount(await put(`/v1/accounts/${account().id}/`, values));
}

/**
 * Notes what has become of the account of who is signed in.
 * @param {Partial<Rest.Account>} changed
 */
export function noteAccount(changed) {
  session.value = { .../** @type {Rest.Session} */ (session.value), account: { ...account(), ...changed } };
}
