/** The whole page: who is not signed in sees the way in, everybody else the view of the address. */

import { h } from "../dom.js";
import { t } from "../i18n.js";
import { failure, shown, show } from "../router.js";
import { session } from "../session.js";
import { button } from "../ui/button.js";
import { renderLayers } from "../ui/layers.js";
import { emptyState, skeletonRows } from "../ui/parts.js";
import { renderToasts } from "../ui/toast.js";
import { renderBanner } from "./banner.js";
import { renderHeader } from "./header.js";
import { renderNav, renderTabBar } from "./nav.js";
import { renderEntrance } from "./entrance.js";

/** What stays on the page whatever the view, such as the tray of uploads. @type {Set<() => Child>} */
const fixtures = new Set();

/**
 * Adds something that is on the page whatever the view.
 * @param {() => Child} render
 */
export function addFixture(render) {
  fixtures.add(render);
}

/** @returns {Child} */
export function renderApp() {
  const { value } = session;
  const signedIn = Boolean(value?.account);
  document.title = titleOf(signedIn);
  return [
    renderBanner(),
    !value && h("div", { key: "start", class: "start", role: "status", "aria-label": t("loading") }),
    value && !signedIn && renderEntrance(),
    signedIn && renderFrame(),
    h("div", { key: "fixtures" }, signedIn && [...fixtures].map((render) => render())),
    h("div", { key: "layers" }, renderLayers()),
    renderToasts(),
  ];
}

function renderFrame() {
  return h(
    "div",
    { key: "frame", class: "frame" },
    h("a", { class: "skip", href: "#main", onclick: skip }, t("skip")),
    renderNav(),
    h("div", { class: "column" }, renderHeader(), h("main", { id: "main", tabindex: -1 }, renderView())),
    renderTabBar(),
  );
}

/** @returns {Child} */
function renderView() {
  if (failure.value === "missing") {
    return emptyState({
      isPage: true,
      icon: "help",
      title: t("missing.title"),
      text: t("missing.text"),
      action: button({ label: t("missing.home"), href: "#/" }),
    });
  }
  if (failure.value === "failed") {
    return emptyState({
      isPage: true,
      icon: "warning",
      title: t("failed.title"),
      text: t("failed.view"),
      action: button({ label: t("retry"), run: show }),
    });
  }
  if (!shown.value) return h("div", { class: "page" }, skeletonRows(5));
  return h("div", { key: shown.value.key, class: "view" }, shown.value.view.render());
}

/** @param {boolean} signedIn */
function titleOf(signedIn) {
  const title = signedIn && !failure.value ? shown.value?.view.title() : "";
  return title ? `${title} · SyncFile` : "SyncFile";
}

/** @param {Event} event */
function skip(event) {
  event.preventDefault(); // the address after "#" is ours
  document.getElementById("main")?.focus();
}
