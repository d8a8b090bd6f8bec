/** Settings that can be changed while the server runs. */

import { del, get, put } from "../../api.js";
import { h } from "../../dom.js";
import { hasText, number, size, t } from "../../i18n.js";
import { session } from "../../session.js";
import { Loaded } from "../../state.js";
import { button } from "../../ui/button.js";
import { askForm } from "../../ui/dialog.js";
import { badge, whenLoaded } from "../../ui/parts.js";
import { toast } from "../../ui/toast.js";

const GIGABYTE = 2 ** 30;
const REGISTRATIONS = ["lan", "closed", "open"];

/**
 * How a setting is shown and asked for. What has no entry here is shown as the server writes it.
 * @type {Record<string, { show: (value: string) => string, field: (value: string) => Partial<import("../../ui/form.js").Field>, read?: (typed: string) => string }>}
 */
const KINDS = {
  registration: {
    show: (value) => t(`admin.registration.${value}`),
    field: () => ({ type: "select", options: REGISTRATIONS.map((value) => ({ value, label: t(`admin.registration.${value}`) })) }),
  },
  default_quota: {
    show: (value) => (Number(value) ? size(Number(value)) : t("admin.noLimit")),
    field: (value) => ({
      type: "number",
      min: 0,
      value: String(Number((Number(value) / GIGABYTE).toFixed(3))),
      label: t("admin.quotaLabel"),
      hint: t("admin.quotaNone"),
      check: ({ value: typed }) => (Number(typed) >= 0 && Number(typed) < 1e6 ? "" : t("admin.quotaWrong")),
    }),
    read: (typed) => String(Math.round(Number(typed) * GIGABYTE)),
  },
  public_url: { show: (value) => value || t("admin.setting.public_url.none"), field: () => ({ required: false, placeholder: "https://" }) },
  scrub_days: {
    show: (value) => (Number(value) ? t("admin.days", { count: Number(value) }) : t("admin.never")),
    field: () => ({ type: "number", min: 0, max: 3650, label: t("admin.setting.scrub_days.field") }),
  },
  audit_rows: { show: (value) => number(Number(value)), field: () => ({ type: "number", min: 100 }) },
  low_disk: {
    show: (value) => (value === "0" ? t("admin.never") : /^[0-9]+$/.test(value) ? size(Number(value)) : value),
    field: () => ({ label: t("admin.setting.low_disk.field") }),
  },
};

export class SettingsPart {
  constructor() {
    /** @type {Loaded<Rest.Setting[]>} */
    this._settings = new Loaded(() => get("/v1/settings/"));
  }

  /** @returns {Child} */
  render() {
    return whenLoaded(this._settings.start(), (all) => [
      h("p", { key: "text", class: "soft admin-settings-text" }, t("admin.settingsText")),
      h("ul", { key: "settings", class: "card rows" }, all.map((setting) => this._renderSetting(setting))),
    ]);
  }

  /** @param {Rest.Setting} setting */
  _renderSetting(setting) {
    const title = titleOf(setting);
    return h(
      "li",
      { key: setting.name, class: "row admin-setting" },
      h(
        "div",
        { class: "row-text" },
        h("div", { class: "row-title" }, title, setting.is_changed && badge(t("admin.changed"), { kind: "accent" })),
        h("p", { class: "row-detail" }, textOf(setting)),
        h("p", { class: "admin-setting-value" }, shown(setting, setting.value)),
      ),
      h(
        "div",
        { class: "row-actions" },
        setting.is_changed &&
          button({
            label: t("admin.reset"),
            kind: "quiet",
            more: { title: t("admin.resetTo", { value: shown(setting, setting.default) }) },
            run: () => this._reset(setting),
          }),
        button({ label: t("admin.change"), more: { "aria-label": t("admin.changeOf", { name: title }) }, run: () => this._change(setting) }),
      ),
    );
  }

  /** @param {Rest.Setting} setting */
  async _change(setting) {
    const kind = KINDS[setting.name];
    const done = await askForm({
      title: titleOf(setting),
      text: textOf(setting),
      fields: () => [
        { name: "value", label: t("admin.value"), value: setting.value, required: true, focus: true, hint: kind ? "" : setting.unit, ...kind?.field(setting.value) },
      ],
      action: t("save"),
      run: ({ value }) => put(`/v1/settings/${setting.name}/`, { value: kind?.read ? kind.read(value) : value.trim() }),
    });
    if (!done) return;
    toast(t("admin.settingSaved"), { kind: "success" });
    await this._reload();
  }

  /** @param {Rest.Setting} setting */
  async _reset(setting) {
    await del(`/v1/settings/${setting.name}/`);
    await this._reload();
  }

  async _reload() {
    await this._settings.reload();
    const now = Object.fromEntries((this._settings.value ?? []).map(({ name, value }) => [name, value]));
    const known = /** @type {Rest.Session} */ (session.value);
    session.value = { ...known, registration: /** @type {Rest.Session["registration"]} */ (now.registration) };
  }
}

/** @param {Rest.Setting} setting */
function titleOf({ name }) {
  return hasText(`admin.setting.${name}`) ? t(`admin.setting.${name}`) : name;
}

/** @param {Rest.Setting} setting */
function textOf({ name, help }) {
  return hasText(`admin.setting.${name}.text`) ? t(`admin.setting.${name}.text`) : help;
}

/**
 * @param {Rest.Setting} setting
 * @param {string} value
 */
function shown({ name }, value) {
  return KINDS[name]?.show(value) ?? value;
}
