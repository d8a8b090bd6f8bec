/** Texts, dates, numbers and sizes in the language of the user. */

/** @typedef {Record<string, string>} Texts */

/** What the page speaks, each in its own words. */
export const LANGUAGES = { en: "English", zh: "简体中文" };

const CHOICE = "syncfile.language";
const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte", "petabyte"];
/** Seconds of each, largest first. */
const STEPS = /** @type {const} */ ([["year", 31557600], ["month", 2629800], ["week", 604800], ["day", 86400], ["hour", 3600], ["minute", 60]]);

/** @type {Texts} */
const texts = Object.create(null);
/** @type {Map<string, Promise<void>>} */
const parts = new Map();

export const language = chosenLanguage() || systemLanguage();

const locale = (navigator.languages ?? []).find((name) => name.split("-")[0] === language) ?? (language === "zh" ? "zh-CN" : language);
const plural = new Intl.PluralRules(language);
/** @type {Map<string, Intl.NumberFormat>} */
const sizeFormats = new Map();
const numberFormat = new Intl.NumberFormat(locale);
const percentFormat = new Intl.NumberFormat(locale, { style: "percent" });
const dateFormat = new Intl.DateTimeFormat(locale, { dateStyle: "medium" });
const timeFormat = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
const relativeFormat = new Intl.RelativeTimeFormat(locale, { numeric: "auto", style: "short" });
const collator = new Intl.Collator(locale, { numeric: true, sensitivity: "base" });

document.documentElement.lang = language === "zh" ? "zh-CN" : language;

/** Returns the language that was chosen here, or "" where the browser's counts. */
export function chosenLanguage() {
  const chosen = localStorage.getItem(CHOICE) ?? "";
  return chosen in LANGUAGES ? chosen : "";
}

/**
 * Chooses a language ("" for the browser's) and starts the page anew with it.
 * @param {string} name
 */
export function chooseLanguage(name) {
  if (name) localStorage.setItem(CHOICE, name);
  else localStorage.removeItem(CHOICE);
  location.reload();
}

function systemLanguage() {
  const known = (navigator.languages ?? []).map((name) => name.split("-")[0]).find((name) => name in LANGUAGES);
  return known ?? "en";
}

/**
 * Loads the texts of a part of the page, once.
 * @param {string} part The name of a file in i18n/en and i18n/zh, without ".js".
 * @returns {Promise<void>}
 */
export function loadTexts(part) {
  let loading = parts.get(part);
  if (!loading) {
    loading = import(`./i18n/${language}/${part}.js`).then((module) => { Object.assign(texts, module.default); });
    loading.catch(() => parts.delete(part));
    parts.set(part, loading);
  }
  return loading;
}

/**
 * Returns a text. `{name}` in it stands for the parameter of that name; numbers are written as people read them. If
 * there is a parameter `count`, the text may be there once for each plural: "files_one", "files_other".
 * @param {string} key
 * @param {Record<string, string | number>} [params]
 */
export function t(key, params = {}) {
  return find(key, params).replace(/\{(\w+)\}/g, (_, name) => written(params[name]));
}

/**
 * Returns a text in which parameters may be elements, as a list of children.
 * @param {string} key
 * @param {Record<string, string | number | VNode>} params
 * @returns {Child[]}
 */
export function rich(key, params) {
  return find(key, params).split(/(\{\w+\})/).map((piece) => {
    const value = /^\{\w+\}$/.test(piece) ? params[piece.slice(1, -1)] : piece;
    return typeof value === "number" ? written(value) : value;
  });
}

/** @param {string} key */
export function hasText(key) {
  return key in texts;
}

/**
 * @param {string} key
 * @param {Record<string, unknown>} params
 */
function find(key, params) {
  const counted = typeof params.count === "number" ? `${key}_${plural.select(params.count)}` : key;
  return texts[counted] ?? texts[`${key}_other`] ?? texts[key] ?? key;
}

/** @param {string | number | undefined} value */
function written(value) {
  return typeof value === "number" ? number(value) : value ?? "";
}

/** @param {number} value */
export function number(value) {
  return numberFormat.format(value);
}

/**
 * @param {number} part
 * @param {number} whole
 */
export function percent(part, whole) {
  return percentFormat.format(whole ? Math.min(part / whole, 1) : 0);
}

/**
 * Returns a size as people say it, in steps of 1024.
 * @param {number} bytes
 */
export function size(bytes) {
  let step = 0;
  let value = bytes;
  while (value >= 1000 && step < UNITS.length - 1) { // 1,000 KB would be longer than 0.98 MB
    value /= 1024;
    step++;
  }
  if (!step) return `${number(bytes)} B`; // Intl says "0 byte" or "0B"
  return sizeFormat(UNITS[step], value < 99.95 ? 1 : 0).format(value);
}

/**
 * @param {number} bytes A second.
 */
export function speed(bytes) {
  return `${size(bytes)}/s`;
}

/**
 * @param {string} unit
 * @param {number} digits
 */
function sizeFormat(unit, digits) {
  const name = `${unit} ${digits}`;
  let format = sizeFormats.get(name);
  if (!format) {
    format = new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: digits });
    sizeFormats.set(name, format);
  }
  return format;
}

/** @param {number} seconds Since the epoch. */
export function date(seconds) {
  return dateFormat.format(seconds * 1000);
}

/** @param {number} seconds Since the epoch. */
export function dateTime(seconds) {
  return timeFormat.format(seconds * 1000);
}

/**
 * Returns how long ago something was, such as "3 hours ago"; what is older than a month is told by its date.
 * @param {number} seconds Since the epoch.
 */
export function ago(seconds) {
  const past = Math.max(Date.now() / 1000 - seconds, 0);
  if (past > 2629800) return date(seconds);
  const [unit, length] = STEPS.find((step) => past >= step[1]) ?? ["minute", 60];
  const count = Math.floor(past / length);
  return count ? relativeFormat.format(-count, unit) : relativeFormat.format(0, "second");
}

/**
 * Returns a length of time such as "3 min" in its largest unit, rounded up.
 * @param {number} seconds
 */
export function duration(seconds) {
  const [unit, length] = STEPS.find((step) => seconds >= step[1]) ?? ["second", 1];
  return new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "short" }).format(Math.ceil(seconds / length));
}

/**
 * Compares names as people sort them: 2 before 10, upper and lower case alike.
 * @param {string} a
 * @param {string} b
 */
export function compareNames(a, b) {
  return collator.compare(a, b);
}
