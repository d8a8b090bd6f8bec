/** The audit log: who did what, when and from where. */

import { get } from "../../api.js";
import { browserName } from "../../browser-name.js";
import { h } from "../../dom.js";
import { ago, dateTime, hasText, rich, size, t } from "../../i18n.js";
import { Loaded } from "../../state.js";
import { button } from "../../ui/button.js";
import { avatar, emptyState, name, whenLoaded } from "../../ui/parts.js";

const PAGE = 50;

/** What one may look for, in the order in which it is offered. */
const ACTIONS = [
  "sign_in", "sign_in_failed", "sign_out", "sign_out_others", "token_revoke", "password_change", "email_change",
  "two_step_on", "two_step_off", "recovery_renew", "recovery_used", "app_password_create", "app_password_revoke",
  "account_create", "account_update", "account_sign_out", "account_delete",
  "group_create", "group_rename", "group_transfer", "group_delete", "group_member_add", "group_member_remove", "group_appoint",
  "repo_create", "repo_rename", "repo_transfer", "repo_password", "repo_delete", "history_limit", "trash_empty",
  "share_create", "share_change", "share_delete", "link_create", "link_delete", "lock_break",
  "setting_change", "setting_reset", "disk_eject", "backup_make", "library_export", "library_import", "fsck_repair",
];

export class LogPart {
  constructor() {
    this._action = "";
    this._account = "";
    /** @type {Loaded<{ events: Rest.AuditEvent[], hasMore: boolean }>} */
    this._log = new Loaded(async () => {
      const events = await this._fetch(0);
      return { events, hasMore: events.length === PAGE };
    });
  }

  /** @returns {Child} */
  render() {
    return [
      this._renderBar(),
      whenLoaded(this._log.start(), ({ events, hasMore }) => [
        events.length
          ? h("ol", { key: "events", class: "card rows" }, events.map(renderEvent))
          : emptyState({ icon: "search", title: t("audit.none") }),
        hasMore && h("div", { key: "more", class: "load-more" }, button({ label: t("audit.more"), run: () => this._more() })),
      ]),
    ];
  }

  _renderBar() {
    return h(
      "form",
      {
        key: "bar",
        class: "admin-accounts-bar",
        onsubmit: (event) => {
          event.preventDefault();
          this._log.reload();
        },
      },
      h(
        "select",
        {
          class: "input admin-filter",
          "aria-label": t("audit.filterAction"),
          value: this._action,
          onchange: (event) => {
            this._action = event.currentTarget.value;
            this._log.reload();
          },
        },
        h("option", { key: "", value: "" }, t("audit.everything")),
        ACTIONS.map((action) => h("option", { key: action, value: action }, wordsOf(action))),
      ),
      h("input", {
        class: "input admin-filter",
        type: "search",
        "aria-label": t("audit.filterAccount"),
        placeholder: t("audit.filterAccount"),
        value: this._account,
        oninput: (event) => { this._account = event.currentTarget.value; },
        onchange: () => { this._log.reload(); },
      }),
      button({ label: t("audit.download"), icon: "download", href: `/v1/audit/?${new URLSearchParams({ ...this._wanted(), format: "csv" })}`, more: { download: "" } }),
    );
  }

  _wanted() {
    return { action: this._action, account: this._account.trim() };
  }

  /**
   * @param {number} start
   * @returns {Promise<Rest.AuditEvent[]>}
   */
  _fetch(start) {
    return get("/v1/audit/", { ...this._wanted(), start, limit: PAGE });
  }

  async _more() {
    const { events } = /** @type {{ events: Rest.AuditEvent[] }} */ (this._log.value);
    const next = await this._fetch(events.length);
    const seen = new Set(events.map(({ id }) => id)); // what came meanwhile has moved the rest on
    this._log.value = { events: [...events, ...next.filter(({ id }) => !seen.has(id))], hasMore: next.length === PAGE };
  }
}

/** @param {Rest.AuditEvent} event */
function renderEvent(event) {
  return h(
    "li",
    { key: event.id, class: event.action === "sign_in_failed" ? "row admin-event admin-event-bad" : "row admin-event" },
    avatar(event.account || "?"),
    h(
      "div",
      { class: "row-text" },
      h("p", { class: "admin-event-what" }, h("strong", null, wordsOf(event.action)), event.target && [" ", name(event.target)]),
      h(
        "p",
        { class: "row-detail" },
        name(event.account || (event.address ? t("audit.nobody") : t("audit.commandLine"))),
        event.address && [" · ", event.address],
        " · ",
        h("time", { title: dateTime(event.time) }, ago(event.time)),
        renderFacts(event.facts),
      ),
    ),
  );
}

/** @param {Record<string, unknown>} facts What has no words is for programs. */
function renderFacts(facts) {
  const told = Object.entries(facts).filter(([key, value]) => hasText(`audit.fact.${key}`) && value !== "" && value !== null);
  return told.map(([key, value]) => [" · ", h("span", { key }, rich(`audit.fact.${key}`, { value: name(valueOf(key, value)) }))]);
}

/**
 * @param {string} key
 * @param {unknown} value
 */
function valueOf(key, value) {
  if (key === "client") return browserName(String(value)) || String(value);
  if (key === "total") return Number(value) ? size(Number(value)) : t("admin.noLimit");
  const words = `audit.value.${value}`;
  return hasText(words) ? t(words) : String(value);
}

/** @param {string} action */
function wordsOf(action) {
  return hasText(`audit.${action}`) ? t(`audit.${action}`) : action;
}
