/** Every view, one line each, by path. A view's module, texts and style sheet are loaded when it is first shown. */

/** Shown to those who are signed in. @type {Route[]} */
export const ROUTES = [
  { path: "/", name: "libraries", load: () => import("./views/libraries.js") },
  { path: "/admin", name: "admin", texts: ["audit"], load: () => import("./views/admin.js") },
  { path: "/admin/:part", name: "admin", texts: ["audit"], load: () => import("./views/admin.js") },
  { path: "/activity", name: "activity", texts: ["changes"], load: () => import("./views/activity.js") },
  { path: "/groups", name: "groups", texts: ["libraries"], load: () => import("./views/groups.js") },
  { path: "/libraries/:kind", name: "libraries", load: () => import("./views/libraries.js") },
  { path: "/search", name: "search", load: () => import("./views/search.js") },
  { path: "/shared", name: "shared", texts: ["sharing", "copyable"], styles: ["copyable"], load: () => import("./views/shared.js") },
  { path: "/shared/:part", name: "shared", texts: ["sharing", "copyable"], styles: ["copyable"], load: () => import("./views/shared.js") },
  { path: "/settings", name: "settings", texts: ["security", "copyable"], styles: ["copyable"], load: () => import("./views/settings.js") },
  { path: "/settings/:part", name: "settings", texts: ["security", "copyable"], styles: ["copyable"], load: () => import("./views/settings.js") },
  { path: "/starred", name: "starred", load: () => import("./views/starred.js") },
  { path: "/connect", name: "connect", texts: ["copyable"], styles: ["copyable"], load: () => import("./views/connect.js") },
  { path: "/file/:id/*path", name: "file", texts: ["files"], load: () => import("./views/file.js") },
  { path: "/history/:id/*path", name: "history", texts: ["files", "changes"], load: () => import("./views/history.js") },
  { path: "/library/:id/*path", name: "files", texts: ["upload"], styles: ["folder-picker"], load: () => import("./views/files.js") },
  { path: "/trash/:id", name: "trash", texts: ["files", "history"], load: () => import("./views/trash.js") },
  { path: "/versions/:id/*path", name: "versions", texts: ["files", "file", "history"], load: () => import("./views/versions.js") },
];
