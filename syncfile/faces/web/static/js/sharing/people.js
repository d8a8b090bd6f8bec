/** Who has a library or folder: people by name, and groups. */

import { del, get, post, put } from "../api.js";
import { h } from "../dom.js";
import { errorText } from "../errors.js";
import { compareNames, t } from "../i18n.js";
import { icon } from "../icons.js";
import { Loaded } from "../state.js";
import { button } from "../ui/button.js";
import { Combobox } from "../ui/combobox.js";
import { avatar, name, skeletonRows, whenLoaded } from "../ui/parts.js";

const MOST_CHOICES = 6;

/** @typedef {{ group: number, name: string, permission: Rest.Permission }} Receiver `group` is 0 for a person. */

export class PeoplePane {
  /**
   * @param {string} repoId
   * @param {string} path
   */
  constructor(repoId, path) {
    this._url = `/v1/repos/${repoId}/dirs/shared/`;
    this._path = path;
    this._receivers = new Loaded(() => this._fetch());
    /** Whom one may mean. */
    this._known = new Loaded(fetchKnown);
    this._permission = /** @type {Rest.Permission} */ ("r");
    this._group = 0;
    this._error = "";
    this._field = new Combobox({
      label: () => t("sharing.who"),
      placeholder: () => t("sharing.who"),
      choices: (typed) => this._choices(typed),
      choose: (choice) => { this._group = groupOf(choice.key); },
      enter: () => { this._add(); },
    });
  }

  /** @returns {Child} */
  render() {
    this._known.start();
    return [
      h(
        "form",
        { key: "add", class: "sharing-add", novalidate: true, onsubmit: (event) => { event.preventDefault(); } },
        this._field.render(),
        permissionChoice(t("sharing.may"), this._permission, (permission) => { this._permission = permission; }),
        button({ label: t("sharing.share"), kind: "primary", run: () => this._add() }),
      ),
      h("p", { key: "hint", class: "soft small" }, t("sharing.whoHint")),
      this._error && h("p", { key: "error", class: "form-error", role: "alert" }, this._error),
      whenLoaded(this._receivers.start(), (receivers) => this._renderList(receivers), () => skeletonRows(2)),
    ];
  }

  /** @param {Receiver[]} receivers */
  _renderList(receivers) {
    if (!receivers.length) return h("p", { class: "sharing-nobody soft" }, t("sharing.nobody"));
    return h("ul", { class: "sharing-list", "aria-label": t("sharing.have") }, receivers.map((receiver) => this._renderReceiver(receiver)));
  }

  /** @param {Receiver} receiver */
  _renderReceiver(receiver) {
    return h(
      "li",
      { key: `${receiver.group} ${receiver.name}`, class: "sharing-receiver" },
      face(receiver),
      h("div", { class: "row-text" }, name(receiver.name, "line"), receiver.group > 0 && h("p", { class: "soft small" }, t("sharing.group"))),
      permissionChoice(t("sharing.mayName", { name: receiver.name }), receiver.permission, (permission) => this._change(receiver, permission)),
      button({
        label: t("sharing.stopName", { name: receiver.name }),
        icon: "close",
        text: false,
        kind: "quiet",
        run: () => this._stop(receiver),
      }),
    );
  }

  /** @returns {Promise<Receiver[]>} */
  async _fetch() {
    const { users, groups } = await get(this._url, { p: this._path });
    return [
      ...groups.map((/** @type {any} */ item) => ({ group: item.id, name: item.name, permission: item.permission })),
      ...users.map((/** @type {any} */ item) => ({ group: 0, name: item.username, permission: item.permission })),
    ];
  }

  /** @param {string} typed */
  _choices(typed) {
    this._group = 0;
    const taken = new Set((this._receivers.value ?? []).map(keyOf));
    const wanted = typed.toLocaleLowerCase();
    const found = (this._known.value ?? []).filter((item) => item.name.toLocaleLowerCase().includes(wanted) && !taken.has(keyOf(item)));
    return found.slice(0, MOST_CHOICES).map((item) => ({
      key: keyOf(item),
      text: item.name,
      content: [face(item), name(item.name, "line"), item.group > 0 && h("span", { class: "soft small" }, t("sharing.group"))],
    }));
  }

  async _add() {
    const typed = this._field.value.trim();
    if (!typed) return;
    // Who types the name of a group in full means it.
    const group = this._group || (this._known.value?.find((item) => item.group && item.name === typed)?.group ?? 0);
    const target = group ? { share_type: "group", targets: [String(group)] } : { share_type: "user", targets: [typed] };
    this._error = "";
    try {
      const { failed } = await post(this._url, { ...target, p: this._path, permission: this._permission });
      if (failed.length) this._error = failed[0].error_msg.includes("not found") ? t("sharing.unknown", { name: typed }) : failed[0].error_msg;
      else this._field.clear();
    } catch (error) {
      this._error = errorText(error);
    }
    await this._receivers.reload();
  }

  /**
   * @param {Receiver} receiver
   * @param {Rest.Permission} permission
   */
  async _change(receiver, permission) {
    const old = receiver.permission;
    receiver.permission = permission;
    try {
      await put(this._url, { ...addressOf(receiver), p: this._path, permission });
    } catch (error) {
      receiver.permission = old;
      this._error = errorText(error);
    }
  }

  /** @param {Receiver} receiver */
  async _stop(receiver) {
    await del(this._url, { ...addressOf(receiver), p: this._path });
    await this._receivers.reload();
  }
}

/**
 * Returns what the account shares, and with whom.
 * @returns {Promise<Rest.Share[]>}
 */
export function fetchShares() {
  return get("/v1/shared-repos/");
}

/**
 * Returns the groups of the account, and the people with whom it shares something already.
 * @returns {Promise<Receiver[]>}
 */
async function fetchKnown() {
  const [groups, shares] = await Promise.all([get("/v1/groups/"), fetchShares()]);
  const people = new Set(shares.filter((share) => !share.group_id).map((share) => share.user));
  /** @type {Receiver[]} */
  const known = [
    ...groups.map((/** @type {Rest.Group} */ group) => ({ group: group.id, name: group.name, permission: /** @type {const} */ ("r") })),
    ...[...people].map((person) => ({ group: 0, name: person, permission: /** @type {const} */ ("r") })),
  ];
  return known.sort((a, b) => compareNames(a.name, b.name));
}

/** @param {Receiver} receiver */
function keyOf(receiver) {
  return receiver.group ? `group ${receiver.group}` : `user ${receiver.name}`;
}

/** @param {string} key */
function groupOf(key) {
  return key.startsWith("group ") ? Number(key.slice(6)) : 0;
}

/** @param {Receiver} receiver */
function addressOf(receiver) {
  return receiver.group ? { share_type: "group", group_id: receiver.group } : { share_type: "user", target: receiver.name };
}

/** @param {Receiver} receiver */
function face(receiver) {
  return receiver.group ? h("span", { class: "sharing-group-icon" }, icon("group")) : avatar(receiver.name);
}

/**
 * @param {string} label
 * @param {Rest.Permission} value
 * @param {(permission: Rest.Permission) => void} choose
 */
function permissionChoice(label, value, choose) {
  return h(
    "select",
    { class: "input sharing-permission", "aria-label": label, value, onchange: (event) => choose(event.currentTarget.value === "rw" ? "rw" : "r") },
    h("option", { value: "r", selected: value === "r" }, t("sharing.read")),
    h("option", { value: "rw", selected: value === "rw" }, t("sharing.write")),
  );
}
