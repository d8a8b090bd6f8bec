/** State that outlives a view, and data that is on its way from the server. */

import { redraw } from "./dom.js";

/**
 * A value that the whole page shares. Setting it draws the page again.
 * @template T
 */
export class Store {
  /** @param {T} value */
  constructor(value) {
    this._value = value;
    /** @type {Set<(value: T) => void>} */
    this._subscribers = new Set();
  }

  get value() {
    return this._value;
  }

  set value(value) {
    this._value = value;
    for (const tell of [...this._subscribers]) tell(value);
    redraw();
  }

  /**
   * Calls `tell` with each new value until the function returned is called.
   * @param {(value: T) => void} tell
   */
  subscribe(tell) {
    this._subscribers.add(tell);
    return () => {
      this._subscribers.delete(tell);
    };
  }
}

/**
 * Something that is fetched: what came last stays visible while it is fetched again.
 * @template T
 */
export class Loaded {
  /** @param {() => Promise<T>} fetch */
  constructor(fetch) {
    this._fetch = fetch;
    this._number = 0;
    /** @type {T | undefined} */
    this.value = undefined;
    /** @type {unknown} */
    this.error = undefined;
    this.isLoading = false;
  }

  /** Fetches, if that has not been done yet. */
  start() {
    if (!this.isLoading && this.value === undefined && this.error === undefined) this.reload();
    return this;
  }

  /** Fetches again; an answer that is overtaken by a later one is dropped. Never rejects, see `error`. */
  async reload() {
    const number = ++this._number;
    this.isLoading = true;
    redraw();
    try {
      const value = await this._fetch();
      if (number !== this._number) return;
      this.value = value;
      this.error = undefined;
    } catch (error) {
      if (number !== this._number) return;
      this.error = error;
    }
    this.isLoading = false;
    redraw();
  }

  /** Forgets everything, as after signing out. */
  clear() {
    this._number++;
    this.value = undefined;
    this.error = undefined;
    this.isLoading = false;
  }
}
