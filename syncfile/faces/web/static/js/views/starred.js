/** What was starred: libraries, folders and files. */

import { del, post } from "../api.js";
import { h } from "../dom.js";
import { ago, size, t } from "../i18n.js";
import { icon } from "../icons.js";
import { stars } from "../libraries.js";
import { hrefOfPath } from "../router.js";
import { button } from "../ui/button.js";
import { emptyState, name, pageHead, whenLoaded } from "../ui/parts.js";
import { toast } from "../ui/toast.js";

/** @returns {View} */
export function show() {
  stars.reload();
  return {
    title: () => t("starred.title"),
    render: () =>
      h(
        "div",
        { class: "page" },
        pageHead(t("starred.title"), { text: t("starred.text") }),
        whenLoaded(stars, (all) =>
          all.length
            ? h("ul", { class: "card rows" }, all.map(renderStar))
            : emptyState({ icon: "star", title: t("starred.none"), text: t("starred.noneText") }),
        ),
      ),
  };
}

/** @param {Rest.Star} star */
function renderStar(star) {
  const isRepo = star.path === "/";
  const own = isRepo ? star.repo_name : star.path.slice(star.path.lastIndexOf("/") + 1);
  return h(
    "li",
    { key: star.repo_id + star.path, class: "row" },
    h("span", { class: "row-icon" }, icon(isRepo ? "libraries" : star.type === "dir" ? "folder" : "file")),
    h(
      "div",
      { class: "row-text" },
      h(
        "div",
        { class: "row-title" },
        h("a", { class: "row-link line", href: hrefOfPath(star.repo_id, star.path), title: own }, name(own)),
      ),
      h("p", { class: "row-detail line" }, details(star)),
    ),
    h(
      "div",
      { class: "row-actions" },
      button({
        label: t("starred.remove"),
        icon: "star",
        text: false,
        kind: "quiet",
        class: "star star-on",
        run: () => remove(star, own),
      }),
    ),
  );
}

/**
 * @param {Rest.Star} star
 * @returns {Child}
 */
function details(star) {
  const folder = star.path.slice(0, star.path.lastIndexOf("/"));
  return [
    star.path === "/" ? t("starred.library") : [name(star.repo_name + folder)],
    star.type === "file" && [" · ", size(star.size)],
    " · ",
    ago(star.mtime),
  ];
}

/**
 * @param {Rest.Star} star
 * @param {string} own
 */
async function remove(star, own) {
  const what = { repo_id: star.repo_id, p: star.path };
  await del("/v1/starred/", what);
  const undo = async () => {
    await post("/v1/starred/", what);
    await stars.reload();
  };
  toast(t("starred.removed", { name: own }), { action: { label: t("undo"), run: undo } });
  await stars.reload();
}
