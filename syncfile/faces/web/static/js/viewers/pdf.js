/** PDF, shown by the browser's own viewer. */

import { h, redraw } from "../dom.js";
import { errorText } from "../errors.js";
import { fetchBlob } from "../files/bytes.js";
import { t } from "../i18n.js";
import { OtherViewer } from "./other.js";

const LARGEST_BYTES = 64 << 20;

/** The bytes come into memory, as the server's own answer may not be shown in a frame. */
export class PdfViewer {
  /** @param {import("../views/file.js").Shown} shown */
  constructor(shown) {
    this._shown = shown;
    this._address = "";
    this._why = "";
    if (!navigator.pdfViewerEnabled) this._why = t("file.noView");
    else if ((shown.entry.size ?? 0) > LARGEST_BYTES) this._why = t("file.tooLarge");
    else this._load();
  }

  leave() {
    if (this._address) URL.revokeObjectURL(this._address);
  }

  async _load() {
    try {
      const bytes = await fetchBlob(this._shown.address);
      this._address = URL.createObjectURL(new Blob([bytes], { type: "application/pdf" }));
    } catch (error) {
      this._why = errorText(error);
    }
    redraw();
  }

  render() {
    if (this._why) return new OtherViewer(this._shown, this._why).render();
    if (!this._address) return h("div", { key: "wait", class: "pdf skeleton", role: "status", "aria-label": t("loading") });
    return h("iframe", { key: "pdf", class: "pdf", src: this._address, title: this._shown.entry.name });
  }
}
