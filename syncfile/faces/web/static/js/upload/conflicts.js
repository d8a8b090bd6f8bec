/** Asks once what becomes of files whose names are taken. */

import { h } from "../dom.js";
import { dateTime, rich, size, t } from "../i18n.js";
import { button } from "../ui/button.js";
import { openDialog } from "../ui/dialog.js";
import { name } from "../ui/parts.js";

/** @typedef {"replace" | "both" | "skip"} Answer */

const ANSWERS = /** @type {const} */ (["skip", "both", "replace"]);

/**
 * @param {File[]} files
 * @returns {Promise<Answer[] | null>} One for each file; null if nothing is to be uploaded.
 */
export async function askConflicts(files) {
  /** @type {Answer[]} */
  const answers = [];
  while (answers.length < files.length) {
    const left = files.length - answers.length;
    const answer = await ask(files[answers.length], left);
    if (!answer) return null;
    const count = answer.forAll ? left : 1;
    for (let index = 0; index < count; index++) answers.push(answer.answer);
  }
  return answers;
}

/**
 * @param {File} file
 * @param {number} left
 */
function ask(file, left) {
  let forAll = true;
  return openDialog({
    title: t("upload.taken"),
    body: () => [
      h("p", { class: "dialog-text" }, rich("upload.takenText", { name: name(file.name), size: size(file.size), date: dateTime(file.lastModified / 1000) })),
      left > 1 &&
        h(
          "label",
          { class: "field-check upload-all" },
          h("input", { type: "checkbox", class: "checkbox", checked: forAll, oninput: (event) => { forAll = event.currentTarget.checked; } }),
          t("upload.forAll", { count: left }),
        ),
    ],
    /** @param {(result: { answer: Answer, forAll: boolean }) => void} close */
    actions: (close) =>
      ANSWERS.map((answer) =>
        button({ key: answer, label: t(`upload.answer.${answer}`), kind: answer === "replace" ? "primary" : "plain", run: () => close({ answer, forAll: left > 1 && forAll }) }),
      ),
  });
}
