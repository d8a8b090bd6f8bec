/** Starts the page. */

import { redraw, mount } from "./dom.js";
import { report } from "./errors.js";
import { loadTexts } from "./i18n.js";
import { renderApp } from "./layout/app.js";
import { startHelp } from "./layout/shortcut-help.js";
import { startNotifications } from "./notifications/bell.js";
import { startRouter, stopRouter } from "./router.js";
import { ROUTES } from "./routes.js";
import { startSearch } from "./search/field.js";
import { askSession, loadSession, session } from "./session.js";
import { startShortcuts } from "./shortcuts.js";

async function start() {
  const asked = askSession(); // on its way while the texts come
  await loadTexts("core");
  const host = /** @type {HTMLElement} */ (document.getElementById("app"));
  mount(host, renderApp);
  addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    report(event.reason);
  });
  startShortcuts();
  startHelp();
  startSearch();
  startNotifications();
  // Times such as "a minute ago" get older.
  setInterval(redraw, 60_000);
  watchSession();
  session.subscribe(resumeUploads);
  await loadSession(asked);
}

/** Shows views as long as somebody is signed in. */
function watchSession() {
  let isOn = false;
  session.subscribe((value) => {
    const isSignedIn = Boolean(value?.account);
    if (isSignedIn === isOn) return;
    isOn = isSignedIn;
    if (isOn) startRouter(ROUTES);
    else stopRouter();
  });
}

/** Takes up what was not uploaded when the page was left; who has nothing left does not load what it takes. */
async function resumeUploads() {
  const { account } = session.value ?? {};
  if (!account) return;
  const { kept } = await import("./upload/stored.js");
  if (!(await kept(account.id)).length) return;
  const { startTray } = await import("./upload/tray.js");
  await startTray();
}

start();
