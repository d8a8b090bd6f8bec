/** What a state of a library changed, in few words. */

import { h } from "../dom.js";
import { nameOf } from "../files/paths.js";
import { rich, t } from "../i18n.js";
import { name } from "../ui/parts.js";

/** @typedef {Pick<Rest.State, "kind" | "changes" | "has_more">} Told */

/**
 * @param {Told} state
 * @returns {Child}
 */
export function wordsOf({ kind, changes, has_more }) {
  const [first] = changes;
  if (!first || kind === "create") return t(`change.of.${kind}`);
  if (kind === "revert" && (changes.length > 1 || !["add", "modify"].includes(first.kind))) return t("change.of.revert");
  if (kind === "revert" || kind === "restore") return group(first.kind === "modify" ? "revert" : "restore", changes, has_more);
  /** @type {Map<string, Rest.Happening[]>} */
  const groups = new Map();
  for (const change of changes) groups.set(verbOf(change), [...(groups.get(verbOf(change)) ?? []), change]);
  const isOne = groups.size === 1;
  const words = [...groups].map(([verb, some], index) => [index > 0 && " · ", group(verb, some, isOne && has_more)]);
  return isOne || !has_more ? words : [words, " · ", t("change.more")];
}

/**
 * One change, in a sentence of its own.
 * @param {Rest.Happening} change
 * @param {(name: string) => Child} [show] How its name is written.
 */
export function wordsOfChange(change, show) {
  return group(verbOf(change), [change], false, show);
}

/** @param {Rest.Happening} change */
function verbOf({ kind, path, old_path }) {
  return kind === "rename" && nameOf(path) === nameOf(old_path ?? "") ? "move" : kind;
}

/**
 * @param {string} verb
 * @param {Rest.Happening[]} changes
 * @param {boolean} hasMore
 * @param {(name: string) => Child} [show]
 * @returns {Child}
 */
function group(verb, changes, hasMore, show = (text) => name(text)) {
  const [{ path, old_path, type }] = changes;
  const shown = show(nameOf(path));
  const one = h("span", null, type === "dir" ? rich("change.folder", { name: h("span", null, shown) }) : shown);
  const words = rich(`change.${verb}`, { name: one, old: name(nameOf(old_path ?? "")) });
  if (hasMore) return [words, " ", t("change.manyOthers")];
  return changes.length > 1 ? [words, " ", t("change.others", { count: changes.length - 1 })] : words;
}
