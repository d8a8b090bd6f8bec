/** What this browser remembers of how its user likes the page. */

import { Store } from "./state.js";

const THEME = "syncfile.theme";

const dark = matchMedia("(prefers-color-scheme: dark)");

/** @typedef {"auto" | "light" | "dark"} Theme */

export const theme = new Store(storedTheme());

theme.subscribe((value) => {
  if (value === "auto") localStorage.removeItem(THEME);
  else localStorage.setItem(THEME, value);
  apply();
});
dark.addEventListener("change", apply);

/** @returns {Theme} */
function storedTheme() {
  const stored = localStorage.getItem(THEME);
  return stored === "light" || stored === "dark" ? stored : "auto";
}

function apply() {
  const shown = theme.value === "auto" ? (dark.matches ? "dark" : "light") : theme.value;
  document.documentElement.dataset.theme = shown;
}

/**
 * Returns a store whose value is remembered under a name, such as how a list is sorted.
 * @template {string} T
 * @param {string} name
 * @param {readonly T[]} values The first is the default.
 * @returns {Store<T>}
 */
export function remembered(name, values) {
  const stored = localStorage.getItem(`syncfile.${name}`);
  const store = new Store(values.find((value) => value === stored) ?? values[0]);
  store.subscribe((value) => localStorage.setItem(`syncfile.${name}`, value));
  return store;
}
