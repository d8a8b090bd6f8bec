/** Video and audio, played by the browser, which asks the server for the ranges that it needs. */

import { h } from "../dom.js";
import { addressOfFile } from "../files/bytes.js";
import { icon } from "../icons.js";
import { OtherViewer } from "./other.js";

/** A player; when its address has grown old, it gets another and goes on where it was. */
export class MediaViewer {
  /**
   * @param {import("../views/file.js").Shown} shown
   * @param {"video" | "audio"} tag
   */
  constructor(shown, tag) {
    this._shown = shown;
    this._tag = tag;
    this._isBroken = false;
    this._address = shown.address;
    this._failedAt = -1;
  }

  render() {
    if (this._isBroken) return new OtherViewer(this._shown).render();
    return h(
      "div",
      { key: "media", class: `media media-${this._tag}` },
      this._tag === "audio" && h("div", { key: "cover", class: "media-cover" }, icon("music")),
      h(this._tag, {
        src: this._address,
        controls: true,
        autoplay: true,
        playsinline: true,
        preload: "metadata",
        "aria-label": this._shown.entry.name,
        onerror: (event) => this._recover(event.currentTarget),
      }),
    );
  }

  /** @param {HTMLMediaElement} player */
  async _recover(player) {
    const at = player.currentTime;
    if (at === 0 || at === this._failedAt) {
      this._isBroken = true;
      return;
    }
    this._failedAt = at;
    this._address = await addressOfFile(this._shown.repoId, this._shown.path);
    player.addEventListener("loadedmetadata", () => { player.currentTime = at; player.play(); }, { once: true });
  }
}
