/** What a file is, told by the end of its name. */

/** @typedef {"image" | "video" | "audio" | "pdf" | "markdown" | "text" | "other"} Kind */

/** @type {Record<Exclude<Kind, "other">, string>} */
const SUFFIXES = {
  image: "apng avif bmp gif ico jfif jpeg jpg png svg webp",
  video: "m4v mov mp4 ogv webm",
  audio: "aac flac m4a mp3 oga ogg opus wav",
  pdf: "pdf",
  markdown: "markdown md",
  text:
    "asc asm bat bib c cc cfg cmake conf cpp cs css csv dart diff env erl ex fish go gradle h hpp hs html htm ini java jl js" +
    " json jsx kt less lisp log lua m makefile mjs ml nfo nim patch php pl properties ps1 py r rb rs rst scala scss sh sql" +
    " srt svelte swift tex toml ts tsv tsx txt vim vue xml yaml yml zig",
};

/** @type {Map<string, Kind>} */
const KINDS = new Map(
  Object.entries(SUFFIXES).flatMap(([kind, words]) => words.split(" ").map((word) => [word, /** @type {Kind} */ (kind)])),
);

/** Names that are text without a suffix. */
const TEXT_NAMES = new Set(["changelog", "dockerfile", "license", "makefile", "readme", ".gitignore"]);

/**
 * @param {string} name
 * @returns {Kind}
 */
export function kindOf(name) {
  const lower = name.toLowerCase();
  if (TEXT_NAMES.has(lower)) return "text";
  const dot = lower.lastIndexOf(".");
  return (dot >= 0 && KINDS.get(lower.slice(dot + 1))) || "other";
}

const PAPER = "document";

/** @type {Record<Kind, import("../icons.js").IconName>} */
const ICONS = { image: "image", video: "video", audio: "music", pdf: PAPER, markdown: PAPER, text: PAPER, other: "file" };

/**
 * @param {string} name
 * @param {"file" | "dir"} type
 */
export function iconOf(name, type) {
  return type === "dir" ? "folder" : ICONS[kindOf(name)];
}
