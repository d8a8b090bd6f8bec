/** What is signed in with the account. */

import { del, get } from "../../api.js";
import { browserName } from "../../browser-name.js";
import { h } from "../../dom.js";
import { ago, dateTime, t } from "../../i18n.js";
import { icon } from "../../icons.js";
import { Loaded } from "../../state.js";
import { button } from "../../ui/button.js";
import { confirm } from "../../ui/dialog.js";
import { badge, name, whenLoaded } from "../../ui/parts.js";
import { toast } from "../../ui/toast.js";
import { section } from "./section.js";

export class Devices {
  /** @param {() => Promise<void>} changed Called when something was signed out. */
  constructor(changed) {
    this._changed = changed;
    /** @type {Loaded<Rest.Device[]>} */
    this._all = new Loaded(() => get("/v1/devices/"));
  }

  /** @returns {Promise<void>} */
  reload() {
    return this._all.reload();
  }

  /** @returns {VNode} */
  render() {
    return section(
      t("settings.devices"),
      t("settings.devicesText"),
      whenLoaded(this._all.start(), (all) => [
        // App passwords have a list of their own.
        h("ul", { key: "devices", class: "settings-rows" }, all.filter(({ kind }) => kind !== "app").map((device) => this._renderDevice(device))),
        all.length > 1 &&
          h("div", { key: "all", class: "settings-actions" }, button({ label: t("security.signOutOthers"), icon: "signOut", run: () => this._signOutOthers() })),
      ]),
    );
  }

  /** @param {Rest.Device} device */
  _renderDevice(device) {
    return h(
      "li",
      { key: device.id, class: "row settings-row settings-device" },
      renderDeviceRow(device, !device.is_current && button({ label: t("signOut"), kind: "quiet", run: () => this._signOut(device) })),
    );
  }

  /** @param {Rest.Device} device */
  async _signOut(device) {
    const done = await confirm({
      title: t("settings.revokeTitle"),
      text: t("settings.revokeText", { name: deviceName(device) }),
      action: t("signOut"),
      danger: true,
      run: () => del(`/v1/devices/${encodeURIComponent(device.id)}/`),
    });
    if (done) await this._changed();
  }

  async _signOutOthers() {
    const done = await confirm({
      title: t("security.signOutOthersTitle"),
      text: t("security.signOutOthersText"),
      action: t("security.signOutOthers"),
      danger: true,
      run: () => del("/v1/devices/"),
    });
    if (!done) return;
    toast(t("security.signedOutOthers"), { kind: "success" });
    await this._changed();
  }
}

/**
 * What is known of something that is signed in, for a row.
 * @param {Rest.Device} device
 * @param {Child} [actions]
 * @returns {Child}
 */
export function renderDeviceRow(device, actions) {
  return [
    h("span", { key: "icon", class: "row-icon" }, icon(device.kind === "login" ? "key" : device.kind === "session" ? "globe" : "device")),
    h(
      "div",
      { key: "text", class: "row-text" },
      h(
        "div",
        { class: "row-title" },
        name(deviceName(device), "line"),
        device.is_current && badge(t("settings.thisOne"), { kind: "accent" }),
      ),
      h(
        "p",
        { class: "row-detail" },
        [t(`settings.kind.${device.kind}`), device.client_version, device.address].filter(Boolean).join(" · "),
        " · ",
        h("time", { title: dateTime(device.last_seen_at) }, ago(device.last_seen_at)),
      ),
    ),
    actions && h("div", { key: "actions", class: "row-actions" }, actions),
  ];
}

/** @param {Rest.Device} device */
function deviceName(device) {
  if (device.kind === "session") return browserName(device.device_name) || t("settings.kind.session");
  return device.device_name || device.platform || t(`settings.kind.${device.kind}`);
}
