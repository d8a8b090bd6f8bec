/** Says that the server is gone, as long as it is. */

import { trouble } from "../api.js";
import { h } from "../dom.js";
import { t } from "../i18n.js";

/** @returns {VNode} */
export function renderBanner() {
  const text = { "": "", gone: t("gone.text"), disk: t("gone.disk") }[trouble.value];
  return h(
    "div",
    { key: "banner", class: "banner", role: "status", "aria-live": "assertive", hidden: !text },
    text && [h("span", { class: "banner-dot", "aria-hidden": true }), h("p", null, text)],
  );
}
