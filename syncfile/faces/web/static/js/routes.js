/** Every view, one line each, by path. A view's module, texts and style sheet are loaded when it is first shown. */

/** Shown to those who are signed in. @type {Route[]} */
export const ROUTES = [
  { path: "/", name: "libraries", load: () => import("./views/libraries.js") },
  { path: "/activity", name: "activity", load: () => import("./views/activity.js") },
  { path: "/groups", name: "groups", texts: ["libraries"], load: () => import("./views/groups.js") },
  { path: "/libraries/:kind", name: "libraries", load: () => import("./views/libraries.js") },
  { path: "/settings", name: "settings", load: () => import("./views/settings.js") },
  { path: "/starred", name: "starred", load: () => import("./views/starred.js") },
];
