/** Two texts, line beside line. */

const MOST_CELLS = 4_000_000; // of the table that finds what two texts share

/** @typedef {{ left: number, right: number, kind: "same" | "changed" | "removed" | "added" }} Pair Numbers of lines, from 0; -1 for none. */

/**
 * Returns which lines stand beside each other.
 * @param {string[]} left
 * @param {string[]} right
 * @returns {Pair[]}
 */
export function compareLines(left, right) {
  let start = 0;
  while (start < left.length && start < right.length && left[start] === right[start]) start++;
  let leftEnd = left.length;
  let rightEnd = right.length;
  while (leftEnd > start && rightEnd > start && left[leftEnd - 1] === right[rightEnd - 1]) {
    leftEnd--;
    rightEnd--;
  }
  const pairs = run(0, 0, start);
  const shared = sharedLines(left.slice(start, leftEnd), right.slice(start, rightEnd));
  let [a, b] = [start, start];
  for (const [sharedA, sharedB] of [...shared.map(([i, j]) => [i + start, j + start]), [leftEnd, rightEnd]]) {
    pairs.push(...gap(a, sharedA, b, sharedB));
    if (sharedA < leftEnd) pairs.push({ left: sharedA, right: sharedB, kind: "same" });
    [a, b] = [sharedA + 1, sharedB + 1];
  }
  return [...pairs, ...run(leftEnd, rightEnd, left.length - leftEnd)];
}

/**
 * @param {number} left
 * @param {number} right
 * @param {number} count
 * @returns {Pair[]}
 */
function run(left, right, count) {
  return Array.from({ length: count }, (_, index) => ({ left: left + index, right: right + index, kind: "same" }));
}

/**
 * Lines that have no equal: changed ones beside each other, then what is left over.
 * @param {number} a
 * @param {number} aEnd
 * @param {number} b
 * @param {number} bEnd
 * @returns {Pair[]}
 */
function gap(a, aEnd, b, bEnd) {
  return Array.from({ length: Math.max(aEnd - a, bEnd - b) }, (_, index) => {
    const left = a + index < aEnd ? a + index : -1;
    const right = b + index < bEnd ? b + index : -1;
    return { left, right, kind: left < 0 ? "added" : right < 0 ? "removed" : "changed" };
  });
}

/**
 * Returns the longest sequence of lines that both have, as pairs of numbers; none if the texts are too long for that.
 * @param {string[]} left
 * @param {string[]} right
 * @returns {[number, number][]}
 */
function sharedLines(left, right) {
  const width = right.length + 1;
  if (left.length * width > MOST_CELLS) return [];
  const lengths = new Uint32Array((left.length + 1) * width);
  for (let i = left.length - 1; i >= 0; i--) {
    for (let j = right.length - 1; j >= 0; j--) {
      lengths[i * width + j] =
        left[i] === right[j] ? lengths[(i + 1) * width + j + 1] + 1 : Math.max(lengths[(i + 1) * width + j], lengths[i * width + j + 1]);
    }
  }
  /** @type {[number, number][]} */
  const pairs = [];
  for (let i = 0, j = 0; i < left.length && j < right.length; ) {
    if (left[i] === right[j]) pairs.push([i++, j++]);
    else if (lengths[(i + 1) * width + j] >= lengths[i * width + j + 1]) i++;
    else j++;
  }
  return pairs;
}
