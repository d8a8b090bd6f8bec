/** The list of keys, opened by "?". */

import { h } from "../dom.js";
import { t } from "../i18n.js";
import { activeShortcuts, addShortcut } from "../shortcuts.js";
import { openDialog } from "../ui/dialog.js";

export function startHelp() {
  addShortcut({ keys: "?", text: "shortcuts.help", run: openHelp });
}

export function openHelp() {
  openDialog({
    title: t("shortcuts.title"),
    body: () =>
      h(
        "dl",
        { class: "shortcuts" },
        activeShortcuts()
          .filter((shortcut) => shortcut.text)
          .map((shortcut) =>
            h(
              "div",
              { key: shortcut.keys, class: "shortcut" },
              h("dt", null, t(/** @type {string} */ (shortcut.text))),
              h("dd", null, shortcut.keys.split("+").map((key) => h("kbd", null, keyName(key)))),
            ),
          ),
      ),
  });
}

/** @param {string} key */
function keyName(key) {
  /** @type {Record<string, string>} */
  const names = { ArrowUp: "↑", ArrowDown: "↓", ArrowLeft: "←", ArrowRight: "→", Delete: "Del", Escape: "Esc", " ": t("shortcuts.space") };
  return names[key] ?? (key.length === 1 ? key.toUpperCase() : key);
}
