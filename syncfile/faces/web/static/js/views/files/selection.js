/** Which entries of a folder are selected, and where the keyboard is. */

/** Works on names, as positions change with the order. */
export class Selection {
  constructor() {
    /** @type {Set<string>} */
    this.names = new Set();
    /** Where the keyboard is. */
    this.cursor = "";
    /** Where a range begins. */
    this._anchor = "";
  }

  /** @param {string} name */
  has(name) {
    return this.names.has(name);
  }

  get size() {
    return this.names.size;
  }

  clear() {
    this.names.clear();
  }

  /**
   * Selects one alone.
   * @param {string} name
   */
  only(name) {
    this.names = new Set([name]);
    this.cursor = this._anchor = name;
  }

  /** @param {string} name */
  toggle(name) {
    if (!this.names.delete(name)) this.names.add(name);
    this.cursor = this._anchor = name;
  }

  /** @param {readonly Rest.Entry[]} shown */
  all(shown) {
    this.names = new Set(shown.map((entry) => entry.name));
  }

  /**
   * Selects from where the last selection began up to a name.
   * @param {readonly Rest.Entry[]} shown
   * @param {string} name
   */
  extend(shown, name) {
    const from = Math.max(indexOf(shown, this._anchor || this.cursor), 0);
    const to = indexOf(shown, name);
    this._anchor = shown[from]?.name ?? name;
    this.names = new Set(shown.slice(Math.min(from, to), Math.max(from, to) + 1).map((entry) => entry.name));
    this.cursor = name;
  }

  /**
   * Moves the keyboard's place.
   * @param {readonly Rest.Entry[]} shown
   * @param {number} step
   * @param {boolean} isExtending
   * @returns {number} Where it is now; -1 in an empty list.
   */
  move(shown, step, isExtending) {
    if (!shown.length) return -1;
    const at = indexOf(shown, this.cursor);
    const first = step === Infinity ? shown.length - 1 : 0;
    const next = at < 0 ? first : Math.min(Math.max(at + step, 0), shown.length - 1);
    if (isExtending) this.extend(shown, shown[next].name);
    else this.only(shown[next].name);
    return next;
  }

  /**
   * Forgets what is not there any more.
   * @param {readonly Rest.Entry[]} entries
   */
  keep(entries) {
    const names = new Set(entries.map((entry) => entry.name));
    for (const name of this.names) if (!names.has(name)) this.names.delete(name);
  }
}

/**
 * @param {readonly Rest.Entry[]} shown
 * @param {string} name
 */
export function indexOf(shown, name) {
  return shown.findIndex((entry) => entry.name === name);
}
