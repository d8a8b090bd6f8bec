/** How the server is doing: disk, memory, jobs, and the settings that it runs with. */

import { get, trouble } from "../../api.js";
import { h, svg } from "../../dom.js";
import { ago, duration, hasText, number, percent, size, t } from "../../i18n.js";
import { icon } from "../../icons.js";
import { session } from "../../session.js";
import { Loaded } from "../../state.js";
import { badge, whenLoaded } from "../../ui/parts.js";
import { checks, renderEject, renderProblems } from "./care.js";

const ASK_EVERY_MS = 5000;
const MOST_SAMPLES = 60;
const PICTURE = { width: 300, height: 64 };

export class ServerPart {
  constructor() {
    /** Memory of the process, bytes, oldest first. @type {number[]} */
    this._memory = [];
    /** @type {Loaded<Rest.Status>} */
    this._status = new Loaded(() => this._fetch());
    this._timer = setInterval(() => {
      if (!document.hidden && !trouble.value) this._status.reload();
    }, ASK_EVERY_MS);
  }

  stop() {
    clearInterval(this._timer);
  }

  /** @returns {Child} */
  render() {
    return whenLoaded(this._status.start(), (status) => [
      renderProblems(status),
      h(
        "div",
        { key: "grid", class: "admin-grid" },
        renderDisk(status),
        renderMemory(status, this._memory),
        renderContent(status),
        renderServer(status),
        card("admin.care", "", facts(checks(status))),
        renderJobs(status),
      ),
    ]);
  }

  /** @returns {Promise<Rest.Status>} */
  async _fetch() {
    const status = await get("/v1/status/");
    this._memory = [...this._memory, status.memory].slice(-MOST_SAMPLES);
    return status;
  }
}

/** @param {Rest.Status} status */
function renderDisk({ disk, file_bytes }) {
  const used = disk.total - disk.free;
  // What versions share is stored once, so libraries may be larger than what they take.
  const libraries = Math.min(file_bytes, Math.max(used - disk.database, 0));
  const parts = [
    { key: "libraries", bytes: libraries },
    { key: "database", bytes: disk.database },
    { key: "other", bytes: Math.max(used - libraries - disk.database, 0) },
    { key: "free", bytes: disk.free },
  ];
  return card(
    "admin.disk",
    t("admin.diskFree", { free: size(disk.free), total: size(disk.total) }),
    h(
      "div",
      { class: "admin-bar", "aria-hidden": true },
      parts.map(({ key, bytes }) => h("div", { key, class: `admin-bar-${key}`, style: { "flex-grow": String(bytes) } })),
    ),
    h(
      "dl",
      { class: "admin-legend" },
      parts.map(({ key, bytes }) =>
        h("div", { key }, h("dt", null, h("span", { class: `admin-dot admin-bar-${key}` }), t(`admin.disk.${key}`)), h("dd", null, size(bytes), " · ", percent(bytes, disk.total))),
      ),
    ),
    renderEject(),
  );
}

/**
 * @param {Rest.Status} status
 * @param {number[]} samples
 */
function renderMemory({ memory }, samples) {
  const most = Math.max(...samples);
  const { width, height } = PICTURE;
  const ends = samples.length > 1 ? samples : [memory, memory]; // one alone is no line
  const points = ends.map((bytes, index) => {
    const x = (index / (ends.length - 1)) * width;
    return `${x.toFixed(1)} ${(height - 2 - (bytes / (most * 1.25)) * (height - 4)).toFixed(1)}`;
  });
  return card(
    "admin.memory",
    t("admin.memoryNow", { size: size(memory) }),
    svg(
      "svg",
      { class: "admin-curve", viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", role: "img", "aria-label": t("admin.memoryCurve", { most: size(most) }) },
      svg("path", { class: "admin-curve-area", d: `M0 ${height} L${points.join(" L")} L${width} ${height} Z` }),
      svg("path", { class: "admin-curve-line", d: `M${points.join(" L")}` }),
    ),
    h("p", { class: "soft small" }, t("admin.memoryText", { most: size(most) })),
  );
}

/** @param {Rest.Status} status */
function renderContent(status) {
  return card("admin.content", "", facts([
    [t("admin.accounts"), number(status.accounts)],
    [t("admin.libraries"), number(status.repos)],
    [t("admin.files"), number(status.files)],
    [t("admin.fileBytes"), size(status.file_bytes)],
    [t("admin.uploads"), number(status.uploads)],
  ]));
}

/** @param {Rest.Status} status */
function renderServer(status) {
  const { name, registration } = /** @type {Rest.Session} */ (session.value);
  return card("admin.server", "", facts([
    [t("admin.version"), `${name} ${status.version}`],
    [t("admin.uptime"), duration(status.uptime)],
    [t("admin.profile"), t("admin.profileOf", { size: size(status.profile * 2 ** 20) })],
    [t("admin.registration"), t(`admin.registration.${registration}`)],
  ]));
}

/** @param {Rest.Status} status */
function renderJobs({ jobs }) {
  return card(
    "admin.jobs",
    jobs.length ? "" : t("admin.noJobs"),
    h(
      "ul",
      { class: "admin-jobs" },
      jobs.map((job) =>
        h(
          "li",
          { key: job.name, class: "admin-job" },
          h("span", { class: job.error ? "admin-job-bad" : "admin-job-good" }, icon(job.error ? "warning" : "check")),
          h(
            "div",
            { class: "row-text" },
            h("p", null, hasText(`admin.job.${job.name}`) ? t(`admin.job.${job.name}`) : job.name),
            h("p", { class: "soft small" }, ago(job.ended_at), " · ", t("admin.swept", { count: job.swept })),
            job.error && h("p", { class: "field-error" }, job.error),
          ),
          job.error ? badge(t("admin.failed"), { kind: "warning" }) : null,
        ),
      ),
    ),
  );
}

/**
 * @param {string} title
 * @param {string} text
 * @param {...Child} content
 */
function card(title, text, ...content) {
  return h("section", { key: title, class: "card section admin-card" }, h("h2", null, t(title)), text && h("p", { class: "admin-figure" }, text), content);
}

/** @param {[string, string][]} rows */
function facts(rows) {
  return h("dl", { class: "admin-facts" }, rows.map(([label, value]) => h("div", { key: label }, h("dt", { class: "soft" }, label), h("dd", { class: "numbers" }, value))));
}
