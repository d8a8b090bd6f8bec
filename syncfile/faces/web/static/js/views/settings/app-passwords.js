/** Passwords for programs that cannot ask for a code. */

import { del, get, post } from "../../api.js";
import { h } from "../../dom.js";
import { ago, date, dateTime, rich, t } from "../../i18n.js";
import { icon } from "../../icons.js";
import { account } from "../../session.js";
import { Loaded } from "../../state.js";
import { button } from "../../ui/button.js";
import { copyable } from "../../ui/copyable.js";
import { askForm, confirm } from "../../ui/dialog.js";
import { name, whenLoaded } from "../../ui/parts.js";
import { showOnce } from "./once.js";
import { section } from "./section.js";

export class AppPasswords {
  /** @param {() => Promise<void>} changed Called when there is one more, or one less. */
  constructor(changed) {
    this._changed = changed;
    /** @type {Loaded<Rest.AppPassword[]>} */
    this._all = new Loaded(() => get("/v1/account/app-passwords/"));
  }

  /** @returns {Promise<void>} */
  reload() {
    return this._all.reload();
  }

  /** @returns {VNode} */
  render() {
    return section(
      t("security.appPasswords"),
      t("security.appPasswordsText"),
      whenLoaded(this._all.start(), (all) => [
        all.length > 0 && h("ul", { key: "all", class: "settings-rows" }, all.map((item) => this._renderItem(item))),
        h("div", { key: "new", class: "settings-actions" }, button({ label: t("security.newAppPassword"), icon: "plus", run: () => this._create() })),
      ]),
    );
  }

  /** @param {Rest.AppPassword} item */
  _renderItem(item) {
    const wasUsed = item.last_seen_at > item.created_at;
    return h(
      "li",
      { key: item.id, class: "row settings-row settings-app" },
      h("span", { class: "row-icon" }, icon("key")),
      h(
        "div",
        { class: "row-text" },
        h("div", { class: "row-title" }, name(item.name, "line")),
        h(
          "p",
          { class: "row-detail" },
          t("security.madeOn", { date: date(item.created_at) }),
          " · ",
          wasUsed
            ? [rich("security.lastUsed", { time: h("time", { title: dateTime(item.last_seen_at) }, ago(item.last_seen_at)) }), " · ", item.address]
            : t("security.neverUsed"),
        ),
      ),
      h("div", { class: "row-actions" }, button({ label: t("security.revoke"), kind: "quiet", run: () => this._revoke(item) })),
    );
  }

  async _create() {
    /** @type {Rest.NewAppPassword | undefined} */
    let made;
    const done = await askForm({
      title: t("security.newAppPassword"),
      text: t("security.newAppPasswordText"),
      fields: () => [{ name: "name", label: t("security.programName"), required: true, focus: true, maxlength: 200, placeholder: t("security.programExample") }],
      action: t("security.create"),
      run: async (values) => { made = await post("/v1/account/app-passwords/", { name: values.name.trim() }); },
    });
    if (!done || !made) return;
    const reloaded = this._changed();
    await showOnce({
      title: t("security.appPasswordFor", { name: made.name }),
      body: [
        h("p", { class: "dialog-text" }, t("security.appPasswordOnce")),
        fact(t("username"), account().username),
        fact(t("security.appPassword"), made.password),
      ],
    });
    await reloaded;
  }

  /** @param {Rest.AppPassword} item */
  async _revoke(item) {
    const done = await confirm({
      title: t("security.revokeTitle", { name: item.name }),
      text: t("security.revokeText"),
      action: t("security.revoke"),
      danger: true,
      run: () => del(`/v1/account/app-passwords/${encodeURIComponent(item.id)}/`),
    });
    if (done) await this._changed();
  }
}

/**
 * @param {string} label
 * @param {string} text
 */
function fact(label, text) {
  return h("div", { class: "settings-fact" }, h("p", { class: "field-label" }, label), copyable(text, { label }));
}
