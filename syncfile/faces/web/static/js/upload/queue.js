/** Everything that is being uploaded, whatever the view. */

import { redraw } from "../dom.js";
import { onSignOut, session } from "../session.js";
import { Store } from "../state.js";
import { Meter } from "./meter.js";
import { forget, keep, kept } from "./stored.js";
import { Upload, forgetAddresses } from "./upload.js";

const AT_ONCE = 3;
const DRAW_MS = 250;

/** Where an upload has ended last. */
export const finished = new Store(/** @type {{ repoId: string, folder: string, name: string } | null} */ (null));

/** @type {Upload[]} */
export const uploads = [];
export const meter = new Meter();
let order = 0;
/** The account whose uploads these are. */
let accountId = 0;
/** @type {ReturnType<typeof setInterval> | undefined} */
let ticking;

/**
 * @typedef {object} NewUpload
 * @property {string} repoId
 * @property {string} folder It has to be there.
 * @property {File} file
 * @property {boolean} replace
 * @property {FileSystemFileHandle} [handle]
 */

/** @param {NewUpload[]} added */
export async function enqueue(added) {
  const made = added.map(({ repoId, folder, file, replace, handle }) => {
    const { name, size, lastModified } = file;
    const id = crypto.getRandomValues(new Uint32Array(4)).join("-"); // randomUUID needs TLS
    return new Upload(
      { id, accountId, repoId, folder, name, size, lastModified, replace, begun: false, order: Date.now() + order++ / 1e6, handle },
      file,
    );
  });
  for (const upload of made) dropTwin(upload);
  uploads.push(...made);
  await keep(made.map((upload) => upload.stored));
  work();
}

/**
 * Of two uploads to the same place the later one counts.
 * @param {Upload} upload
 */
function dropTwin({ stored }) {
  const twin = uploads.find(
    (other) => other.state !== "done" && other.stored.repoId === stored.repoId && other.stored.folder === stored.folder && other.stored.name === stored.name,
  );
  if (twin) cancel(twin);
}

/** Starts what may be sent. */
function work() {
  ticking ??= setInterval(redraw, DRAW_MS);
  const sending = uploads.filter((upload) => upload.state === "sending").length;
  const waiting = uploads.filter((upload) => upload.state === "waiting").slice(0, Math.max(AT_ONCE - sending, 0));
  for (const upload of waiting) run(upload);
  if (!sending && !waiting.length) {
    clearInterval(ticking);
    ticking = undefined;
  }
  redraw();
}

/** @param {Upload} upload */
async function run(upload) {
  upload.state = "sending";
  upload.error = undefined;
  try {
    await upload.send(meter, () => {
      upload.stored.begun = true;
      return keep([upload.stored]);
    });
    upload.state = "done";
    upload.file = null;
    await forget([upload.stored.id]);
    finished.value = upload.stored;
  } catch (error) {
    fail(upload, error);
  }
  work();
}

/**
 * @param {Upload} upload
 * @param {unknown} error
 */
function fail(upload, error) {
  if (upload.state !== "sending") return; // it was paused or cancelled
  const isUnreadable = error instanceof DOMException && error.name !== "AbortError";
  upload.state = isUnreadable ? "lost" : "failed";
  upload.error = error;
}

/** @param {Upload} upload */
export function pause(upload) {
  if (upload.state !== "sending" && upload.state !== "waiting") return;
  upload.state = "paused";
  upload.abort();
  work();
}

/** @param {Upload} upload */
export function resume(upload) {
  if (upload.state !== "paused" && upload.state !== "failed") return;
  upload.state = "waiting";
  work();
}

/** @param {Upload} upload */
export function cancel(upload) {
  upload.state = "paused"; // so that its end is not told of
  upload.abort();
  const at = uploads.indexOf(upload);
  if (at >= 0) uploads.splice(at, 1);
  forget([upload.stored.id]);
  work();
}

/**
 * Goes on with uploads whose files were lost, if the files are the same.
 * @param {readonly File[]} files
 * @returns {number} How many have theirs again.
 */
export function giveBack(files) {
  let count = 0;
  for (const upload of uploads) {
    const file = upload.state === "lost" && files.find((candidate) => upload.isSame(candidate));
    if (!file) continue;
    upload.file = file;
    upload.state = "waiting";
    count++;
  }
  work();
  return count;
}

/**
 * Asks the browser for the file of an upload again, where it gives access.
 * @param {Upload} upload
 * @returns {Promise<boolean>}
 */
export function reopen(upload) {
  return openAgain(upload, "requestPermission");
}

/**
 * @param {Upload} upload
 * @param {"requestPermission" | "queryPermission"} ask The one asks the user, the other the browser alone.
 */
async function openAgain({ stored }, ask) {
  const handle = /** @type {any} */ (stored.handle); // the library of types lacks both
  if (!handle) return false;
  try {
    if ((await handle[ask]({ mode: "read" })) !== "granted") return false;
    return giveBack([await handle.getFile()]) > 0;
  } catch {
    return false; // it was moved or deleted
  }
}

/** Takes those that have ended from the list. */
export function clearDone() {
  for (const upload of uploads.filter(({ state }) => state === "done")) uploads.splice(uploads.indexOf(upload), 1);
  redraw();
}

/** Takes up what was not finished when the page was left. */
async function restore() {
  const id = session.value?.account?.id ?? 0;
  if (id === accountId) return;
  accountId = id;
  if (!id) return;
  const stored = await kept(id);
  if (accountId !== id) return;
  const lost = stored.filter((item) => !uploads.some((upload) => upload.stored.id === item.id)).map((item) => new Upload(item, null));
  uploads.push(...lost);
  redraw();
  for (const upload of lost) await openAgain(upload, "queryPermission");
}

onSignOut(() => {
  for (const upload of uploads.splice(0)) {
    upload.state = "paused";
    upload.abort();
  }
  forgetAddresses();
  accountId = 0;
});
session.subscribe(restore);
restore();
