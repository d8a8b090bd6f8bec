/** Who signed in with the account, or could not. */

import { get } from "../../api.js";
import { browserName } from "../../browser-name.js";
import { h } from "../../dom.js";
import { ago, dateTime, t } from "../../i18n.js";
import { icon } from "../../icons.js";
import { Loaded } from "../../state.js";
import { button } from "../../ui/button.js";
import { badge, name, whenLoaded } from "../../ui/parts.js";
import { section } from "./section.js";

const FIRST = 5;
const STEP = 25;
const MOST = 1000; // that the server tells at once

export class SignIns {
  constructor() {
    this._shown = FIRST;
    /** One more than is shown tells whether there are more. @type {Loaded<Rest.SignIn[]>} */
    this._all = new Loaded(() => get("/v1/account/sign-ins/", { limit: Math.min(this._shown + 1, MOST) }));
  }

  /** @returns {VNode} */
  render() {
    return section(
      t("security.signIns"),
      t("security.signInsText"),
      whenLoaded(this._all.start(), (all) => [
        h("ol", { key: "list", class: "settings-rows" }, all.slice(0, this._shown).map(renderSignIn)),
        all.length > this._shown &&
          h("div", { key: "more", class: "settings-actions" }, button({ label: t("security.moreSignIns"), run: () => this._more() })),
      ]),
    );
  }

  async _more() {
    this._shown += STEP;
    await this._all.reload();
  }
}

/**
 * @param {Rest.SignIn} item
 * @param {number} index
 */
function renderSignIn(item, index) {
  return h(
    "li",
    { key: index, class: item.success ? "row settings-row" : "row settings-row settings-failed" },
    h("span", { class: "row-icon" }, icon(item.success ? "check" : "warning")),
    h(
      "div",
      { class: "row-text" },
      h(
        "div",
        { class: "row-title" },
        name(browserName(item.client) || item.client || t("security.unknownProgram"), "line"),
        !item.success && badge(t("security.failed"), { kind: "warning" }),
      ),
      h("p", { class: "row-detail" }, item.address, " · ", h("time", { title: ago(item.time) }, dateTime(item.time))),
    ),
  );
}
