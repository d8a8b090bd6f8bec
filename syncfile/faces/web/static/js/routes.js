/** Every view, one line each, by path. A view's module, texts and style sheet are loaded when it is first shown. */

/** Shown to those who are signed in. @type {Route[]} */
export const ROUTES = [
  { path: "/", name: "libraries", load: () => import("./views/libraries.js") },
  { path: "/admin", name: "admin", load: () => import("./views/admin.js") },
  { path: "/admin/:part", name: "admin", load: () => import("./views/admin.js") },
  { path: "/activity", name: "activity", load: () => import("./views/activity.js") },
  { path: "/connect", name: "connect", texts: ["copyable"], styles: ["copyable"], load: () => import("./views/connect.js") },
  { path: "/groups", name: "groups", texts: ["libraries"], load: () => import("./views/groups.js") },
  { path: "/libraries/:kind", name: "libraries", load: () => import("./views/libraries.js") },
  { path: "/search", name: "search", load: () => import("./views/search.js") },
  { path: "/shared", name: "shared", texts: ["sharing", "copyable"], styles: ["copyable"], load: () => import("./views/shared.js") },
  { path: "/shared/:part", name: "shared", texts: ["sharing", "copyable"], styles: ["copyable"], load: () => import("./views/shared.js") },
  { path: "/settings", name: "settings", load: () => import("./views/settings.js") },
  { path: "/starred", name: "starred", load: () => import("./views/starred.js") },
];
