/** Finds files and folders in all libraries while one types. */

import { get } from "../api.js";
import { h, redraw } from "../dom.js";
import { errorText } from "../errors.js";
import { ago, rich, size, t } from "../i18n.js";
import { icon } from "../icons.js";
import { hrefOfItem, lastName, parentOf } from "../places.js";
import { go, href, hrefOfPath } from "../router.js";
import { button } from "../ui/button.js";
import { emptyState, name, segments, skeletonRows, visible } from "../ui/parts.js";

const WAIT_MS = 180; // after the last key: people type a letter in about this time
const PAGE_ROWS = 30;

/** @param {ViewContext} context */
export function show(context) {
  return new SearchView(context);
}

/** @implements {View} */
class SearchView {
  /** @param {ViewContext} context */
  constructor({ query }) {
    this.text = query.get("q") ?? "";
    /** The library that the search began in; "" for none. */
    this._repoId = query.get("in") ?? "";
    this._everywhere = query.get("all") !== "0" || !this._repoId;
    /** @type {Rest.Found[]} */
    this._found = [];
    this._total = 0;
    /** What was asked for to find these. */
    this._answered = "";
    this._error = "";
    this._timer = 0;
    this._asked = new AbortController();
    if (this.text.trim()) this._search(1);
  }

  title() {
    return t("search.title");
  }

  /** @param {ViewContext} context */
  update({ query }) {
    const text = query.get("q") ?? "";
    if (text !== this.text) this._type(text);
  }

  leave() {
    clearTimeout(this._timer);
    this._asked.abort();
  }

  /** @returns {Child} */
  render() {
    return h(
      "div",
      { class: "page search", onkeydown: moveThroughResults },
      h("h1", { class: "said" }, t("search.title")),
      h(
        "form",
        { class: "search-form", role: "search", onsubmit: (event) => { event.preventDefault(); openFirst(event.currentTarget); } },
        icon("search"),
        h("input", {
          class: "search-input",
          type: "search",
          "aria-label": t("search.title"),
          placeholder: t("search.placeholder"),
          value: this.text,
          autocomplete: "off",
          autocapitalize: "off",
          spellcheck: "false",
          enterkeyhint: "search",
          oninput: (event) => this._type(event.currentTarget.value),
          ref: (element) => element.focus({ preventScroll: true }),
        }),
      ),
      this._repoId && this._renderScope(),
      h("p", { class: "said", role: "status" }, this._answered && t("search.found", { count: this._total })),
      this._renderResults(),
    );
  }

  _renderScope() {
    /** @type {{ value: "all" | "one", label: string }[]} */
    const scopes = [{ value: "all", label: t("search.everywhere") }, { value: "one", label: t("search.here") }];
    return h(
      "div",
      { class: "search-scope" },
      segments(t("search.scope"), scopes, this._everywhere ? "all" : "one", (scope) => {
        this._everywhere = scope === "all";
        this._ask();
      }),
    );
  }

  /** @returns {Child} */
  _renderResults() {
    if (this._error) return h("p", { class: "form-error", role: "alert" }, this._error);
    if (!this.text.trim()) return emptyState({ icon: "search", title: t("search.begin"), text: t("search.beginText") });
    if (!this._answered) return skeletonRows(4);
    if (!this._found.length) {
      return emptyState({ icon: "search", title: t("search.nothing"), text: rich("search.nothingText", { text: name(this.text.trim()) }) });
    }
    return [
      h("ul", { class: "card rows search-results", "aria-label": t("search.results") }, this._found.map((item) => this._renderFound(item))),
      this._found.length < this._total &&
        h(
          "div",
          { class: "search-more" },
          h("p", { class: "soft" }, t("search.shown", { shown: this._found.length, count: this._total })),
          button({ label: t("search.more"), run: () => this._search(this._found.length / PAGE_ROWS + 1) }),
        ),
    ];
  }

  /** @param {Rest.Found} item */
  _renderFound(item) {
    const folder = parentOf(item.fullpath);
    return h(
      "li",
      { key: `${item.repo_id}${item.fullpath}`, class: "row" },
      h("span", { class: "row-icon" }, icon(item.is_dir ? "folder" : "file")),
      h(
        "div",
        { class: "row-text" },
        h(
          "a",
          { class: "row-link search-name", href: hrefOfItem(item.repo_id, item.fullpath, item.is_dir) },
          h("bdi", null, marked(visible(item.name), this._answered)),
        ),
        h(
          "p",
          { class: "row-detail line" },
          name(item.repo_name),
          folder !== "/" && [" · ", name(folder.slice(1))],
        ),
        h("p", { class: "row-detail" }, item.is_dir ? t("search.folder") : size(item.size), " · ", ago(item.last_modified)),
      ),
      !item.is_dir &&
        h(
          "div",
          { class: "row-actions" },
          button({
            label: t("search.showInFolder", { name: item.name }),
            icon: "folder",
            text: false,
            kind: "quiet",
            href: hrefOfPath(item.repo_id, folder, { select: lastName(item.fullpath) }),
          }),
        ),
    );
  }

  /** @param {string} text */
  _type(text) {
    this.text = text;
    this._error = "";
    clearTimeout(this._timer);
    this._timer = setTimeout(() => this._ask(), WAIT_MS);
  }

  _ask() {
    const text = this.text.trim();
    /** @type {Record<string, string>} */
    const query = {};
    if (text) query.q = text;
    if (this._repoId) query.in = this._repoId;
    if (!this._everywhere) query.all = "0";
    go(href("search", query), { replace: true }); // "back" from a result comes to these results
    if (text) {
      this._search(1);
    } else {
      this._asked.abort();
      this._answered = "";
      this._found = [];
      redraw();
    }
  }

  /** @param {number} page */
  async _search(page) {
    this._asked.abort();
    const asked = new AbortController();
    this._asked = asked;
    const text = this.text.trim();
    try {
      /** @type {Rest.SearchResults} */
      const answer = await get(
        "/v1/search/",
        { q: text, per_page: PAGE_ROWS, page, repo_id: this._everywhere ? undefined : this._repoId },
        asked.signal,
      );
      this._found = page > 1 ? [...this._found, ...answer.results] : answer.results;
      this._total = answer.total;
      this._answered = text;
      this._error = "";
    } catch (error) {
      if (asked.signal.aborted) return;
      this._error = errorText(error);
    }
    redraw();
  }
}

/**
 * Marks where the words that were looked for stand in a name.
 * @param {string} text
 * @param {string} wanted
 * @returns {Child}
 */
function marked(text, wanted) {
  const words = wanted.split(/\s+/).filter(Boolean).map((word) => word.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
  if (!words.length) return text;
  return text.split(new RegExp(`(${words.join("|")})`, "iu")).map((piece, index) => (index % 2 ? h("mark", null, piece) : piece));
}

/** @param {HTMLElement} form */
function openFirst(form) {
  form.closest(".search")?.querySelector(".search-name")?.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
}

/**
 * Up and down go through the results, from the field and back to it; a letter goes on with the search.
 * @param {KeyboardEvent & { currentTarget: HTMLElement }} event
 */
function moveThroughResults(event) {
  const field = /** @type {HTMLElement} */ (event.currentTarget.querySelector(".search-input"));
  const stops = [field, .../** @type {NodeListOf<HTMLElement>} */ (event.currentTarget.querySelectorAll(".search-name"))];
  const at = stops.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  if (at < 0 || event.altKey || event.ctrlKey || event.metaKey) return;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    event.preventDefault();
    const next = stops[Math.max(Math.min(at + step, stops.length - 1), 0)];
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  } else if (at > 0 && (event.key === "Escape" || event.key === "Backspace" || event.key.length === 1)) {
    field.focus();
  }
}
