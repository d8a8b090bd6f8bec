/** Paths in a library: absolute, with a slash between names; "/" is the library itself. */

/**
 * @param {string} folder
 * @param {string} name Or a path below the folder; "" for the folder itself.
 */
export function join(folder, name) {
  if (!name) return folder;
  return folder === "/" ? `/${name}` : `${folder}/${name}`;
}

/** @param {string} path */
export function folderOf(path) {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}

/** @param {string} path */
export function nameOf(path) {
  return path.slice(path.lastIndexOf("/") + 1);
}

/**
 * Tells whether a path is a folder or something below it.
 * @param {string} path
 * @param {string} folder
 */
export function isWithin(path, folder) {
  return folder === "/" || path === folder || path.startsWith(`${folder}/`);
}
