/** Links by which anybody opens a file or folder, or uploads into a folder. */

import { del, get, post } from "../api.js";
import { h, redraw } from "../dom.js";
import { date, t } from "../i18n.js";
import { Loaded } from "../state.js";
import { button } from "../ui/button.js";
import { copyable, qrPicture } from "../ui/copyable.js";
import { confirm } from "../ui/dialog.js";
import { Form } from "../ui/form.js";
import { badge, skeletonRows, whenLoaded } from "../ui/parts.js";

/** Days that a link may work; "" is for ever. */
const LIFETIMES = ["", "1", "7", "30", "90", "365"];
const MOST_LINKS = 1000;

/**
 * Returns the links of the account.
 * @returns {Promise<Rest.Link[]>}
 */
export function fetchLinks() {
  return get("/v1/shared-links/", { limit: MOST_LINKS });
}

/**
 * Stops a link, if that is what its owner wants: nobody can bring it back.
 * @param {Rest.Link} link
 * @param {Loaded<Rest.Link[]>} list Of links, to be fetched again then.
 */
export function askToStop(link, list) {
  confirm({
    title: t("sharing.stopLinkTitle"),
    text: t("sharing.stopLinkText"),
    action: t("sharing.stopLink"),
    danger: true,
    run: async () => {
      await del("/v1/shared-links/", { t: link.token });
      await list.reload();
    },
  });
}

/**
 * Tells how far a link goes: password, end, use.
 * @param {Rest.Link} link
 * @returns {Child}
 */
export function linkFacts(link) {
  return [
    link.has_password && badge(t("sharing.withPassword"), { icon: "lock" }),
    link.is_expired && badge(t("sharing.expired"), { kind: "warning" }),
    !link.is_expired && link.expires_at !== null && badge(t("sharing.until", { date: date(link.expires_at) }), { icon: "clock" }),
    h("span", { class: "soft small" }, t("sharing.views", { count: link.views })),
    link.kind !== "u" && h("span", { class: "soft small" }, t("sharing.downloads", { count: link.downloads })),
  ];
}

export class LinkPane {
  /**
   * @param {string} repoId
   * @param {string} path
   * @param {Rest.Link["kind"]} kind
   */
  constructor(repoId, path, kind) {
    this._kind = kind;
    this._links = new Loaded(async () => {
      const links = await fetchLinks();
      return links.filter((link) => link.kind === kind && link.repo_id === repoId && link.path === path);
    });
    this._form = new Form({
      fields: linkFields,
      action: () => (kind === "u" ? t("sharing.makeUpload") : t("sharing.make")),
      run: async ({ password, days }) => {
        const what = { f: "files/shared-link", d: "dirs/shared-link", u: "dirs/upload-link" }[kind];
        const made = await post(`/v1/repos/${repoId}/${what}/`, { p: path, password: password || undefined, expire_days: days ? Number(days) : undefined });
        this._form.reset();
        this._shown = made.token;
        await this._links.reload();
      },
    });
    /** The link whose QR code is shown. */
    this._shown = "";
  }

  /** @returns {Child} */
  render() {
    return [
      h("p", { key: "text", class: "soft" }, this._kind === "u" ? t("sharing.uploadText") : t("sharing.linkText")),
      whenLoaded(this._links.start(), (links) => this._renderLinks(links), () => skeletonRows(1)),
      h("div", { key: "form", class: "sharing-form" }, this._form.render()),
    ];
  }

  /** @param {Rest.Link[]} links */
  _renderLinks(links) {
    return links.length > 0 && h("ul", { key: "links", class: "sharing-links", "aria-label": t("sharing.links") }, links.map((link) => this._renderLink(link)));
  }

  /** @param {Rest.Link} link */
  _renderLink(link) {
    const isShown = this._shown === link.token;
    return h(
      "li",
      { key: link.token, class: "sharing-link" },
      copyable(link.url, { label: t("sharing.link") }),
      h(
        "div",
        { class: "sharing-link-facts" },
        linkFacts(link),
        h(
          "div",
          { class: "sharing-link-actions" },
          button({
            label: t("sharing.qr"),
            icon: "qr",
            kind: "quiet",
            more: { "aria-expanded": isShown },
            run: () => {
              this._shown = isShown ? "" : link.token;
              redraw();
            },
          }),
          button({ label: t("sharing.stop"), icon: "trash", kind: "quiet", run: () => askToStop(link, this._links) }),
        ),
      ),
      isShown && qrPicture(link.url, t("sharing.qrOf", { url: link.url })),
    );
  }
}

/** @returns {import("../ui/form.js").Field[]} */
function linkFields() {
  return [
    { name: "password", label: t("sharing.password"), type: "password", autocomplete: "new-password", placeholder: t("sharing.noPassword") },
    {
      name: "days",
      label: t("sharing.expiry"),
      type: "select",
      value: "",
      options: LIFETIMES.map((days) => ({ value: days, label: days ? t("sharing.days", { count: Number(days) }) : t("sharing.forever") })),
    },
  ];
}
