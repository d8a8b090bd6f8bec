/** What is in a folder: fetched in pages, sorted and filtered. */

import { get } from "../../api.js";
import { redraw } from "../../dom.js";
import { isLocked } from "../../files/unlock.js";
import { compareNames } from "../../i18n.js";

const PAGE = 1000;

/** @typedef {"name" | "size" | "mtime"} SortKey */

/** One folder. */
export class Folder {
  /**
   * @param {string} repoId
   * @param {string} path
   */
  constructor(repoId, path) {
    this.repoId = repoId;
    this.path = path;
    /** @type {Rest.Repo | null} */
    this.repo = null;
    /** @type {Rest.Entry[]} */
    this.entries = [];
    this.isComplete = false;
    this.isLocked = false;
    /** @type {unknown} */
    this.error = undefined;
    this._turn = 0;
    this._cache = { key: "", of: this.entries, length: -1, shown: this.entries };
  }

  get mayWrite() {
    return this.repo?.permission === "rw";
  }

  /** Fetches everything, page by page; what is shown stays until something better is there. Never rejects. */
  async load() {
    const turn = ++this._turn;
    try {
      this.repo ??= /** @type {Rest.Repo} */ (await get(`/v1/repos/${this.repoId}/`));
      await this._loadEntries(turn);
      if (turn !== this._turn) return;
      this.isLocked = false;
      this.error = undefined;
    } catch (error) {
      if (turn !== this._turn) return;
      this.isLocked = isLocked(error);
      this.error = error;
    }
    redraw();
  }

  /** @param {number} turn */
  async _loadEntries(turn) {
    const isFirst = !this.isComplete;
    /** @type {Rest.Entry[]} */
    const entries = [];
    for (;;) {
      const page = await get(`/v1/repos/${this.repoId}/dirs/`, { p: this.path, start: entries.length, limit: PAGE });
      if (turn !== this._turn) return;
      entries.push(...page);
      const isLast = page.length < PAGE;
      if (isFirst || isLast) this.entries = isLast ? entries : [...entries];
      if (isLast) break;
    }
    this.isComplete = true;
  }

  /**
   * Returns what is to be shown: folders first.
   * @param {SortKey} by
   * @param {boolean} isDown
   * @param {string} filter
   */
  shown(by, isDown, filter) {
    const key = `${by} ${isDown} ${filter}`;
    if (this._cache.key !== key || this._cache.of !== this.entries || this._cache.length !== this.entries.length) {
      const shown = sorted(filtered(this.entries, filter), by, isDown);
      this._cache = { key, of: this.entries, length: this.entries.length, shown };
    }
    return this._cache.shown;
  }

  /** @param {string} name */
  find(name) {
    return this.entries.find((entry) => entry.name === name);
  }
}

/**
 * @param {Rest.Entry[]} entries
 * @param {string} filter
 */
function filtered(entries, filter) {
  const words = filter.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return [...entries];
  return entries.filter(({ name }) => words.every((word) => name.toLocaleLowerCase().includes(word)));
}

/**
 * @param {Rest.Entry[]} entries
 * @param {SortKey} by
 * @param {boolean} isDown
 */
export function sorted(entries, by, isDown) {
  const sign = isDown ? -1 : 1;
  return entries.sort((a, b) => {
    if (a.type !== b.type) return a.type === "dir" ? -1 : 1;
    const order = by === "name" ? 0 : (a[by] ?? 0) - (b[by] ?? 0);
    return sign * (order || compareNames(a.name, b.name) || (a.name < b.name ? -1 : 1));
  });
}
