/** Forms: fields with labels, hints and errors. What was typed stays until it has been taken. */

import { h, redraw } from "../dom.js";
import { errorText } from "../errors.js";
import { t } from "../i18n.js";
import { button } from "./button.js";

/**
 * @typedef {object} Field
 * @property {string} name
 * @property {string} label
 * @property {"text" | "password" | "email" | "number" | "date" | "search" | "textarea" | "select" | "checkbox"} [type]
 * @property {string} [value] At the beginning; "on" for a checkbox that is checked.
 * @property {string} [hint]
 * @property {string} [placeholder]
 * @property {boolean} [required]
 * @property {string} [autocomplete]
 * @property {"numeric"} [inputmode] What a phone offers to type with.
 * @property {{ value: string, label: string }[]} [options] Of a select.
 * @property {boolean} [focus] Whether one begins here.
 * @property {"stem" | "all"} [select] What is selected at the beginning: the name without its suffix, or all.
 * @property {number} [min]
 * @property {number} [max]
 * @property {number} [maxlength]
 * @property {boolean} [readonly]
 * @property {(values: Record<string, string>) => string} [check] Returns what is wrong, or "".
 * @property {(values: Record<string, string>) => boolean} [shown] Whether it is there, as other fields stand.
 */

let nextId = 1;

/** A form that one fills in and sends. */
export class Form {
  /**
   * @param {object} options
   * @param {() => Field[]} options.fields
   * @param {() => string} options.action Label of its button.
   * @param {(values: Record<string, string>) => unknown} options.run Is given what was typed; if it fails, the form says why.
   * @param {"primary" | "danger"} [options.kind]
   * @param {() => Child} [options.cancel] A button beside.
   */
  constructor({ fields, action, run, kind = "primary", cancel }) {
    this._fields = fields;
    this._action = action;
    this._run = run;
    this._kind = kind;
    this._cancel = cancel;
    this._id = `form${nextId++}`;
    /** What was typed into each field. @type {Record<string, string>} */
    this.values = {};
    /** @type {Record<string, string>} */
    this._errors = {};
    this.error = "";
    this.busy = false;
  }

  /** Forgets what was typed. */
  reset() {
    this.values = {};
    this._errors = {};
    this.error = "";
  }

  /** @returns {VNode} */
  render() {
    return h(
      "form",
      { class: "form", novalidate: true, onsubmit: (event) => this._submit(event) },
      this.renderFields(),
      h(
        "div",
        { class: "form-actions" },
        button({ label: this._action(), kind: this._kind, type: "submit", busy: this.busy }),
        this._cancel?.(),
      ),
    );
  }

  /** @returns {Child} */
  renderFields() {
    const visible = this._fields().filter((field) => field.shown?.(this._values()) ?? true);
    return [
      visible.map((field) => renderField(this, field)),
      this.error && h("p", { key: "error", class: "form-error", role: "alert" }, this.error),
    ];
  }

  /** @param {Field} field */
  idOf(field) {
    return `${this._id}-${field.name}`;
  }

  /** @param {Field} field */
  errorOf(field) {
    return this._errors[field.name] ?? "";
  }

  /** @param {Field} field */
  valueOf(field) {
    return this.values[field.name] ?? field.value ?? "";
  }

  _values() {
    return Object.fromEntries(this._fields().map((field) => [field.name, this.valueOf(field)]));
  }

  /** @param {SubmitEvent & { currentTarget: HTMLFormElement }} event */
  async _submit(event) {
    event.preventDefault();
    if (this.busy) return;
    const form = event.currentTarget;
    const values = this._values();
    this._errors = this._check(values);
    this.error = "";
    const wrong = Object.keys(this._errors)[0];
    if (wrong) {
      /** @type {HTMLElement | null} */ (form.elements.namedItem(wrong))?.focus();
      return;
    }
    this.busy = true;
    redraw();
    try {
      await this._run(values);
    } catch (error) {
      this.error = errorText(error);
    } finally {
      this.busy = false;
      redraw();
    }
  }

  /** @param {Record<string, string>} values */
  _check(values) {
    /** @type {Record<string, string>} */
    const errors = {};
    for (const field of this._fields()) {
      if (!(field.shown?.(values) ?? true)) continue;
      const missing = field.required && !values[field.name].trim() ? t("form.required") : "";
      const wrong = missing || field.check?.(values);
      if (wrong) errors[field.name] = wrong;
    }
    return errors;
  }
}

/**
 * @param {Form} form
 * @param {Field} field
 * @returns {VNode}
 */
function renderField(form, field) {
  const id = form.idOf(field);
  const error = form.errorOf(field);
  const label = h("label", { class: "field-label", for: id }, field.label);
  const control = renderControl(form, field, id, error);
  const below = [
    field.hint && h("p", { class: "field-hint", id: `${id}-hint` }, field.hint),
    error && h("p", { class: "field-error", id: `${id}-error` }, error),
  ];
  if (field.type === "checkbox") {
    return h("div", { key: field.name, class: "field field-check" }, control, h("div", null, label, below));
  }
  return h("div", { key: field.name, class: "field" }, label, control, below);
}

/**
 * @param {Form} form
 * @param {Field} field
 * @param {string} id
 * @param {string} error
 * @returns {VNode}
 */
function renderControl(form, field, id, error) {
  const described = [field.hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  const shared = {
    id,
    name: field.name,
    class: "input",
    required: field.required,
    readonly: field.readonly,
    "aria-describedby": described || undefined,
    "aria-invalid": error ? "true" : undefined,
    /** @param {HTMLElement} element */
    ref: (element) => begin(element, field),
  };
  const value = form.valueOf(field);
  /** @param {{ currentTarget: { value: string } }} event */
  const oninput = (event) => {
    form.values[field.name] = event.currentTarget.value;
  };
  if (field.type === "textarea") {
    return h("textarea", { ...shared, rows: 4, value, oninput, maxlength: field.maxlength });
  }
  if (field.type === "select") {
    const options = (field.options ?? []).map((option) =>
      h("option", { key: option.value, value: option.value, selected: option.value === value }, option.label),
    );
    return h("select", { ...shared, value, oninput }, options);
  }
  if (field.type === "checkbox") {
    return h("input", {
      ...shared,
      class: "checkbox",
      type: "checkbox",
      checked: value === "on",
      oninput: (event) => {
        form.values[field.name] = event.currentTarget.checked ? "on" : "";
      },
    });
  }
  return h("input", {
    ...shared,
    type: field.type ?? "text",
    value,
    oninput,
    placeholder: field.placeholder,
    autocomplete: field.autocomplete ?? "off",
    inputmode: field.inputmode,
    spellcheck: "false",
    min: field.min,
    max: field.max,
    maxlength: field.maxlength,
  });
}

/**
 * @param {HTMLElement} element
 * @param {Field} field
 */
function begin(element, field) {
  if (field.focus) element.focus();
  if (!(element instanceof HTMLInputElement) || !field.select) return;
  const dot = element.value.lastIndexOf(".");
  element.setSelectionRange(0, field.select === "stem" && dot > 0 ? dot : element.value.length);
}
