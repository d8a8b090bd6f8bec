/** A view. */

/** @returns {View} */
export function show() {
  return { title: () => "", render: () => null };
}
