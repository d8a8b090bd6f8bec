/** QR codes (ISO/IEC 18004) of text as bytes, versions 1 to 10, error correction level M. */

const MOST_VERSIONS = 10;
const LEVEL_M = 0b00;
const BYTE_MODE = 0b0100;
const PADDING = [0xec, 0x11];
/** For each version: error correction bytes of a block, blocks of the first group, data bytes of each, blocks of the second. */
const BLOCKS = [
  [10, 1, 16, 0], [16, 1, 28, 0], [26, 1, 44, 0], [18, 2, 32, 0], [24, 2, 43, 0],
  [16, 4, 27, 0], [18, 4, 31, 0], [22, 2, 38, 2], [22, 3, 36, 2], [26, 4, 43, 1],
];
/** Where alignment patterns are centred, by version. */
const ALIGNMENT = [
  [], [6, 18], [6, 22], [6, 26], [6, 30], [6, 34], [6, 22, 38], [6, 24, 42], [6, 26, 46], [6, 28, 50],
];
/** Whether a mask turns the module at a row and column. @type {((row: number, column: number) => boolean)[]} */
const MASKS = [
  (row, column) => (row + column) % 2 === 0,
  (row) => row % 2 === 0,
  (_, column) => column % 3 === 0,
  (row, column) => (row + column) % 3 === 0,
  (row, column) => (Math.floor(row / 2) + Math.floor(column / 3)) % 2 === 0,
  (row, column) => ((row * column) % 2) + ((row * column) % 3) === 0,
  (row, column) => (((row * column) % 2) + ((row * column) % 3)) % 2 === 0,
  (row, column) => (((row + column) % 2) + ((row * column) % 3)) % 2 === 0,
];

/** Powers of 2 and their logarithms in the field of 256 elements with x⁸ + x⁴ + x³ + x² + 1. */
const POWERS = new Uint8Array(255);
const LOGARITHMS = new Uint8Array(256);
for (let exponent = 0, value = 1; exponent < 255; exponent++) {
  POWERS[exponent] = value;
  LOGARITHMS[value] = exponent;
  value = (value << 1) ^ (value & 0x80 ? 0x11d : 0);
}

/** @typedef {boolean[][]} Modules Rows from the top; true is dark. */

/**
 * Returns the QR code of a text, without the quiet zone of four modules that has to be around it.
 * @param {string} text
 * @returns {Modules}
 * @throws {RangeError} The text takes more than 213 bytes in UTF-8.
 */
export function qrCode(text) {
  const bytes = new TextEncoder().encode(text);
  const version = versionFor(bytes.length);
  const stream = interleave(pack(bytes, version), version);
  const { modules, isFixed } = emptySymbol(version);
  fill(modules, isFixed, stream);
  const masked = MASKS.map((mask, number) => finish(modules, isFixed, mask, number));
  const penalties = masked.map(penalty);
  return masked[penalties.indexOf(Math.min(...penalties))];
}

/** @param {number} length */
function versionFor(length) {
  for (let version = 1; version <= MOST_VERSIONS; version++) {
    if (4 + countBits(version) + length * 8 <= dataBytes(version) * 8) return version;
  }
  throw new RangeError("the text is too long for a QR code");
}

/** @param {number} version */
function countBits(version) {
  return version < 10 ? 8 : 16;
}

/** @param {number} version */
function dataBytes(version) {
  const [, count, length, longer] = BLOCKS[version - 1];
  return count * length + longer * (length + 1);
}

/**
 * Returns the data bytes: mode, length, the text, its end and padding.
 * @param {Uint8Array} bytes
 * @param {number} version
 */
function pack(bytes, version) {
  /** @type {number[]} */
  const bits = [];
  pushBits(bits, BYTE_MODE, 4);
  pushBits(bits, bytes.length, countBits(version));
  for (const byte of bytes) pushBits(bits, byte, 8);
  const room = dataBytes(version) * 8;
  pushBits(bits, 0, Math.min(4, room - bits.length));
  pushBits(bits, 0, -bits.length & 7);
  for (let turn = 0; bits.length < room; turn++) pushBits(bits, PADDING[turn % 2], 8);
  return Array.from({ length: room / 8 }, (_, index) => Number.parseInt(bits.slice(index * 8, index * 8 + 8).join(""), 2));
}

/**
 * @param {number[]} bits
 * @param {number} value
 * @param {number} count
 */
function pushBits(bits, value, count) {
  for (let shift = count - 1; shift >= 0; shift--) bits.push((value >> shift) & 1);
}

/**
 * Cuts the data into blocks, adds error correction, and deals the bytes of all blocks in turn.
 * @param {number[]} data
 * @param {number} version
 */
function interleave(data, version) {
  const [correction, count, length, longer] = BLOCKS[version - 1];
  const blocks = [];
  for (let index = 0, start = 0; index < count + longer; index++) {
    const end = start + length + (index < count ? 0 : 1);
    blocks.push(data.slice(start, end));
    start = end;
  }
  const corrections = blocks.map((block) => remainder(block, correction));
  return [...deal(blocks), ...deal(corrections)];
}

/** @param {number[][]} blocks */
function deal(blocks) {
  const longest = Math.max(...blocks.map((block) => block.length));
  return Array.from({ length: longest }, (_, index) => blocks.filter((block) => index < block.length).map((block) => block[index])).flat();
}

/**
 * Returns the error correction bytes of a block (Reed-Solomon).
 * @param {number[]} block
 * @param {number} count
 */
function remainder(block, count) {
  const divisor = generator(count);
  const rest = [...block, ...Array(count).fill(0)];
  for (let index = 0; index < block.length; index++) {
    const factor = rest[index];
    divisor.forEach((value, offset) => { rest[index + offset] ^= multiply(value, factor); });
  }
  return rest.slice(block.length);
}

/** @param {number} degree */
function generator(degree) {
  let product = [1];
  for (let root = 0; root < degree; root++) {
    const times = product.map((value) => multiply(value, POWERS[root]));
    product = [...product, 0].map((value, index) => value ^ (index ? times[index - 1] : 0));
  }
  return product;
}

/**
 * @param {number} a
 * @param {number} b
 */
function multiply(a, b) {
  return a && b ? POWERS[(LOGARITHMS[a] + LOGARITHMS[b]) % 255] : 0;
}

/**
 * Returns a symbol with what is the same for all texts, and which of its modules are taken by that.
 * @param {number} version
 */
function emptySymbol(version) {
  const side = 17 + 4 * version;
  /** @type {Modules} */
  const modules = grid(side);
  /** @type {Modules} */
  const isFixed = grid(side);
  /** @param {number} row @param {number} column @param {boolean} isDark */
  const set = (row, column, isDark) => {
    if (row < 0 || column < 0 || row >= side || column >= side) return;
    modules[row][column] = isDark;
    isFixed[row][column] = true;
  };
  for (let at = 0; at < side; at++) {
    set(6, at, at % 2 === 0);
    set(at, 6, at % 2 === 0);
  }
  for (const [row, column] of [[3, 3], [3, side - 4], [side - 4, 3]]) drawSquares(set, row, column, 4, [2, 4]);
  const centres = ALIGNMENT[version - 1];
  for (const row of centres) {
    for (const column of centres) {
      const inFinder = (row === 6 && (column === 6 || column === side - 7)) || (row === side - 7 && column === 6);
      if (!inFinder) drawSquares(set, row, column, 2, [1]);
    }
  }
  for (const [row, column] of formatPlaces(side).flat()) set(row, column, false);
  set(side - 8, 8, true);
  if (version >= 7) drawVersion(set, side, version);
  return { modules, isFixed };
}

/** @param {number} side */
function grid(side) {
  return Array.from({ length: side }, () => Array(side).fill(false));
}

/**
 * Draws dark squares around each other, with light ones at some distances from the centre.
 * @param {(row: number, column: number, isDark: boolean) => void} set
 * @param {number} row
 * @param {number} column
 * @param {number} reach
 * @param {number[]} light
 */
function drawSquares(set, row, column, reach, light) {
  for (let down = -reach; down <= reach; down++) {
    for (let right = -reach; right <= reach; right++) {
      set(row + down, column + right, !light.includes(Math.max(Math.abs(down), Math.abs(right))));
    }
  }
}

/**
 * Returns where the 15 bits about the format stand, the lowest first, for both copies.
 * @param {number} side
 * @returns {[number, number][][]}
 */
function formatPlaces(side) {
  /** @type {[number, number][]} */
  const around = [];
  /** @type {[number, number][]} */
  const apart = [];
  for (let bit = 0; bit < 15; bit++) {
    const beside = bit < 6 ? bit : bit < 8 ? bit + 1 : 14 - bit + (bit === 8 ? 1 : 0);
    around.push(bit < 8 ? [beside, 8] : [8, beside]);
    apart.push(bit < 8 ? [8, side - 1 - bit] : [side - 15 + bit, 8]);
  }
  return [around, apart];
}

/**
 * @param {(row: number, column: number, isDark: boolean) => void} set
 * @param {number} side
 * @param {number} version
 */
function drawVersion(set, side, version) {
  const bits = (version << 12) | remainderOfBits(version << 12, 0x1f25);
  for (let bit = 0; bit < 18; bit++) {
    const isDark = Boolean((bits >> bit) & 1);
    const far = side - 11 + (bit % 3);
    const near = Math.floor(bit / 3);
    set(far, near, isDark);
    set(near, far, isDark);
  }
}

/**
 * @param {number} value
 * @param {number} divisor
 */
function remainderOfBits(value, divisor) {
  const length = 32 - Math.clz32(divisor);
  let rest = value;
  for (let size = 32 - Math.clz32(rest); size >= length; size = 32 - Math.clz32(rest)) rest ^= divisor << (size - length);
  return rest;
}

/**
 * Puts the bits into the free modules: in pairs of columns from the right, up and down in turn.
 * @param {Modules} modules
 * @param {Modules} isFixed
 * @param {number[]} stream
 */
function fill(modules, isFixed, stream) {
  const side = modules.length;
  let bit = 0;
  let isUpward = true;
  for (let right = side - 1; right > 0; right -= 2) {
    if (right === 6) right--; // the column of the timing pattern
    for (let step = 0; step < side; step++) {
      const row = isUpward ? side - 1 - step : step;
      for (const column of [right, right - 1]) {
        if (isFixed[row][column]) continue;
        modules[row][column] = Boolean((stream[bit >> 3] >> (7 - (bit & 7))) & 1);
        bit++;
      }
    }
    isUpward = !isUpward;
  }
}

/**
 * Returns the symbol under a mask, with the bits that tell which.
 * @param {Modules} modules
 * @param {Modules} isFixed
 * @param {(row: number, column: number) => boolean} mask
 * @param {number} number
 */
function finish(modules, isFixed, mask, number) {
  const result = modules.map((line, row) =>
    line.map((isDark, column) => (isFixed[row][column] ? isDark : isDark !== mask(row, column))),
  );
  const facts = (LEVEL_M << 3) | number;
  const bits = ((facts << 10) | remainderOfBits(facts << 10, 0x537)) ^ 0x5412;
  for (const places of formatPlaces(modules.length)) {
    places.forEach(([row, column], bit) => { result[row][column] = Boolean((bits >> bit) & 1); });
  }
  return result;
}

/**
 * Tells how hard a symbol is to read (section 7.8.3).
 * @param {Modules} modules
 */
function penalty(modules) {
  const turned = modules.map((_, column) => modules.map((line) => line[column]));
  const lines = [...modules, ...turned].map((line) => line.map(Number).join(""));
  const runs = lines.flatMap((line) => line.match(/0{5,}|1{5,}/g) ?? []);
  const alike = runs.reduce((sum, run) => sum + run.length - 2, 0);
  const finders = lines.reduce((sum, line) => sum + (line.match(/(?=10111010000|00001011101)/g)?.length ?? 0), 0);
  const dark = modules.flat().filter(Boolean).length / modules.length ** 2;
  return alike + 3 * squares(modules) + 40 * finders + 10 * Math.floor(Math.abs(dark - 0.5) * 20);
}

/** @param {Modules} modules */
function squares(modules) {
  let count = 0;
  for (let row = 1; row < modules.length; row++) {
    for (let column = 1; column < modules.length; column++) {
      const isDark = modules[row][column];
      if (modules[row - 1][column] === isDark && modules[row][column - 1] === isDark && modules[row - 1][column - 1] === isDark) count++;
    }
  }
  return count;
}
