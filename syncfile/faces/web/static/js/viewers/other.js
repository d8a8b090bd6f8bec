/** What the browser cannot show: what is known of it, and a way to have it. */

import { h } from "../dom.js";
import { addressOfFile, save } from "../files/bytes.js";
import { iconOf } from "../files/kinds.js";
import { dateTime, size, t } from "../i18n.js";
import { icon } from "../icons.js";
import { button } from "../ui/button.js";
import { name } from "../ui/parts.js";

/** Details of a file. */
export class OtherViewer {
  /**
   * @param {import("../views/file.js").Shown} shown
   * @param {string} [why] Why it is not shown.
   */
  constructor(shown, why = t("file.noView")) {
    this._shown = shown;
    this._why = why;
  }

  render() {
    const { entry, repoId, path } = this._shown;
    return h(
      "div",
      { key: "other", class: "other" },
      h("div", { class: "empty-icon" }, icon(iconOf(entry.name, "file"))),
      h("p", { class: "soft" }, this._why),
      h(
        "dl",
        { class: "details" },
        h("dt", null, t("files.size")),
        h("dd", null, size(entry.size ?? 0)),
        h("dt", null, t("files.changed")),
        h("dd", null, dateTime(entry.mtime)),
        h("dt", null, t("file.by")),
        h("dd", null, name(entry.modifier ?? "")),
      ),
      button({ label: t("file.download"), icon: "download", kind: "primary", run: async () => save(await addressOfFile(repoId, path)) }),
    );
  }
}
