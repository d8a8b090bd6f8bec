/** How fast bytes go. */

const WINDOW_MS = 6000;

/** Keeps what was sent in the last seconds. */
export class Meter {
  constructor() {
    /** @type {{ at: number, bytes: number }[]} */
    this._marks = [];
  }

  /** @param {number} bytes */
  add(bytes) {
    const now = performance.now();
    const last = this._marks.at(-1);
    if (last && now - last.at < 200) last.bytes += bytes;
    else this._marks.push({ at: now, bytes });
    while (this._marks[0].at < now - WINDOW_MS) this._marks.shift();
  }

  /** Bytes a second, over the last seconds; 0 if that is not known. */
  get speed() {
    const now = performance.now();
    const recent = this._marks.filter((mark) => mark.at >= now - WINDOW_MS);
    if (!recent.length) return 0;
    const bytes = recent.reduce((sum, mark) => sum + mark.bytes, 0);
    return (bytes * 1000) / Math.max(now - recent[0].at, 500);
  }
}
