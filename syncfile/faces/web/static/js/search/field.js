/** The way to the search, in the bar at the top. */

import { h } from "../dom.js";
import { t } from "../i18n.js";
import { icon } from "../icons.js";
import { addToHeader } from "../layout/header.js";
import { currentPath, go, href } from "../router.js";
import { addShortcut } from "../shortcuts.js";

export function startSearch() {
  addToHeader(1, renderField);
  addShortcut({ keys: "/", text: "search.open", run: () => go(hrefOfSearch()) });
}

/** @returns {Child} */
function renderField() {
  if (currentPath() === "/search") return null; // the view has a field of its own
  return h(
    "a",
    { class: "header-search", href: hrefOfSearch(), "aria-label": t("search.open"), "aria-keyshortcuts": "/" },
    icon("search"),
    h("span", { class: "header-search-text" }, t("search.placeholder")),
    h("kbd", { "aria-hidden": true }, "/"),
  );
}

/** Who searches from within a library may want to stay there. */
function hrefOfSearch() {
  const [, section, repoId] = currentPath().split("/");
  return section === "library" && repoId ? href("search", { in: repoId }) : href("search");
}
