/** What is kept in the browser of uploads that have not ended, so that they go on after the page was loaded again. */

/**
 * @typedef {object} StoredUpload
 * @property {string} id
 * @property {number} accountId
 * @property {string} repoId
 * @property {string} folder
 * @property {string} name
 * @property {number} size
 * @property {number} lastModified Milliseconds, of the file; tells with the size whether a file chosen again is the same.
 * @property {boolean} replace
 * @property {boolean} begun Whether pieces of it were sent: only then may what the server has be gone on with.
 * @property {number} order
 * @property {FileSystemFileHandle} [handle] Where the browser gives access to the file again.
 */

const NAME = "syncfile-uploads";
const STORE = "uploads";

/** @type {Promise<IDBDatabase | null> | null} */
let opening = null;

/** Resolves to null where the browser keeps nothing, as in private windows: uploads work without it. */
function open() {
  opening ??= new Promise((resolve) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "id" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => resolve(null);
  });
  return opening;
}

/**
 * @param {IDBTransactionMode} mode
 * @param {(store: IDBObjectStore) => IDBRequest | void} use
 * @returns {Promise<any>}
 */
async function within(mode, use) {
  const database = await open();
  if (!database) return undefined;
  return new Promise((resolve) => {
    const transaction = database.transaction(STORE, mode);
    const request = use(transaction.objectStore(STORE));
    transaction.oncomplete = () => resolve(request?.result);
    transaction.onabort = () => resolve(undefined);
  });
}

/** @param {readonly StoredUpload[]} uploads */
export function keep(uploads) {
  return within("readwrite", (store) => { for (const upload of uploads) store.put(upload); });
}

/** @param {readonly string[]} ids */
export function forget(ids) {
  return within("readwrite", (store) => { for (const id of ids) store.delete(id); });
}

/**
 * @param {number} accountId
 * @returns {Promise<StoredUpload[]>}
 */
export async function kept(accountId) {
  /** @type {StoredUpload[]} */
  const all = (await within("readonly", (store) => store.getAll())) ?? [];
  return all.filter((upload) => upload.accountId === accountId).sort((a, b) => a.order - b.order);
}
