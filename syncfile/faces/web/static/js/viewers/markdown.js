/** Markdown, drawn as elements: what is HTML in it stays text, and nothing is fetched from elsewhere. */

import { h } from "../dom.js";

const DEEPEST = 8;
const INLINE = /(`+)(.+?)\1|!?\[([^\]]*)\]\(\s*<?([^\s)>]+)>?[^)]*\)|(\*\*|__)(?=\S)(.+?)\5|(\*|_)(?=\S)(.+?)\7(?!\w)|~~(.+?)~~|<?(https?:\/\/[^\s<>)]+)>?/;

/**
 * @param {string} text
 * @returns {Child}
 */
export function renderMarkdown(text) {
  return blocks(text.replace(/\r\n?/g, "\n").split("\n"), 0);
}

/**
 * @param {string[]} lines
 * @param {number} depth
 * @returns {VNode[]}
 */
function blocks(lines, depth) {
  /** @type {VNode[]} */
  const out = [];
  let at = 0;
  while (at < lines.length) {
    const found = depth < DEEPEST ? RULES.find(({ start }) => start.test(lines[at])) : undefined;
    const [block, next] = (found?.take ?? paragraph)(lines, at, depth);
    if (block) out.push(block);
    at = next;
  }
  return out;
}

/** @typedef {(lines: string[], at: number, depth: number) => [VNode | null, number]} Taker Returns a block and where the next one begins. */

/** @type {{ start: RegExp, take: Taker }[]} */
const RULES = [
  { start: /^\s*$/, take: (_, at) => [null, at + 1] },
  { start: /^\s{0,3}(```|~~~)/, take: fence },
  { start: /^\s{0,3}#{1,6}(\s|$)/, take: heading },
  { start: /^\s{0,3}([-*_])\s*(\1\s*){2,}$/, take: (_, at) => [h("hr", null), at + 1] },
  { start: /^\s{0,3}>/, take: quote },
  { start: /^\s*([-*+]|\d{1,9}[.)])\s+/, take: list },
  { start: /^\s*\|.*\|\s*$/, take: table },
];

/** @type {Taker} */
function fence(lines, at) {
  const mark = lines[at].trim().slice(0, 3);
  let end = at + 1;
  while (end < lines.length && !lines[end].trim().startsWith(mark)) end++;
  return [h("pre", { tabindex: 0 }, h("code", null, lines.slice(at + 1, end).join("\n"))), end + 1];
}

/** @type {Taker} */
function heading(lines, at) {
  const [, marks, text] = /** @type {RegExpMatchArray} */ (lines[at].match(/^\s*(#{1,6})\s*(.*?)\s*#*\s*$/));
  // The page's own heading is the first.
  const tag = /** @type {"h2"} */ (`h${Math.min(marks.length + 1, 6)}`);
  return [h(tag, { class: `markdown-${marks.length}` }, inline(text, 0)), at + 1];
}

/** @type {Taker} */
function quote(lines, at, depth) {
  let end = at;
  while (end < lines.length && /^\s{0,3}>/.test(lines[end])) end++;
  return [h("blockquote", null, blocks(lines.slice(at, end).map((line) => line.replace(/^\s{0,3}>\s?/, "")), depth + 1)), end];
}

/** @type {Taker} */
function list(lines, at, depth) {
  const [, indent, mark] = /** @type {RegExpMatchArray} */ (lines[at].match(/^(\s*)([-*+]|\d+[.)])\s+/));
  const isOrdered = /\d/.test(mark);
  /** @type {string[][]} */
  const items = [];
  let end = at;
  for (; end < lines.length; end++) {
    const item = lines[end].match(/^(\s*)([-*+]|\d+[.)])\s+(.*)$/);
    const isNew = item && item[1].length <= indent.length + 1 && /\d/.test(item[2]) === isOrdered;
    if (isNew) items.push([item[3]]);
    else if (/^\s+\S/.test(lines[end]) || (!lines[end].trim() && /^\s+\S/.test(lines[end + 1] ?? ""))) items.at(-1)?.push(lines[end].slice(Math.min(indent.length + 2, lines[end].search(/\S|$/))));
    else break;
  }
  return [h(isOrdered ? "ol" : "ul", null, items.map((item) => h("li", null, listItem(item, depth)))), end];
}

/**
 * @param {string[]} item
 * @param {number} depth
 * @returns {Child}
 */
function listItem([first, ...rest], depth) {
  const task = first.match(/^\[([ xX])\]\s+(.*)$/);
  const text = task ? task[2] : first;
  return [
    task && h("input", { type: "checkbox", class: "markdown-task", checked: task[1] !== " ", disabled: true, "aria-label": text }),
    inline(text, 0),
    rest.length > 0 && blocks(rest, depth + 1),
  ];
}

/** @type {Taker} */
function table(lines, at, depth) {
  if (!/^\s*\|[\s|:-]+\|\s*$/.test(lines[at + 1] ?? "")) return paragraph(lines, at, depth);
  let end = at + 2;
  while (end < lines.length && /^\s*\|/.test(lines[end])) end++;
  const body = lines.slice(at + 2, end).map((line) => h("tr", null, cells(line).map((cell) => h("td", null, inline(cell, 0)))));
  const head = h("thead", null, h("tr", null, cells(lines[at]).map((cell) => h("th", { scope: "col" }, inline(cell, 0)))));
  return [h("div", { class: "markdown-table", tabindex: 0 }, h("table", null, head, h("tbody", null, body))), end];
}

/** @param {string} line */
function cells(line) {
  return line.trim().replace(/^\||\|$/g, "").split("|").map((cell) => cell.trim());
}

/** @type {Taker} */
function paragraph(lines, at) {
  let end = at + 1;
  while (end < lines.length && !RULES.some(({ start }) => start.test(lines[end]))) end++;
  return [h("p", null, inline(lines.slice(at, end).join("\n"), 0)), end];
}

/**
 * @param {string} text
 * @param {number} depth
 * @returns {Child[]}
 */
function inline(text, depth) {
  /** @type {Child[]} */
  const out = [];
  for (let rest = text; rest; ) {
    const match = depth < DEEPEST ? rest.match(INLINE) : null;
    if (!match) return [...out, rest];
    out.push(rest.slice(0, match.index), span(match, depth));
    rest = rest.slice(/** @type {number} */ (match.index) + match[0].length);
  }
  return out;
}

/**
 * @param {RegExpMatchArray} match
 * @param {number} depth
 * @returns {Child}
 */
function span(match, depth) {
  const [whole, , code, label, target, , strong, , emphasis, struck, url] = match;
  if (code !== undefined) return h("code", null, code);
  if (whole.startsWith("!")) return h("span", { class: "soft" }, label || target);
  if (target !== undefined) return link(target, inline(label, depth + 1), whole);
  if (strong !== undefined) return h("strong", null, inline(strong, depth + 1));
  if (emphasis !== undefined) return h("em", null, inline(emphasis, depth + 1));
  if (struck !== undefined) return h("s", null, inline(struck, depth + 1));
  return link(url, url, whole);
}

/**
 * Only addresses of the web and of mail are links.
 * @param {string} target
 * @param {Child} label
 * @param {string} whole
 */
function link(target, label, whole) {
  if (!/^(https?:\/\/|mailto:)/i.test(target)) return whole;
  return h("a", { href: target, target: "_blank", rel: "noopener noreferrer" }, label);
}
