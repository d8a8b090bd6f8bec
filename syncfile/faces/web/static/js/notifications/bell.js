/** The bell in the bar at the top: how much there is to read, asked for now and then. */

import { get, trouble } from "../api.js";
import { h } from "../dom.js";
import { t } from "../i18n.js";
import { icon } from "../icons.js";
import { addToHeader } from "../layout/header.js";
import { onSignOut, session } from "../session.js";
import { Store } from "../state.js";

const ASK_EVERY_MS = 60_000;
const MOST_SHOWN = 99;

/** How many notifications have not been read. */
export const unread = new Store(0);

let askedAt = 0;

export function startNotifications() {
  addToHeader(2, renderBell);
  onSignOut(() => {
    unread.value = 0;
    askedAt = 0;
  });
  session.subscribe(ask);
  document.addEventListener("visibilitychange", ask);
  setInterval(ask, ASK_EVERY_MS);
}

/** Asks for the number, but not for a page that nobody sees, and not more often than once a minute. */
async function ask() {
  if (document.hidden || trouble.value || !session.value?.account || Date.now() - askedAt < ASK_EVERY_MS - 1000) return;
  askedAt = Date.now();
  const answer = await get("/v1/notifications/unread/");
  unread.value = answer.unread;
}

/** @returns {Child} */
function renderBell() {
  const count = unread.value;
  return h(
    "button",
    {
      type: "button",
      class: "header-bell",
      "aria-haspopup": "dialog",
      "aria-label": count ? t("bell.unread", { count }) : t("bell.label"),
      title: t("bell.label"),
      onclick: open,
    },
    icon("bell"),
    count > 0 && h("span", { class: "header-bell-count", "aria-hidden": true }, count > MOST_SHOWN ? `${MOST_SHOWN}+` : count),
  );
}

async function open() {
  const { openNotifications } = await import("./panel.js");
  await openNotifications();
}
