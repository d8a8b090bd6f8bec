/** Two-step sign-in: turned on and off, and its recovery codes. */

import { del, get, post, put } from "../../api.js";
import { h } from "../../dom.js";
import { date, t } from "../../i18n.js";
import { account } from "../../session.js";
import { Loaded } from "../../state.js";
import { button } from "../../ui/button.js";
import { copyable, qrPicture } from "../../ui/copyable.js";
import { askForm } from "../../ui/dialog.js";
import { badge, whenLoaded } from "../../ui/parts.js";
import { toast } from "../../ui/toast.js";
import { showOnce } from "./once.js";
import { noteAccount } from "./section.js";

const FEW_CODES = 2;

export class TwoStep {
  constructor() {
    /** @type {Loaded<Rest.TwoStep>} */
    this._state = new Loaded(() => get("/v1/account/two-step/"));
  }

  /** @returns {VNode} */
  render() {
    const isOn = this._state.value?.enabled;
    return h(
      "section",
      { key: "two-step", class: "card section" },
      h("h2", { class: "row-title" }, t("security.twoStep"), isOn && badge(t("security.on"), { icon: "check", kind: "accent" })),
      h("p", { class: "soft" }, isOn ? t("security.twoStepOnText") : t("security.twoStepText")),
      whenLoaded(this._state.start(), (state) => (state.enabled ? this._renderOn(state.recovery_codes_left) : this._renderOff())),
    );
  }

  /**
   * @param {number} left
   * @returns {Child}
   */
  _renderOn(left) {
    return [
      h("p", { key: "left", class: left <= FEW_CODES ? "settings-warning" : "" }, t(left <= FEW_CODES ? "security.codesFew" : "security.codesLeft", { count: left })),
      h(
        "div",
        { key: "on", class: "settings-actions" },
        button({ label: t("security.renew"), icon: "key", run: () => this._renew() }),
        button({ label: t("security.turnOff"), run: () => this._turnOff() }),
      ),
    ];
  }

  _renderOff() {
    return h("div", { key: "off", class: "settings-actions" }, button({ label: t("security.turnOn"), icon: "lock", run: () => this._turnOn() }));
  }

  async _turnOn() {
    /** @type {Rest.Enrolment | undefined} */
    let made;
    const confirmed = await askForm({
      title: t("security.turnOnTitle"),
      text: t("security.turnOnText"),
      fields: passwordField,
      action: t("security.next"),
      run: async ({ password }) => { made = await post("/v1/account/two-step/", { password }); },
    });
    if (!confirmed || !made) return;
    const codes = await enrol(made, confirmed.password);
    if (!codes) return;
    noteAccount({ two_step: true });
    await this._state.reload();
    await showCodes(codes);
  }

  async _turnOff() {
    const done = await askForm({
      title: t("security.turnOffTitle"),
      text: t("security.turnOffText"),
      fields: passwordField,
      action: t("security.turnOff"),
      danger: true,
      run: ({ password }) => del("/v1/account/two-step/", {}, { password }),
    });
    if (!done) return;
    noteAccount({ two_step: false });
    toast(t("security.turnedOff"));
    await this._state.reload();
  }

  async _renew() {
    /** @type {string[]} */
    let codes = [];
    const done = await askForm({
      title: t("security.renew"),
      text: t("security.renewText"),
      fields: passwordField,
      action: t("security.renewDo"),
      run: async ({ password }) => { ({ recovery_codes: codes } = await post("/v1/account/recovery-codes/", { password })); },
    });
    if (!done) return;
    await this._state.reload();
    await showCodes(codes);
  }
}

/** @returns {import("../../ui/form.js").Field[]} */
function passwordField() {
  return [{ name: "password", label: t("settings.oldPassword"), type: "password", required: true, focus: true, autocomplete: "current-password" }];
}

/**
 * Has an authenticator app take the secret, and turns the second step on once it shows the right code.
 * @param {Rest.Enrolment} made
 * @param {string} password
 * @returns {Promise<string[] | null>} The recovery codes; null if it was called off.
 */
async function enrol({ secret, uri }, password) {
  /** @type {string[]} */
  let codes = [];
  const picture = qrPicture(uri, t("security.qr")); // none of a very long name
  const isPhone = matchMedia("(pointer: coarse)").matches;
  const done = await askForm({
    title: t("security.turnOnTitle"),
    text: h(
      "div",
      { class: "settings-enrol" },
      picture && [h("p", null, t("security.scan")), h("div", { class: "settings-qr" }, picture)],
      // A phone cannot scan itself.
      isPhone && button({ label: t("security.openApp"), icon: "phone", href: uri }),
      h("p", null, t(picture ? "security.orType" : "security.type")),
      copyable(secret, { label: t("security.secret") }),
    ),
    fields: () => [
      {
        name: "code",
        label: t("security.codeNow"),
        required: true,
        focus: !isPhone, // where the keyboard would hide the picture
        autocomplete: "one-time-code",
        inputmode: "numeric",
        placeholder: "000000",
      },
    ],
    action: t("security.turnOn"),
    run: async ({ code }) => { ({ recovery_codes: codes } = await put("/v1/account/two-step/", { password, secret, code })); },
  });
  return done && codes;
}

/** @param {string[]} codes */
function showCodes(codes) {
  const text = codes.join("\n");
  return showOnce({
    title: t("security.codes"),
    body: [
      h("p", { class: "dialog-text" }, t("security.codesText")),
      h("div", { class: "settings-codes" }, copyable(text, { label: t("security.codes"), lines: true })),
    ],
    more: button({ label: t("security.download"), icon: "download", run: () => download(text) }),
  });
}

/** @param {string} text */
function download(text) {
  const head = t("security.fileHead", { name: account().username, server: location.host, date: date(Date.now() / 1000) });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([`${head}\n\n${text}\n`], { type: "text/plain" }));
  link.download = `${t("security.fileName")}.txt`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000); // it is read after the click
}
