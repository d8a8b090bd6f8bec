/** One file on its way to the server. */

import { ApiError, get, noteGone, whenBack } from "../api.js";
import { addressForUploads } from "../files/bytes.js";
import { Meter } from "./meter.js";
import { sendForm } from "./send.js";

/** @typedef {import("./stored.js").StoredUpload} StoredUpload */
/** @typedef {"waiting" | "sending" | "paused" | "failed" | "lost" | "done"} State "lost": the file has to be chosen again. */

const PIECE = 8 << 20;
const BUSY_MS = 700;

/** Addresses that take uploads, by library. @type {Map<string, Promise<string>>} */
const addresses = new Map();

/** Its state, and how it is sent. */
export class Upload {
  /**
   * @param {StoredUpload} stored
   * @param {File | null} file
   */
  constructor(stored, file) {
    this.stored = stored;
    this.file = file;
    /** @type {State} */
    this.state = file ? "waiting" : "lost";
    this.sent = 0;
    /** @type {unknown} */
    this.error = undefined;
    this._stop = new AbortController();
    /** Whether another address was asked for since something was taken. */
    this._hasNewAddress = false;
  }

  /** Stops sending, if it is being sent. */
  abort() {
    this._stop.abort();
    this._stop = new AbortController();
  }

  /**
   * Tells whether a file is the one that this began with.
   * @param {File} file
   */
  isSame(file) {
    return file.name === this.stored.name && file.size === this.stored.size && file.lastModified === this.stored.lastModified;
  }

  /**
   * Sends what the server does not have, over broken connections and restarts of the server.
   * @param {Meter} meter
   * @param {() => Promise<unknown>} begin Called before the first piece of a file that is sent in pieces.
   * @throws {ApiError} What cannot be helped by trying again.
   * @throws {DOMException} It was stopped ("AbortError"), or the file cannot be read any more ("NotReadableError").
   */
  async send(meter, begin) {
    const { signal } = this._stop;
    this._hasNewAddress = false;
    for (;;) {
      await whenBack();
      signal.throwIfAborted();
      try {
        if (this.stored.size <= PIECE) await this._sendWhole(meter, signal);
        else await this._sendPieces(meter, begin, signal);
        return;
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        await this._recover(error, signal);
      }
    }
  }

  /**
   * Returns if it makes sense to try again.
   * @param {ApiError} error
   * @param {AbortSignal} signal
   */
  async _recover(error, signal) {
    if (error.status === 0) {
      // No answer: the server is gone, or the file cannot be read any more, which looks the same.
      await this._file().slice(0, 1).arrayBuffer();
      noteGone();
    } else if (error.status === 404 && !this._hasNewAddress) {
      // An address is good for an hour. If it is the folder that is gone, the next one does not help either.
      this._hasNewAddress = true;
      addresses.delete(this.stored.repoId);
      await this._address();
    } else if (error.status === 503 || error.status === 502) {
      await new Promise((resolve) => setTimeout(resolve, error.retryAfter * 1000 || BUSY_MS));
    } else if (error.status !== 416) {
      throw error;
    }
    signal.throwIfAborted();
  }

  /**
   * @param {Meter} meter
   * @param {AbortSignal} signal
   */
  async _sendWhole(meter, signal) {
    const form = this._form(this._file());
    await sendForm(await this._address(), form, {}, signal, (loaded) => this._note(meter, Math.min(loaded, this.stored.size)));
    this._note(meter, this.stored.size);
  }

  /**
   * @param {Meter} meter
   * @param {() => Promise<unknown>} begin
   * @param {AbortSignal} signal
   */
  async _sendPieces(meter, begin, signal) {
    const { size } = this.stored;
    let offset = this.stored.begun ? await this._received() : 0;
    if (offset >= size) offset = 0; // its end could not be put in its place: begin again
    if (!this.stored.begun) await begin();
    while (offset < size) {
      this.sent = offset;
      const end = Math.min(offset + PIECE, size);
      const start = offset;
      const headers = { "Content-Range": `bytes ${start}-${end - 1}/${size}` };
      const form = this._form(this._file().slice(start, end));
      await sendForm(await this._address(), form, headers, signal, (loaded) => this._note(meter, Math.min(start + loaded, end)));
      this._note(meter, end);
      this._hasNewAddress = false;
      offset = end;
    }
  }

  /** How much of it the server has. */
  async _received() {
    const { repoId, folder, name } = this.stored;
    const { uploadedBytes } = await get(`/v1/repos/${repoId}/files/uploaded-bytes/`, { p: folder, name });
    return /** @type {number} */ (uploadedBytes);
  }

  /**
   * The fields come before the bytes, as pieces need it.
   * @param {Blob} bytes
   */
  _form(bytes) {
    const { folder, name, lastModified, replace } = this.stored;
    const form = new FormData();
    form.append("parent_dir", folder);
    form.append("filename", name);
    form.append("last_modify", String(Math.max(Math.floor(lastModified / 1000), 0)));
    form.append("replace", replace ? "1" : "0");
    form.append("file", bytes, "file");
    return form;
  }

  /**
   * @param {Meter} meter
   * @param {number} sent
   */
  _note(meter, sent) {
    meter.add(Math.max(sent - this.sent, 0));
    this.sent = sent;
  }

  _address() {
    const { repoId } = this.stored;
    let address = addresses.get(repoId);
    if (!address) {
      address = addressForUploads(repoId);
      address.catch(() => addresses.delete(repoId));
      addresses.set(repoId, address);
    }
    return address;
  }

  _file() {
    return /** @type {File} */ (this.file);
  }
}

/** Forgets addresses, which are good only for who asked for them. */
export function forgetAddresses() {
  addresses.clear();
}
