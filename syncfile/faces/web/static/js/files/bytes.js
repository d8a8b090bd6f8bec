/** The bytes of files: they have addresses of their own, good for an hour. */

import { ApiError, get, noteGone, post } from "../api.js";

/**
 * Returns the address of a file's bytes on this server.
 * @param {string} repoId
 * @param {string} path
 */
export async function addressOfFile(repoId, path) {
  return onThisServer(await get(`/v1/repos/${repoId}/files/download/`, { p: path }));
}

/**
 * Returns the address of an earlier version's bytes.
 * @param {string} repoId
 * @param {string} path
 * @param {string} commitId
 */
export async function addressOfVersion(repoId, path, commitId) {
  const link = await post(`/v1/repos/${repoId}/files/action/`, { action: "revision", commit_id: commitId }, { p: path });
  return onThisServer(link);
}

/**
 * Returns the address of a folder, or some of what is in it, as a zip archive.
 * @param {string} repoId
 * @param {string} path
 * @param {string[]} [names] Everything, if left out.
 */
export async function addressOfZip(repoId, path, names = []) {
  const link = onThisServer(await get(`/v1/repos/${repoId}/dirs/download/`, { p: path }));
  const query = new URLSearchParams(names.map((name) => ["names", name])).toString();
  return query ? `${link}?${query}` : link;
}

/**
 * Returns the address that takes uploads into a library.
 * @param {string} repoId
 */
export async function addressForUploads(repoId) {
  return onThisServer(await get(`/v1/repos/${repoId}/files/upload/`, { p: "/" }));
}

/**
 * Saves what an address leads to on the user's device.
 * @param {string} address
 */
export function save(address) {
  const link = document.createElement("a");
  link.href = address;
  link.download = "";
  document.body.append(link);
  link.click();
  link.remove();
}

/**
 * Fetches bytes into memory.
 * @param {string} address
 * @returns {Promise<Blob>}
 */
export async function fetchBlob(address) {
  let response;
  try {
    response = await fetch(address, { cache: "no-store" });
    if (response.ok) return await response.blob();
  } catch {
    noteGone();
    throw new ApiError(0, "offline", "the server does not answer");
  }
  throw new ApiError(response.status, "not_found", "the bytes are not there");
}

/**
 * Fetches a text; null if the bytes are no text in UTF-8.
 * @param {string} address
 */
export async function fetchText(address) {
  const bytes = await (await fetchBlob(address)).arrayBuffer();
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return text.includes("\0") ? null : text;
  } catch {
    return null;
  }
}

/**
 * The server may have another name for itself than the one that this page was opened by.
 * @param {string} link
 */
function onThisServer(link) {
  const url = new URL(link, location.href);
  return url.pathname + url.search;
}
