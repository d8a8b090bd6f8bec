"use strict";
// A plain script, run before the first paint: the wrong theme must not flash.
(() => {
  const chosen = localStorage.getItem("syncfile.theme");
  const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  document.documentElement.dataset.theme = chosen === "light" || chosen === "dark" ? chosen : system;
})();
