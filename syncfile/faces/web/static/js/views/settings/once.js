/** What the server shows once and never again: it has to be kept now. */

import { h } from "../../dom.js";
import { t } from "../../i18n.js";
import { button } from "../../ui/button.js";
import { openDialog } from "../../ui/dialog.js";

/**
 * Shows it until somebody says that it is kept; whoever wants to leave without that is told so first.
 * @param {object} options
 * @param {string} options.title
 * @param {Child} options.body
 * @param {Child} [options.more] Buttons beside the one that closes.
 * @returns {Promise<unknown>}
 */
export function showOnce({ title, body, more }) {
  let isWarned = false;
  return openDialog({
    title,
    mayClose: () => {
      const may = isWarned;
      isWarned = true;
      return may;
    },
    body: () => [body, isWarned && h("p", { key: "warning", class: "settings-once form-error", role: "alert" }, t("security.onceWarning"))],
    actions: (close) => [more, button({ label: t("security.kept"), kind: "primary", run: () => close(null) })],
  });
}
