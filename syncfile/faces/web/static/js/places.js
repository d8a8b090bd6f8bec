/** Where things are: addresses and names of what lies in a library. */

import { href, hrefOfPath } from "./router.js";

/**
 * Returns the address of a folder, or of the page that shows a file.
 * @param {string} repoId
 * @param {string} path
 * @param {boolean} isDir
 */
export function hrefOfItem(repoId, path, isDir) {
  return isDir ? hrefOfPath(repoId, path) : href("file", repoId, ...path.split("/").filter(Boolean));
}

/** @param {string} path */
export function parentOf(path) {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}

/**
 * Returns the last name of a path; "" for the library itself.
 * @param {string} path
 */
export function lastName(path) {
  return path.slice(path.lastIndexOf("/") + 1);
}
