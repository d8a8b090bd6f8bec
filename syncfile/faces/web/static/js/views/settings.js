/** One's own account, this browser's look, and what is signed in. */

import { del, get, put } from "../api.js";
import { browserName } from "../browser-name.js";
import { h } from "../dom.js";
import { ago, chooseLanguage, chosenLanguage, dateTime, LANGUAGES, size, t } from "../i18n.js";
import { icon } from "../icons.js";
import { theme } from "../preferences.js";
import { account, session, signOut } from "../session.js";
import { Loaded } from "../state.js";
import { button } from "../ui/button.js";
import { confirm } from "../ui/dialog.js";
import { Form } from "../ui/form.js";
import { avatar, badge, name, pageHead, progress, segments, whenLoaded } from "../ui/parts.js";
import { toast } from "../ui/toast.js";

/** @returns {View} */
export function show() {
  /** @type {Loaded<Rest.Device[]>} */
  const devices = new Loaded(() => get("/v1/devices/"));
  devices.reload();
  const email = emailForm();
  const password = passwordForm(devices);
  return {
    title: () => t("settings.title"),
    render: () =>
      h(
        "div",
        { class: "page page-narrow" },
        pageHead(t("settings.title")),
        renderAccount(),
        renderLook(),
        section("settings.email", "settings.emailText", email.render()),
        section("settings.password", "settings.passwordText", password.render()),
        section("settings.devices", "settings.devicesText", whenLoaded(devices, (all) => renderDevices(all, devices))),
      ),
  };
}

/**
 * @param {string} title
 * @param {string} text
 * @param {Child} content
 */
function section(title, text, content) {
  return h("section", { key: title, class: "card section" }, h("h2", null, t(title)), h("p", { class: "soft" }, t(text)), content);
}

function renderAccount() {
  const { username, email, is_staff, usage, total } = account();
  return h(
    "section",
    { key: "account", class: "card section" },
    h(
      "div",
      { class: "settings-account" },
      avatar(username, { large: true }),
      h(
        "div",
        { class: "row-text" },
        h("h2", { class: "row-title" }, name(username, "line"), is_staff && badge(t("settings.staff"), { kind: "accent" })),
        h("p", { class: "soft line" }, name(email)),
      ),
      button({ label: t("signOut"), icon: "signOut", run: signOut }),
    ),
    total > 0 && progress(usage, total, t("room.label")),
    h("p", { class: "soft small" }, total > 0 ? t("room.of", { used: size(usage), total: size(total) }) : t("room.used", { used: size(usage) })),
  );
}

function renderLook() {
  return section(
    "settings.look",
    "settings.lookText",
    h(
      "div",
      { class: "settings-look" },
      choice(
        t("settings.theme"),
        segments(
          t("settings.theme"),
          [
            { value: /** @type {import("../preferences.js").Theme} */ ("auto"), label: t("settings.auto"), icon: "monitor" },
            { value: "light", label: t("settings.light"), icon: "sun" },
            { value: "dark", label: t("settings.dark"), icon: "moon" },
          ],
          theme.value,
          (value) => {
            theme.value = value;
          },
        ),
      ),
      choice(
        t("settings.language"),
        segments(
          t("settings.language"),
          [{ value: "", label: t("settings.auto") }, ...Object.entries(LANGUAGES).map(([value, label]) => ({ value, label }))],
          chosenLanguage(),
          chooseLanguage,
        ),
      ),
    ),
  );
}

/**
 * @param {string} label
 * @param {VNode} control
 */
function choice(label, control) {
  return h("div", { key: label, class: "field" }, h("span", { class: "field-label", "aria-hidden": true }, label), control);
}

function emailForm() {
  const form = new Form({
    fields: () => [
      { name: "email", label: t("email"), type: "email", value: account().email, required: true, autocomplete: "email" },
      { name: "email_password", label: t("settings.oldPassword"), type: "password", required: true, autocomplete: "current-password" },
    ],
    action: () => t("save"),
    run: async ({ email, email_password }) => {
      await change({ email: email.trim(), old_password: email_password });
      form.reset();
      toast(t("settings.saved"), { kind: "success" });
    },
  });
  return form;
}

/** @param {Loaded<Rest.Device[]>} devices */
function passwordForm(devices) {
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
      await change({ old_password, password });
      form.reset();
      toast(t("settings.passwordChanged"), { kind: "success" });
      await devices.reload();
    },
  });
  return form;
}

/** @param {{ old_password: string, email?: string, password?: string }} values */
async function change(values) {
  const changed = await put(`/v1/accounts/${account().id}/`, values);
  session.value = { .../** @type {Rest.Session} */ (session.value), account: changed };
}

/**
 * @param {Rest.Device[]} all
 * @param {Loaded<Rest.Device[]>} devices
 */
function renderDevices(all, devices) {
  return h("ul", { class: "settings-devices" }, all.map((device) => renderDevice(device, devices)));
}

/**
 * @param {Rest.Device} device
 * @param {Loaded<Rest.Device[]>} devices
 */
function renderDevice(device, devices) {
  return h(
    "li",
    { key: device.id, class: "row settings-device" },
    h("span", { class: "row-icon" }, icon(device.kind === "login" ? "key" : device.kind === "session" ? "globe" : "device")),
    h(
      "div",
      { class: "row-text" },
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
    h(
      "div",
      { class: "row-actions" },
      !device.is_current && button({ label: t("signOut"), kind: "quiet", run: () => revoke(device, devices) }),
    ),
  );
}

/** @param {Rest.Device} device */
function deviceName(device) {
  if (device.kind === "session") return browserName(device.device_name) || t("settings.kind.session");
  return device.device_name || device.platform || t(`settings.kind.${device.kind}`);
}

/**
 * @param {Rest.Device} device
 * @param {Loaded<Rest.Device[]>} devices
 */
async function revoke(device, devices) {
  const done = await confirm({
    title: t("settings.revokeTitle"),
    text: t("settings.revokeText", { name: deviceName(device) }),
    action: t("signOut"),
    danger: true,
    run: () => del(`/v1/devices/${encodeURIComponent(device.id)}/`),
  });
  if (done) await devices.reload();
}
