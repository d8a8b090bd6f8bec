/** How computers, phones and programs are connected to this server. */

import { h, redraw } from "../dom.js";
import { rich, t } from "../i18n.js";
import { href } from "../router.js";
import { account } from "../session.js";
import { copyable, qrPicture } from "../ui/copyable.js";
import { pageHead, tabs } from "../ui/parts.js";

const CLIENTS = /** @type {const} */ (["desktop", "phone", "cli", "rclone"]);
const DOWNLOADS = "https://www.seafile.com/en/download/";

/** @returns {View} */
export function show() {
  /** @type {(typeof CLIENTS)[number]} */
  let client = matchMedia("(pointer: coarse)").matches ? "phone" : "desktop";
  /** @param {(typeof CLIENTS)[number]} chosen */
  const choose = (chosen) => {
    client = chosen;
    redraw();
  };
  return {
    title: () => t("connect.title"),
    render: () =>
      h(
        "div",
        { class: "page page-narrow" },
        pageHead(t("connect.title"), { text: t("connect.text") }),
        renderAddress(),
        tabs(
          t("connect.clients"),
          CLIENTS.map((name) => ({ label: t(`connect.${name}`), selected: name === client, run: () => choose(name) })),
        ),
        h("section", { key: client, class: "card section connect-steps" }, { desktop, phone, cli, rclone }[client]()),
      ),
  };
}

function renderAddress() {
  const { origin } = location;
  const isLocal = ["localhost", "127.0.0.1", "[::1]"].includes(location.hostname);
  return h(
    "section",
    { class: "card section connect-address" },
    h(
      "div",
      { class: "connect-facts" },
      h("h2", null, t("connect.address")),
      copyable(origin, { label: t("connect.address") }),
      isLocal && h("p", { class: "connect-warning" }, t("connect.local")),
      h("h2", null, t("username")),
      copyable(account().username, { label: t("username") }),
      h("p", { class: "soft small" }, passwordText()),
    ),
    h("figure", { class: "connect-qr" }, qrPicture(origin, t("connect.qr", { url: origin })), h("figcaption", { class: "soft small" }, t("connect.qrText"))),
  );
}

/** @returns {Child} */
function passwordText() {
  if (!account().two_step) return t("connect.passwordText");
  return rich("connect.appPasswordText", { settings: h("a", { href: href("settings", "security") }, t("connect.appPasswordLink")) });
}

/** @returns {Child} */
function desktop() {
  return [
    h("h2", null, t("connect.desktopTitle")),
    h("p", { class: "soft" }, t("connect.desktopText")),
    steps(
      [t("connect.desktopInstall"), " ", download(), command("connect.debian", "sudo apt install seafile-gui")],
      t("connect.desktopAccount"),
      t("connect.desktopSync"),
    ),
    h("p", { class: "soft small" }, t("connect.encrypted")),
  ];
}

/** @returns {Child} */
function phone() {
  return [
    h("h2", null, t("connect.phoneTitle")),
    h("p", { class: "soft" }, t("connect.phoneText")),
    steps(t("connect.phoneInstall"), t("connect.phoneAccount"), t("connect.phoneUpload")),
    location.protocol === "http:" && h("p", { class: "soft small" }, t("connect.phoneTls")),
  ];
}

/** @returns {Child} */
function cli() {
  const server = `-s ${location.origin} -u ${quoted(account().username)}`;
  return [
    h("h2", null, t("connect.cliTitle")),
    h("p", { class: "soft" }, t("connect.cliText")),
    steps(
      [t("connect.cliInstall"), command("connect.command", "sudo apt install seafile-cli\nmkdir ~/.seafile-client\nseaf-cli init -d ~/.seafile-client\nseaf-cli start")],
      [t("connect.cliList"), command("connect.command", `seaf-cli list-remote ${server}`)],
      [t("connect.cliSync"), command("connect.command", `seaf-cli sync ${server} -l LIBRARY-ID -d ~/Documents`)],
      [t("connect.cliStatus"), command("connect.command", "seaf-cli status")],
    ),
  ];
}

/** @returns {Child} */
function rclone() {
  return [
    h("h2", null, t("connect.rcloneTitle")),
    h("p", { class: "soft" }, t("connect.rcloneText")),
    steps(
      [
        t("connect.rcloneConfig"),
        command("connect.command", `rclone config create home seafile url=${location.origin} user=${quoted(account().username)} pass=PASSWORD`),
      ],
      [t("connect.rcloneCopy"), command("connect.command", 'rclone copy --progress ~/Pictures "home:My Library/Pictures"')],
      [t("connect.rcloneSync"), command("connect.command", 'rclone sync --progress ~/Documents "home:My Library/Documents"')],
    ),
    h("p", { class: "soft small" }, t("connect.rcloneDates")),
  ];
}

/** @param {...Child} items */
function steps(...items) {
  return h("ol", { class: "connect-list" }, items.map((item) => h("li", null, h("div", null, item))));
}

function download() {
  return h("a", { href: DOWNLOADS, target: "_blank", rel: "noreferrer" }, "seafile.com");
}

/**
 * @param {string} label
 * @param {string} text
 */
function command(label, text) {
  return copyable(text, { label: t(label), lines: true });
}

/**
 * Returns a word as a shell reads it.
 * @param {string} word
 */
function quoted(word) {
  return /^[\w.@-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
