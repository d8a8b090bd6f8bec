/** Small pictures of images, made by the browser from the images themselves and only for what is on the screen. */

import { redraw } from "../../dom.js";
import { addressOfFile, fetchBlob } from "../../files/bytes.js";
import { kindOf } from "../../files/kinds.js";

const EDGE = 320;
const LARGEST_BYTES = 12 << 20;
const KEPT = 300;
const AT_ONCE = 2;

/** Addresses by the id of the content, least recently asked for first; "" for what cannot be drawn. @type {Map<string, string>} */
const made = new Map();
/** @type {Map<string, () => Promise<void>>} */
const waiting = new Map();
let running = 0;

/**
 * Returns the address of an image's small picture; "" as long as there is none.
 * @param {string} repoId
 * @param {string} path
 * @param {Rest.Entry} entry
 */
export function thumbnail(repoId, path, entry) {
  if (entry.type === "dir" || kindOf(entry.name) !== "image" || /\.svg$/i.test(entry.name)) return "";
  if (!entry.size || entry.size > LARGEST_BYTES) return "";
  const found = made.get(entry.id);
  if (found !== undefined) {
    made.delete(entry.id);
    made.set(entry.id, found);
    return found;
  }
  // What was asked for last is on the screen now; the others may have been scrolled away.
  waiting.delete(entry.id);
  waiting.set(entry.id, () => make(repoId, path, entry.id));
  start();
  return "";
}

/** Forgets what is not wanted any more, as when another folder is shown. */
export function stopThumbnails() {
  waiting.clear();
}

async function start() {
  if (running >= AT_ONCE) return;
  const last = [...waiting.entries()].at(-1);
  if (!last) return;
  const [id, run] = last;
  waiting.delete(id);
  while (waiting.size > 60) waiting.delete(/** @type {string} */ (waiting.keys().next().value));
  if (made.has(id)) return start();
  made.set(id, "");
  running++;
  try {
    await run();
  } catch {
    // Its icon stays.
  } finally {
    running--;
    redraw();
    start();
  }
}

/**
 * @param {string} repoId
 * @param {string} path
 * @param {string} id
 */
async function make(repoId, path, id) {
  const blob = await fetchBlob(await addressOfFile(repoId, path));
  const whole = await createImageBitmap(blob);
  const scale = Math.min(1, EDGE / Math.min(whole.width, whole.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(whole.width * scale));
  canvas.height = Math.max(1, Math.round(whole.height * scale));
  canvas.getContext("2d")?.drawImage(whole, 0, 0, canvas.width, canvas.height);
  whole.close();
  const small = await new Promise((resolve) => canvas.toBlob(resolve, "image/webp", 0.8));
  if (small) made.set(id, URL.createObjectURL(small));
  while (made.size > KEPT) forgetOldest();
}

function forgetOldest() {
  const [id, address] = /** @type {[string, string]} */ (made.entries().next().value);
  made.delete(id);
  if (address) URL.revokeObjectURL(address);
}
