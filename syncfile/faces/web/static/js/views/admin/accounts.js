/** Accounts: who has one, how much room, and whether it works. */

import { del, get, post, put } from "../../api.js";
import { h } from "../../dom.js";
import { date, rich, size, t } from "../../i18n.js";
import { account as self } from "../../session.js";
import { Loaded } from "../../state.js";
import { button } from "../../ui/button.js";
import { askForm, confirm } from "../../ui/dialog.js";
import { openMenu } from "../../ui/menu.js";
import { avatar, badge, emptyState, name, progress, whenLoaded } from "../../ui/parts.js";
import { toast } from "../../ui/toast.js";
import { openSignedIn } from "./signed-in.js";

const PAGE = 1000;
const MOST_SHOWN = 200;
const GIGABYTE = 2 ** 30;
const FILTER_FROM = 8; // as many as one sees at a glance

export class AccountsPart {
  constructor() {
    /** @type {Loaded<Rest.Account[]>} */
    this._accounts = new Loaded(fetchAll);
    this._filter = "";
  }

  /** @returns {Child} */
  render() {
    return whenLoaded(this._accounts.start(), (all) => [
      h(
        "div",
        { key: "bar", class: "admin-accounts-bar" },
        all.length > FILTER_FROM && this._renderFilter(),
        button({ label: t("admin.newAccount"), icon: "plus", kind: "primary", run: () => this._create() }),
      ),
      this._renderList(all),
    ]);
  }

  _renderFilter() {
    return h("input", {
      key: "filter",
      class: "input admin-filter",
      type: "search",
      "aria-label": t("admin.filter"),
      placeholder: t("admin.filter"),
      value: this._filter,
      oninput: (event) => { this._filter = event.currentTarget.value; },
    });
  }

  /** @param {Rest.Account[]} all */
  _renderList(all) {
    const wanted = this._filter.trim().toLocaleLowerCase();
    const shown = all.filter((item) => `${item.username} ${item.email}`.toLocaleLowerCase().includes(wanted));
    if (!shown.length) return emptyState({ icon: "user", title: t("admin.nobody") });
    const rest = shown.length - MOST_SHOWN;
    return [
      h("ul", { key: "accounts", class: "card rows" }, shown.slice(0, MOST_SHOWN).map((item) => this._renderAccount(item))),
      rest > 0 && h("p", { key: "rest", class: "soft load-more" }, t("admin.moreAccounts", { count: rest })),
    ];
  }

  /** @param {Rest.Account} item */
  _renderAccount(item) {
    return h(
      "li",
      { key: item.id, class: item.is_active ? "row admin-account" : "row admin-account admin-disabled" },
      avatar(item.username),
      h(
        "div",
        { class: "row-text" },
        h(
          "div",
          { class: "row-title" },
          name(item.username, "line"),
          item.is_staff && badge(t("admin.staff"), { kind: "accent" }),
          item.two_step && badge(t("admin.twoStep"), { icon: "admin" }),
          !item.is_active && badge(t("admin.disabled"), { kind: "warning" }),
        ),
        h("p", { class: "row-detail line" }, name(item.email), " · ", t("admin.since", { date: date(item.ctime / 1e6) })),
      ),
      h(
        "div",
        { class: "admin-room" },
        item.total > 0 && progress(item.usage, item.total, t("room.label")),
        h("p", { class: "row-detail numbers" }, item.total > 0 ? t("room.of", { used: size(item.usage), total: size(item.total) }) : t("room.used", { used: size(item.usage) })),
      ),
      h(
        "div",
        { class: "row-actions" },
        button({
          label: t("admin.actions", { name: item.username }),
          icon: "more",
          text: false,
          kind: "quiet",
          more: { "aria-haspopup": "menu" },
          run: (event) => this._openMenu(event.currentTarget, item),
        }),
      ),
    );
  }

  /**
   * @param {HTMLElement} anchor
   * @param {Rest.Account} item
   */
  _openMenu(anchor, item) {
    const isOther = item.id !== self().id;
    openMenu(
      anchor,
      [
        { label: t("admin.quota"), icon: "libraries", run: () => this._setQuota(item) },
        { label: t("admin.signedIn"), icon: "device", run: () => openSignedIn(item) },
        isOther && { label: t("admin.setPassword"), icon: "key", run: () => this._setPassword(item) },
        isOther && item.two_step && { label: t("admin.twoStepOff"), icon: "unlock", run: () => this._turnOffTwoStep(item) },
        isOther && { label: item.is_staff ? t("admin.takeStaff") : t("admin.makeStaff"), icon: "admin", run: () => this._change(item, { is_staff: !item.is_staff }) },
        isOther && null,
        isOther && { label: item.is_active ? t("admin.disable") : t("admin.enable"), icon: item.is_active ? "lock" : "unlock", run: () => this._setActive(item) },
        isOther && { label: t("admin.delete"), icon: "trash", danger: true, run: () => this._delete(item) },
      ],
      { label: item.username },
    );
  }

  async _create() {
    const done = await askForm({
      title: t("admin.newAccount"),
      fields: () => [
        { name: "username", label: t("username"), required: true, focus: true },
        { name: "email", label: t("email"), type: "email", required: true },
        { name: "password", label: t("password"), type: "password", required: true, autocomplete: "new-password", hint: t("admin.passwordHint") },
        quotaField(""),
      ],
      action: t("admin.create"),
      run: async ({ username, email, password, quota }) => {
        const made = await post("/v1/accounts/", { username: username.trim(), email: email.trim(), password });
        if (quota.trim()) await put(`/v1/accounts/${made.id}/`, { total: bytesOf(quota) });
      },
    });
    await this._accounts.reload();
    if (done) toast(t("admin.created", { name: done.username.trim() }), { kind: "success" });
  }

  /** @param {Rest.Account} item */
  async _setQuota(item) {
    await askForm({
      title: t("admin.quotaOf", { name: item.username }),
      fields: () => [{ ...quotaField(item.total ? String(Number((item.total / GIGABYTE).toFixed(3))) : "0"), required: true, focus: true, hint: t("admin.quotaNone") }],
      action: t("save"),
      run: ({ quota }) => this._change(item, { total: bytesOf(quota) }),
    });
  }

  /** @param {Rest.Account} item */
  async _setPassword(item) {
    const done = await askForm({
      title: t("admin.passwordOf", { name: item.username }),
      text: t("admin.passwordText"),
      fields: () => [{ name: "password", label: t("admin.newPassword"), type: "password", required: true, focus: true, autocomplete: "new-password" }],
      action: t("admin.setPassword"),
      run: ({ password }) => this._change(item, { password }),
    });
    if (done) toast(t("admin.passwordSet", { name: item.username }), { kind: "success" });
  }

  /** @param {Rest.Account} item */
  async _turnOffTwoStep(item) {
    const done = await confirm({
      title: t("admin.twoStepOffTitle", { name: item.username }),
      text: t("admin.twoStepOffText"),
      action: t("admin.twoStepOffDo"),
      danger: true,
      run: () => del(`/v1/accounts/${item.id}/two-step/`),
    });
    if (!done) return;
    await this._accounts.reload();
    toast(t("admin.twoStepIsOff", { name: item.username }), { kind: "success" });
  }

  /** @param {Rest.Account} item */
  async _setActive(item) {
    if (!item.is_active) {
      await this._change(item, { is_active: true });
      return;
    }
    await confirm({
      title: t("admin.disableTitle", { name: item.username }),
      text: t("admin.disableText"),
      action: t("admin.disable"),
      run: () => this._change(item, { is_active: false }),
    });
  }

  /** @param {Rest.Account} item */
  async _delete(item) {
    const done = await askForm({
      title: t("admin.deleteTitle", { name: item.username }),
      text: rich("admin.deleteText", { name: name(item.username) }),
      fields: () => [
        {
          name: "username",
          label: t("admin.deleteType"),
          required: true,
          focus: true,
          check: ({ username }) => (username.trim() === item.username ? "" : t("admin.deleteOther")),
        },
      ],
      action: t("admin.delete"),
      danger: true,
      run: () => del(`/v1/accounts/${item.id}/`),
    });
    if (!done) return;
    await this._accounts.reload();
    toast(t("admin.deleted", { name: item.username }));
  }

  /**
   * @param {Rest.Account} item
   * @param {import("../../api.js").Values} change
   */
  async _change(item, change) {
    await put(`/v1/accounts/${item.id}/`, change);
    await this._accounts.reload();
  }
}

/** @returns {Promise<Rest.Account[]>} */
async function fetchAll() {
  /** @type {Rest.Account[]} */
  const all = [];
  for (;;) {
    const page = await get("/v1/accounts/", { start: all.length, limit: PAGE });
    all.push(...page);
    if (page.length < PAGE) return all;
  }
}

/**
 * @param {string} value Gigabytes.
 * @returns {import("../../ui/form.js").Field}
 */
function quotaField(value) {
  return {
    name: "quota",
    label: t("admin.quotaLabel"),
    type: "number",
    min: 0,
    value,
    hint: t("admin.quotaHint"),
    check: ({ quota }) => (Number(quota) >= 0 && Number(quota) < 1e6 ? "" : t("admin.quotaWrong")),
  };
}

/** @param {string} gigabytes */
function bytesOf(gigabytes) {
  return Math.round(Number(gigabytes) * GIGABYTE);
}
