/** Images: with zoom, and from one to the next by a swipe. */

import { h } from "../dom.js";
import { t } from "../i18n.js";
import { button } from "../ui/button.js";
import { OtherViewer } from "./other.js";

const LARGEST = 12;
const STEP = 1.5;
const SWIPE_PX = 60;

/** Draws by hand: pointers move many times a second. */
export class ImageViewer {
  /** @param {import("../views/file.js").Shown} shown */
  constructor(shown) {
    this._shown = shown;
    this._scale = 1;
    this._x = 0;
    this._y = 0;
    this._isBroken = false;
    /** @type {HTMLElement | null} */
    this._stage = null;
    /** Fingers on it. @type {Map<number, PointerEvent>} */
    this._pointers = new Map();
    this._swiped = 0;
  }

  actions() {
    if (this._isBroken) return null;
    return [
      button({ key: "out", label: t("file.zoomOut"), icon: "zoomOut", text: false, class: "zoom", kind: "quiet", run: () => this._zoom(1 / STEP) }),
      button({ key: "in", label: t("file.zoomIn"), icon: "zoomIn", text: false, class: "zoom", kind: "quiet", run: () => this._zoom(STEP) }),
    ];
  }

  render() {
    if (this._isBroken) return new OtherViewer(this._shown).render();
    const { entry, address } = this._shown;
    return h(
      "div",
      { key: "stage", class: "stage", ref: (element) => this._attach(element) },
      h("img", { class: "stage-image", src: address, alt: entry.name, draggable: "false", onerror: () => { this._isBroken = true; } }),
    );
  }

  /** @param {HTMLElement} stage */
  _attach(stage) {
    this._stage = stage;
    stage.addEventListener("pointerdown", (event) => this._down(event));
    stage.addEventListener("pointermove", (event) => this._move(event));
    stage.addEventListener("pointerup", (event) => this._up(event));
    stage.addEventListener("pointercancel", (event) => this._up(event));
    stage.addEventListener("dblclick", () => this._zoom(this._scale > 1 ? 0 : 2.5));
    stage.addEventListener("wheel", (event) => {
      event.preventDefault();
      this._zoom(Math.exp(-event.deltaY / 400));
    }, { passive: false });
    return () => { this._stage = null; };
  }

  /** @param {number} factor 0 shows all of it again. */
  _zoom(factor) {
    this._scale = Math.min(Math.max(this._scale * factor, 1), LARGEST);
    this._place();
  }

  /** @param {PointerEvent} event */
  _down(event) {
    this._pointers.set(event.pointerId, event);
    this._stage?.setPointerCapture(event.pointerId);
    this._swiped = 0;
  }

  /** @param {PointerEvent} event */
  _move(event) {
    const last = this._pointers.get(event.pointerId);
    if (!last) return;
    const other = [...this._pointers.values()].find((pointer) => pointer.pointerId !== event.pointerId);
    this._pointers.set(event.pointerId, event);
    if (other) {
      this._zoom(distance(event, other) / Math.max(distance(last, other), 1));
      return;
    }
    const across = event.clientX - last.clientX;
    if (this._scale > 1) {
      this._x += across;
      this._y += event.clientY - last.clientY;
    } else {
      this._swiped += across;
    }
    this._place();
  }

  /** @param {PointerEvent} event */
  _up(event) {
    this._pointers.delete(event.pointerId);
    const swiped = this._swiped;
    this._swiped = 0;
    this._place();
    if (event.type === "pointerup" && this._scale === 1 && Math.abs(swiped) > SWIPE_PX) this._shown.step(swiped < 0 ? 1 : -1);
  }

  _place() {
    if (!this._stage) return;
    const { clientWidth, clientHeight } = this._stage;
    const [mostX, mostY] = [(clientWidth * (this._scale - 1)) / 2, (clientHeight * (this._scale - 1)) / 2];
    this._x = Math.min(Math.max(this._x, -mostX), mostX);
    this._y = Math.min(Math.max(this._y, -mostY), mostY);
    const { style } = /** @type {HTMLElement} */ (this._stage.firstElementChild);
    style.transform = `translate(${this._x + this._swiped}px, ${this._y}px) scale(${this._scale})`;
    this._stage.classList.toggle("is-zoomed", this._scale > 1);
  }
}

/**
 * @param {PointerEvent} a
 * @param {PointerEvent} b
 */
function distance(a, b) {
  return Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
}
