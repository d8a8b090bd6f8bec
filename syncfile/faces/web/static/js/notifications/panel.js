/** The list of notifications. */

import { del, get } from "../api.js";
import { h } from "../dom.js";
import { ago, loadTexts, number, rich, size, t } from "../i18n.js";
import { hrefOfPath, loadStyle } from "../router.js";
import { Loaded } from "../state.js";
import { button } from "../ui/button.js";
import { openDialog } from "../ui/dialog.js";
import { avatar, emptyState, name, whenLoaded } from "../ui/parts.js";
import { unread } from "./bell.js";

const MOST_ROWS = 100;
/** What the server says of itself. */
const FOR_ADMINISTRATORS = new Set(["disk_low", "certificate_expiry", "job_failed", "scrub_found"]);

/** Opens the list. */
export async function openNotifications() {
  await Promise.all([loadTexts("notifications"), loadStyle("notifications")]);
  /** @type {Loaded<Rest.Notification[]>} */
  const list = new Loaded(() => get("/v1/notifications/", { limit: MOST_ROWS }));
  list.start();
  await openDialog({
    title: t("notifications.title"),
    body: (close) => whenLoaded(list, (items) => renderList(items, () => close(null))),
    actions: () => list.value && list.value.length > 0 && renderActions(list),
  });
}

/** @param {Loaded<Rest.Notification[]>} list */
function renderActions(list) {
  return [
    button({
      label: t("notifications.deleteAll"),
      run: async () => {
        await del("/v1/notifications/");
        unread.value = 0;
        await list.reload();
      },
    }),
    list.value?.some((item) => !item.is_read) &&
      button({
        label: t("notifications.markRead"),
        kind: "primary",
        run: async () => {
          await del("/v1/notifications/unread/");
          unread.value = 0;
          await list.reload();
        },
      }),
  ];
}

/**
 * @param {Rest.Notification[]} items
 * @param {() => void} close
 */
function renderList(items, close) {
  if (!items.length) return emptyState({ icon: "bell", title: t("notifications.none"), text: t("notifications.noneText") });
  return h("ul", { class: "notifications" }, items.map((item) => renderItem(item, close)));
}

/**
 * @param {Rest.Notification} item
 * @param {() => void} close
 */
function renderItem(item, close) {
  const what = name(item.facts.name ?? "");
  const link = linkOf(item);
  const subject = link && item.facts.name ? h("a", { href: link, onclick: close }, what) : what;
  return h(
    "li",
    { key: item.id, class: item.is_read ? "notification" : "notification notification-new" },
    avatar(item.msg_from),
    h(
      "div",
      { class: "notification-text" },
      h("p", null, sentenceOf(item, subject)),
      h("p", { class: "soft small" }, ago(Date.parse(item.timestamp) / 1000)),
    ),
    !item.is_read && h("span", { class: "notification-dot", role: "img", "aria-label": t("notifications.new") }),
  );
}

/**
 * @param {Rest.Notification} item
 * @param {string | VNode} subject What it is about.
 * @returns {Child}
 */
function sentenceOf(item, subject) {
  const { facts, msg_type: kind } = item;
  const { free = 0, total = 0, days = 0, path = "", address = "", client = "" } = facts;
  if (kind === "sign_in_new") return rich("notifications.sign_in_new", { address: name(address), client: name(client || "?") });
  if (kind === "disk_low") return t("notifications.disk_low", { free: size(free), total: size(total) });
  if (kind === "certificate_expiry") return t("notifications.certificate_expiry", { days: number(days) });
  if (kind === "scrub_found") return rich("notifications.scrub_found", { path: name(path || "/"), what: subject });
  // Those from before names were told have a sentence alone.
  return facts.name ? rich(`notifications.${kind}`, { who: name(item.msg_from), what: subject }) : item.content;
}

/** @param {Rest.Notification} item */
function linkOf(item) {
  if (FOR_ADMINISTRATORS.has(item.msg_type)) return "#/admin";
  if (item.msg_type === "sign_in_new") return "#/settings/security";
  if (item.facts.repo_id) return hrefOfPath(item.facts.repo_id, "/");
  return item.msg_type === "group_remove" ? "" : "#/groups";
}
