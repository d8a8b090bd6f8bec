/** What keeps the data safe: problems that want somebody, the last checks, and letting go of the disk. */

import { noteGone, post } from "../../api.js";
import { h } from "../../dom.js";
import { ago, date, number, size, t } from "../../i18n.js";
import { icon } from "../../icons.js";
import { hrefOfPath } from "../../router.js";
import { button } from "../../ui/button.js";
import { confirm } from "../../ui/dialog.js";
import { name } from "../../ui/parts.js";

/** @param {Rest.Status} status */
export function renderProblems({ problems, scrub }) {
  if (!problems.length) return null;
  return h(
    "ul",
    { key: "problems", class: "card rows admin-problems" },
    problems.map((problem) =>
      h(
        "li",
        { key: problem, class: "row" },
        h("span", { class: "row-icon admin-job-bad" }, icon("warning")),
        h(
          "div",
          { class: "row-text" },
          h("p", { class: "admin-problem" }, t(`admin.problem.${problem}`)),
          h("p", { class: "row-detail" }, t(`admin.problem.${problem}.text`)),
          problem === "scrub_found" && renderRot(scrub),
        ),
      ),
    ),
  );
}

/** @param {Rest.Status["scrub"]} scrub */
function renderRot({ found }) {
  return h(
    "ul",
    { class: "admin-rot" },
    found.map((item) =>
      h(
        "li",
        { key: item.block_id },
        name(item.repo_name),
        ": ",
        item.path ? h("a", { href: hrefOfPath(item.repo_id, item.path) }, name(item.path)) : t("admin.rotInPast"),
      ),
    ),
  );
}

/**
 * @param {Rest.Status} status
 * @returns {[string, string][]} Labels and what there is to say.
 */
export function checks({ collected_at, scrub, certificate_expires_at }) {
  return [
    [t("admin.collected"), collected_at ? ago(collected_at) : t("admin.soon")],
    [t("admin.scrubbed"), scrub.running ? t("admin.scrubbing", { size: size(scrub.bytes) }) : scrub.finished_at ? ago(scrub.finished_at) : t("admin.notYet")],
    [t("admin.damaged"), number(scrub.found.length)],
    [t("admin.certificate"), certificate_expires_at === null ? t("admin.noCertificate") : t("admin.until", { date: date(certificate_expires_at) })],
  ];
}

export function renderEject() {
  return h("div", { class: "form-actions" }, button({ label: t("admin.eject"), icon: "eject", run: eject }));
}

async function eject() {
  const done = await confirm({
    title: t("admin.ejectTitle"),
    text: t("admin.ejectText"),
    action: t("admin.eject"),
    danger: true,
    run: () => post("/v1/disk/eject/"),
  });
  if (done) noteGone("disk");
}
