/** Dialogs: they hold the focus, and Escape closes them. */

import { h } from "../dom.js";
import { t } from "../i18n.js";
import { button } from "./button.js";
import { Form } from "./form.js";
import { isOutside, openLayer, showModal } from "./layers.js";

let nextId = 1;

/**
 * @template T
 * @typedef {object} DialogOptions
 * @property {string} title
 * @property {(close: (result: T) => void) => Child} body
 * @property {(close: (result: T) => void) => Child} [actions] Buttons at its foot, the main one last.
 * @property {"small" | "wide"} [size]
 * @property {() => boolean} [mayClose] Whether it may be closed by Escape and by a click beside it.
 */

/**
 * Opens a dialog.
 * @template T
 * @param {DialogOptions<T>} options
 * @returns {Promise<T | null>} What it was closed with; null if it was dismissed.
 */
export function openDialog(options) {
  const id = `dialog${nextId++}`;
  return new Promise((resolve) => {
    /** @param {T | null} result */
    const close = (result) => {
      remove();
      resolve(result);
    };
    const dismiss = () => {
      if (options.mayClose?.() ?? true) close(null);
    };
    const remove = openLayer(() =>
      h(
        "dialog",
        {
          class: `dialog dialog-${options.size ?? "small"}`,
          "aria-labelledby": id,
          ref: showModal,
          oncancel: (event) => {
            event.preventDefault();
            dismiss();
          },
          onmousedown: (event) => {
            if (isOutside(event)) dismiss();
          },
        },
        h(
          "header",
          { class: "dialog-head" },
          h("h2", { id, class: "dialog-title" }, options.title),
          button({ label: t("close"), icon: "close", text: false, kind: "quiet", run: dismiss }),
        ),
        // Without it the button for closing would have the focus.
        h("div", { class: "dialog-body", tabindex: -1, autofocus: true }, options.body(close)),
        options.actions && h("footer", { class: "dialog-foot" }, options.actions(close)),
      ),
    );
  });
}

/**
 * Asks whether something is to be done, and does it. If it fails, the dialog says why and stays.
 * @param {object} options
 * @param {string} options.title
 * @param {Child} options.text What comes of it.
 * @param {string} options.action Label of the button that does it.
 * @param {boolean} [options.danger]
 * @param {() => unknown} [options.run]
 * @returns {Promise<boolean>} Whether it was done.
 */
export async function confirm({ title, text, action, danger = false, run }) {
  const done = await askForm({ title, text, fields: () => [], action, danger, run: async () => run?.() });
  return done !== null;
}

/** @param {HTMLElement} element */
function focus(element) {
  element.focus();
}

/**
 * Asks for a form to be filled in, and sends it. If that fails, the dialog says why and keeps what was typed.
 * @param {object} options
 * @param {string} options.title
 * @param {Child} [options.text]
 * @param {() => import("./form.js").Field[]} options.fields
 * @param {string} options.action Label of its button.
 * @param {boolean} [options.danger]
 * @param {(values: Record<string, string>) => unknown} options.run
 * @returns {Promise<Record<string, string> | null>} What was typed; null if it was dismissed.
 */
export function askForm({ title, text, fields, action, danger = false, run }) {
  /** @type {(result: Record<string, string> | null) => void} */
  let finish = () => {};
  const form = new Form({
    fields,
    action: () => action,
    kind: danger ? "danger" : "primary",
    run: async (values) => {
      await run(values);
      finish(values);
    },
    cancel: () => button({ label: t("cancel"), run: () => finish(null), more: danger ? { ref: focus } : {} }),
  });
  return openDialog({
    title,
    mayClose: () => !form.busy,
    body: (close) => {
      finish = /** @type {typeof finish} */ (close);
      return [text && h("div", { class: "dialog-text" }, text), form.render()];
    },
  });
}
