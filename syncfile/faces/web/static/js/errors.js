/** What went wrong, in the words of the user. */

import { ApiError } from "./api.js";
import { duration, hasText, language, t } from "./i18n.js";
import { toast } from "./ui/toast.js";

/**
 * Returns one sentence for a person.
 * @param {unknown} error
 */
export function errorText(error) {
  if (!(error instanceof ApiError)) return t("error.internal");
  if (error.slug === "too_many" && error.retryAfter) return t("error.too_many_wait", { time: duration(error.retryAfter) });
  const key = `error.${error.slug}`;
  // The server says in English what it minds; that is more to the point than our own words for its slug.
  const isOwn = error.status === 0 || error.status >= 500 || error.status === 429 || error.slug === "quota_full";
  if (hasText(key) && (isOwn || language !== "en")) return t(key);
  return error.message ? sentence(error.message) : t("error.internal");
}

/**
 * Tells of an error that has no better place.
 * @param {unknown} error
 */
export function report(error) {
  if (!(error instanceof ApiError)) console.error(error);
  toast(errorText(error), { kind: "danger" });
}

/** @param {string} text */
function sentence(text) {
  return `${text[0].toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? "" : "."}`;
}
