/** The tray at the edge of the page that tells how uploads go on. */

import { trouble } from "../api.js";
import { h } from "../dom.js";
import { errorText } from "../errors.js";
import { isLocked } from "../files/unlock.js";
import { duration, loadTexts, percent, size, speed, t } from "../i18n.js";
import { icon } from "../icons.js";
import { addFixture } from "../layout/app.js";
import { hrefOfPath, loadStyle } from "../router.js";
import { button } from "../ui/button.js";
import { name, progress } from "../ui/parts.js";
import { toast } from "../ui/toast.js";
import { chooseAgain } from "./choose.js";
import { cancel, clearDone, giveBack, meter, pause, reopen, resume, uploads } from "./queue.js";

/** @typedef {import("./upload.js").Upload} Upload */

const MOST_SHOWN = 60;

let isOpen = true;

/** Puts the tray on the page, where it shows as long as there are uploads; more than once does nothing. */
export async function startTray() {
  await Promise.all([loadTexts("upload"), loadStyle("upload")]);
  addFixture(render);
}

function render() {
  if (!uploads.length) return null;
  return h(
    "section",
    { key: "tray", class: isOpen ? "tray is-open" : "tray", "aria-label": t("upload.tray") },
    renderHead(),
    isOpen && h("ul", { class: "tray-list" }, sorted().slice(0, MOST_SHOWN).map(renderUpload), renderRest()),
    isOpen && renderFoot(),
  );
}

/** What needs the user comes first, what has ended last. */
function sorted() {
  const ranks = { lost: 0, failed: 0, sending: 1, paused: 2, waiting: 3, done: 4 };
  return [...uploads].sort((a, b) => ranks[a.state] - ranks[b.state]);
}

function renderRest() {
  const rest = uploads.length - MOST_SHOWN;
  return rest > 0 && h("li", { key: "rest", class: "tray-rest soft" }, t("upload.rest", { count: rest }));
}

function renderHead() {
  const total = uploads.reduce((sum, upload) => sum + upload.stored.size, 0);
  const sent = uploads.reduce((sum, upload) => sum + (upload.state === "done" ? upload.stored.size : upload.sent), 0);
  return h(
    "div",
    { class: "tray-head" },
    h(
      "div",
      { class: "tray-summary" },
      h("h2", { class: "tray-title" }, h("span", { role: "status" }, title())),
      h("p", { class: "tray-detail numbers" }, summary(total, sent)),
    ),
    button({ label: t(isOpen ? "upload.fold" : "upload.unfold"), icon: "chevronDown", text: false, kind: "quiet", class: isOpen ? "" : "is-folded", more: { "aria-expanded": isOpen }, run: () => { isOpen = !isOpen; } }),
    isSettled() && button({ label: t("close"), icon: "close", text: false, kind: "quiet", run: clearDone }),
    h("div", { class: "tray-bar" }, progress(sent, Math.max(total, 1), t("upload.progress"))),
  );
}

function isSettled() {
  return uploads.every((upload) => upload.state === "done");
}

function title() {
  const done = uploads.filter((upload) => upload.state === "done").length;
  const lost = uploads.filter((upload) => upload.state === "lost").length;
  const failed = uploads.filter((upload) => upload.state === "failed").length;
  if (isSettled()) return t("upload.allDone", { count: done });
  if (uploads.some((upload) => upload.state === "sending" || upload.state === "waiting")) return t("upload.running", { done, all: uploads.length });
  if (failed) return t("upload.someFailed", { count: failed });
  if (lost) return t("upload.someLost", { count: lost });
  return t("upload.paused");
}

/**
 * @param {number} total
 * @param {number} sent
 */
function summary(total, sent) {
  if (uploads.every(({ state }) => state === "lost" || state === "done")) return t(isSettled() ? "upload.settled" : "upload.lost", { total: size(total) });
  const parts = [t("upload.of", { sent: size(sent), total: size(total) })];
  if (trouble.value) parts.push(t("upload.waits"));
  else if (uploads.some((upload) => upload.state === "sending") && meter.speed > 0) {
    parts.push(speed(meter.speed), t("upload.left", { time: duration(Math.max((total - sent) / meter.speed, 1)) }));
  } else {
    parts.push(percent(sent, total || sent || 1));
  }
  return parts.join(" · ");
}

/** @param {Upload} upload */
function renderUpload(upload) {
  const { stored, state } = upload;
  return h(
    "li",
    { key: stored.id, class: `tray-item is-${state}` },
    h("span", { class: "tray-icon" }, icon(state === "done" ? "check" : state === "failed" || state === "lost" ? "warning" : "upload")),
    h(
      "div",
      { class: "tray-text" },
      state === "done"
        ? h("a", { class: "line tray-name", href: hrefOfPath(stored.repoId, stored.folder, { select: stored.name }) }, name(stored.name))
        : h("p", { class: "line tray-name" }, name(stored.name)),
      h("p", { class: "tray-detail numbers" }, stateText(upload)),
      (state === "sending" || state === "paused") && progress(upload.sent, Math.max(stored.size, 1), stored.name),
    ),
    renderActions(upload),
  );
}

/** @param {Upload} upload */
function stateText({ stored, state, sent, error }) {
  if (state === "sending") return t("upload.of", { sent: size(sent), total: size(stored.size) });
  if (state === "failed") return isLocked(error) ? t("error.library_locked") : errorText(error);
  if (state === "lost") return size(stored.size);
  return `${t(`upload.state.${state}`)} · ${size(stored.size)}`;
}

/** @param {Upload} upload */
function renderActions(upload) {
  const { state, stored } = upload;
  return h(
    "div",
    { class: "tray-actions" },
    (state === "sending" || state === "waiting") && iconButton("upload.pause", "pause", stored.name, () => pause(upload)),
    state === "paused" && iconButton("upload.resume", "play", stored.name, () => resume(upload)),
    state === "failed" && iconButton("upload.retry", "undo", stored.name, () => resume(upload)),
    state === "lost" && button({ label: t("upload.again"), kind: "plain", run: () => findAgain(upload), more: { "aria-label": t("upload.againOf", { name: stored.name }) } }),
    state !== "done" && iconButton("upload.cancel", "close", stored.name, () => cancel(upload)),
  );
}

/**
 * @param {string} key
 * @param {import("../icons.js").IconName} iconName
 * @param {string} file
 * @param {() => unknown} run
 */
function iconButton(key, iconName, file, run) {
  return button({ key, label: t(key, { name: file }), icon: iconName, text: false, kind: "quiet", run });
}

/** @param {Upload} upload */
async function findAgain(upload) {
  if (await reopen(upload)) return;
  const files = await chooseAgain();
  if (files.length && !giveBack(files)) toast(t("upload.otherFile"), { kind: "danger" });
}

function renderFoot() {
  const active = uploads.filter((upload) => upload.state === "sending" || upload.state === "waiting");
  const stopped = uploads.filter((upload) => upload.state === "paused" || upload.state === "failed");
  const open = uploads.filter((upload) => upload.state !== "done");
  if (open.length < 2 && uploads.length === open.length) return null;
  return h(
    "div",
    { class: "tray-foot" },
    active.length > 1 && button({ key: "pause", label: t("upload.pauseAll"), kind: "quiet", run: () => active.forEach(pause) }),
    stopped.length > 1 && button({ key: "resume", label: t("upload.resumeAll"), kind: "quiet", run: () => stopped.forEach(resume) }),
    open.length > 1 && button({ key: "cancel", label: t("upload.cancelAll"), kind: "quiet", run: () => open.forEach(cancel) }),
    uploads.length > open.length && !active.length && button({ key: "clear", label: t("upload.clearDone"), kind: "quiet", run: clearDone }),
  );
}
