/** A field that offers what one may mean while one types; anything else may be typed too. */

import { h } from "../dom.js";

/**
 * @typedef {object} Choice
 * @property {string} key
 * @property {string} text What is written into the field.
 * @property {Child} content What the list shows.
 */

let nextId = 1;

/** See the "combobox" pattern of the ARIA Authoring Practices. */
export class Combobox {
  /**
   * @param {object} options
   * @param {() => string} options.label
   * @param {() => string} [options.placeholder]
   * @param {(typed: string) => Choice[]} options.choices
   * @param {(choice: Choice) => void} options.choose
   * @param {() => void} options.enter Enter was pressed with nothing chosen.
   */
  constructor({ label, placeholder, choices, choose, enter }) {
    this._label = label;
    this._placeholder = placeholder;
    this._choices = choices;
    this._choose = choose;
    this._enter = enter;
    this._id = `combobox${nextId++}`;
    this.value = "";
    this._isOpen = false;
    this._active = -1;
  }

  /** @returns {VNode} */
  render() {
    const choices = this._isOpen ? this._choices(this.value.trim()) : [];
    this._active = Math.min(this._active, choices.length - 1);
    return h(
      "div",
      { class: "combobox" },
      h("input", {
        class: "input",
        role: "combobox",
        "aria-label": this._label(),
        "aria-expanded": choices.length > 0,
        "aria-controls": this._id,
        "aria-autocomplete": "list",
        "aria-activedescendant": this._active >= 0 ? `${this._id}-${this._active}` : undefined,
        autocomplete: "off",
        autocapitalize: "off",
        spellcheck: "false",
        placeholder: this._placeholder?.(),
        value: this.value,
        oninput: (event) => this._type(event.currentTarget.value),
        onfocus: () => { this._isOpen = true; },
        onblur: () => this._close(),
        onkeydown: (event) => this._press(event, choices),
      }),
      h(
        "div",
        { id: this._id, class: "combobox-list", role: "listbox", "aria-label": this._label(), hidden: choices.length === 0 },
        choices.map((choice, index) => this._renderChoice(choice, index)),
      ),
    );
  }

  clear() {
    this.value = "";
    this._close();
  }

  /** @param {string} value */
  _type(value) {
    this.value = value;
    this._isOpen = true;
    this._active = -1;
  }

  _close() {
    this._isOpen = false;
    this._active = -1;
  }

  /**
   * @param {Choice} choice
   * @param {number} index
   */
  _renderChoice(choice, index) {
    return h(
      "div",
      {
        key: choice.key,
        id: `${this._id}-${index}`,
        class: "combobox-choice",
        role: "option",
        "aria-selected": index === this._active,
        onmousedown: (event) => {
          event.preventDefault(); // the field keeps the focus
          this._take(choice);
        },
      },
      choice.content,
    );
  }

  /** @param {Choice} choice */
  _take(choice) {
    this.value = choice.text;
    this._close();
    this._choose(choice);
  }

  /**
   * @param {KeyboardEvent} event
   * @param {Choice[]} choices
   */
  _press(event, choices) {
    if (event.key === "Enter") {
      if (this._active >= 0) this._take(choices[this._active]);
      else this._enter();
    } else if (event.key === "Escape" && choices.length) {
      event.stopPropagation();
      this._close();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      this._isOpen = true;
      const step = event.key === "ArrowDown" ? 1 : -1;
      this._active = choices.length ? (Math.max(this._active, step < 0 ? 0 : -1) + step + choices.length) % choices.length : -1;
    } else {
      return;
    }
    event.preventDefault();
  }
}
