/** Small drawings, on a grid of 24 by 24, in the colour of the text around them. */

import { svg } from "./dom.js";

/** What to draw, as paths of lines. */
const PATHS = {
  activity: "M3 12h4l3-8 4 16 3-8h4",
  admin: "M12 3l7 3v5c0 4.6-2.9 8.3-7 10-4.1-1.7-7-5.4-7-10V6z M9.5 12l1.8 1.8 3.4-3.6",
  back: "M19 12H5 M11 6l-6 6 6 6",
  bell: "M6 9.500a6 6 0 0 1 12 0c0 5 2 6.5 2 6.500H4s2-1.5 2-6.5 M10 19.500a2.2 2.2 0 0 0 4 0",
  check: "M5 12.500l4.5 4.500L19 7.5",
  chevronDown: "M6 9.500l6 6 6-6",
  chevronRight: "M9.5 6l6 6-6 6",
  clock: "M12 7.500V12l3 2 M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0z",
  close: "M6 6l12 12 M18 6L6 18",
  connect: "M9 15l6-6 M10.5 6.500l1.7-1.700a4.5 4.5 0 0 1 6.4 6.400l-1.7 1.7 M13.5 17.500l-1.7 1.700a4.5 4.5 0 0 1-6.4-6.400l1.7-1.7",
  device: "M5 5h14a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1z M9 20h6 M12 16v4",
  download: "M12 4v11 M7 10.500l5 5 5-5 M5 20h14",
  edit: "M4 20l1-4.500L16 4.500l3.5 3.500L8.5 19z M13.5 7l3.5 3.5",
  file: "M6 3h8l5 5v12a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1z M14 3v5h5",
  folder: "M3 7a2 2 0 0 1 2-2h4l2 2.500h8a2 2 0 0 1 2 2V17a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2z",
  globe: "M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0z M3 12h18 M12 3c2.5 2.5 3.8 5.5 3.8 9S14.5 18.5 12 21c-2.5-2.5-3.8-5.5-3.8-9S9.5 5.5 12 3z",
  group: "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7z M2.5 20c.4-3.6 3-6 6.5-6s6.1 2.4 6.5 6 M16 4.300a3.5 3.5 0 0 1 0 6.4 M17.5 14.400c2.3.7 3.7 2.7 4 5.6",
  help: "M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0z M9.5 9.500a2.5 2.5 0 1 1 3.6 2.200c-.8.4-1.1 1-1.1 1.8 M12 16.800v.1",
  history: "M3.5 12a8.5 8.5 0 1 0 2.8-6.300L3.5 8 M3.5 3.500V8H8 M12 7.500V12l3 2",
  key: "M14.5 14a5 5 0 1 0-4.7-3.300L3.5 17v3.500H7V18h2.500v-2.500l1.7-1.700c1 .2 2.2.2 3.3.2z M15.8 8.300v-.1",
  libraries: "M4 5h16 M6 2.500h12 M4 8h16a1 1 0 0 1 1 1v11a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V9a1 1 0 0 1 1-1z M9 13h6",
  lock: "M6 11h12a1 1 0 0 1 1 1v8a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1v-8a1 1 0 0 1 1-1z M8 11V7.500a4 4 0 0 1 8 0V11",
  menu: "M4 7h16 M4 12h16 M4 17h16",
  monitor: "M4 5h16a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1z M9 20.500h6",
  moon: "M20 14.500A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.500z",
  more: "M5.5 12h.01 M12 12h.01 M18.5 12h.01",
  phone: "M8 3h8a1 1 0 0 1 1 1v16a1 1 0 0 1-1 1H8a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1z M11 18h2",
  plus: "M12 5v14 M5 12h14",
  search: "M17 10.500a6.5 6.5 0 1 1-13 0 6.5 6.5 0 0 1 13 0z M15.5 15.500L20 20",
  settings: "M4 7h9 M17 7h3 M15 4.800v4.4 M4 17h3 M11 17h9 M9 14.800v4.4",
  share: "M12 15V3.5 M7.5 8L12 3.5 16.5 8 M5 13v6a1 1 0 0 0 1 1h12a1 1 0 0 0 1-1v-6",
  shared: "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7z M2.5 20c.4-3.6 3-6 6.5-6 1.3 0 2.5.3 3.5.9 M15 18h6 M18.5 15.500L21 18l-2.5 2.5",
  signOut: "M10 4H5a1 1 0 0 0-1 1v14a1 1 0 0 0 1 1h5 M15 8l4 4-4 4 M19 12H9.5",
  star: "M12 3.500l2.6 5.4 5.9.8-4.3 4.1 1 5.9-5.2-2.8-5.2 2.8 1-5.900L3.5 9.700l5.9-.8z",
  sun: "M16 12a4 4 0 1 1-8 0 4 4 0 0 1 8 0z M12 2.500V5 M12 19v2.5 M2.5 12H5 M19 12h2.5 M5.3 5.300L7 7 M17 17l1.7 1.7 M5.3 18.700L7 17 M17 7l1.7-1.7",
  transfer: "M4 8h15 M15 4l4 4-4 4 M20 16H5 M9 12l-4 4 4 4",
  trash: "M4 6.500h16 M9 6.500V4h6v2.5 M6 6.500l1 13.500h10l1-13.5 M10 10.500v5.5 M14 10.500v5.5",
  undo: "M4 9h10a5.5 5.5 0 0 1 0 11h-4 M8 5L4 9l4 4",
  unlock: "M6 11h12a1 1 0 0 1 1 1v8a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1v-8a1 1 0 0 1 1-1z M8 11V7.500a4 4 0 0 1 7.8-1.3",
  upload: "M12 16V5 M7 9.500l5-5 5 5 M5 20h14",
  user: "M12 11.500a4 4 0 1 0 0-8 4 4 0 0 0 0 8z M4.5 20.500c.5-4 3.4-6.5 7.5-6.500s7 2.5 7.5 6.5",
  warning: "M12 4l9 16H3z M12 10v4.5 M12 17.300v.1",
};

/** @typedef {keyof typeof PATHS} IconName */

/**
 * Returns a drawing for the eye only: beside it, or in the label of its button, stands what it means.
 * @param {IconName} name
 * @param {{ filled?: boolean }} [options]
 */
export function icon(name, { filled = false } = {}) {
  return svg(
    "svg",
    { class: filled ? "icon icon-filled" : "icon", viewBox: "0 0 24 24", "aria-hidden": true, focusable: "false" },
    svg("path", { d: PATHS[name] }),
  );
}
