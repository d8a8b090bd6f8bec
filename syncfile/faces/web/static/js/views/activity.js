/** What happened lately, in all libraries. */

import { get } from "../api.js";
import { h } from "../dom.js";
import { wordsOf, wordsOfChange } from "../history/words.js";
import { ago, date, dateTime, rich, t } from "../i18n.js";
import { hrefOfPath } from "../router.js";
import { Loaded } from "../state.js";
import { button } from "../ui/button.js";
import { avatar, emptyState, name, pageHead, whenLoaded } from "../ui/parts.js";

const PAGE = 30;
const DAY_SECONDS = 86400;
const PATHS_SHOWN = 3;

/** @returns {View} */
export function show() {
  /** @type {Loaded<Rest.Activities>} */
  const activities = new Loaded(() => get("/v1/activities/", { limit: PAGE }));
  activities.reload();
  const more = async () => {
    const shown = /** @type {Rest.Activities} */ (activities.value);
    /** @type {Rest.Activities} */
    const next = await get("/v1/activities/", { start: shown.events.length, limit: PAGE });
    activities.value = { events: [...shown.events, ...next.events], has_more: next.has_more };
  };
  return {
    title: () => t("activity.title"),
    render: () =>
      h(
        "div",
        { class: "page page-narrow" },
        pageHead(t("activity.title"), { text: t("activity.text") }),
        whenLoaded(activities, ({ events, has_more }) => {
          if (!events.length) return emptyState({ icon: "activity", title: t("activity.none"), text: t("activity.noneText") });
          return [renderDays(events), has_more && h("div", { class: "activity-more" }, button({ label: t("activity.more"), run: more }))];
        }),
      ),
  };
}

/** @param {Rest.Event[]} events */
function renderDays(events) {
  /** @type {Map<string, Rest.Event[]>} */
  const days = new Map();
  for (const event of events) {
    const day = dayOf(event.time);
    days.set(day, [...(days.get(day) ?? []), event]);
  }
  return [...days].map(([day, list]) =>
    h("section", { key: day, class: "activity-day" }, h("h2", null, day), h("ol", { class: "card rows" }, list.map(renderEvent))),
  );
}

/** @param {number} seconds */
function dayOf(seconds) {
  const midnight = new Date().setHours(0, 0, 0, 0) / 1000;
  if (seconds >= midnight) return t("activity.today");
  return seconds >= midnight - DAY_SECONDS ? t("activity.yesterday") : date(seconds);
}

/** @param {Rest.Event} event */
function renderEvent(event) {
  const library = h("a", { href: hrefOfPath(event.repo_id, "/") }, name(event.repo_name));
  return h(
    "li",
    { key: event.repo_id + event.commit_id, class: "row activity-row" },
    avatar(event.user || "?"),
    h(
      "div",
      { class: "row-text" },
      h("p", null, rich("activity.inLibrary", { user: h("strong", null, name(event.user || t("activity.somebody"))), library })),
      renderChanges(event),
      h("p", { class: "row-detail" }, h("time", { title: dateTime(event.time) }, ago(event.time))),
    ),
  );
}

/** @param {Rest.Event} event */
function renderChanges(event) {
  if (!event.changes.length) return h("p", { class: "soft" }, wordsOf(event));
  const others = event.changes.length - PATHS_SHOWN;
  return h(
    "ul",
    { class: "activity-changes" },
    event.changes.slice(0, PATHS_SHOWN).map((change) => h("li", { key: change.path }, renderChange(event, change))),
    others > 0 && h("li", { class: "soft" }, event.has_more ? t("change.manyOthers") : t("change.others", { count: others })),
  );
}

/**
 * @param {Rest.Event} event
 * @param {Rest.Happening} change
 */
function renderChange(event, change) {
  if (change.kind === "delete") return wordsOfChange(change);
  return wordsOfChange(change, (text) => h("a", { href: hrefOfPath(event.repo_id, change.path), title: change.path }, name(text)));
}
