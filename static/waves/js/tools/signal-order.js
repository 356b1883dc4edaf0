/** What hands do with the rows of signals: choose one, show one alone, and put them into order. */

import { byId } from "../controls/elements.js";

/**
 * @import { Controls } from "../controls/controls.js"
 * @import { Parts } from "./parts.js"
 */

/** A pointer that moved less than this (CSS pixels) is a click and no drag. */
const SLACK = 4;

export class SignalOrder {
  #selection;
  #rows = byId("signals");
  /** The row that is held, and where it was taken. @type {{k: number, y: number, isDragged: boolean} | null} */
  #held = null;

  /** @param {Pick<Parts, "selection">} parts */
  constructor({ selection }) {
    this.#selection = selection;
  }

  /** @param {Controls} controls */
  bind(controls) {
    const rows = this.#rows;
    const selection = this.#selection;
    rows.addEventListener("click", (event) => this.#choose(event));
    rows.addEventListener("dblclick", (event) => this.#showAlone(event));
    rows.addEventListener("keydown", (event) => this.#keydown(event));
    rows.addEventListener("pointerdown", (event) => this.#take(event));
    rows.addEventListener("pointermove", (event) => this.#drag(event));
    for (const name of ["pointerup", "pointercancel"]) rows.addEventListener(name, () => this.#drop());
    controls.click("signal-up", () => this.#move(selection.selected, -1));
    controls.click("signal-down", () => this.#move(selection.selected, 1));
    controls.click("signal-alone", () => selection.showAlone(selection.selected));
  }

  /** A button does what it is for. @param {Event} event */
  #choose({ target }) {
    const k = signalOf(target);
    if (k !== null && !isWithin(target, "button")) this.#selection.select(k);
  }

  /** The button that shows a signal was pressed twice instead. @param {Event} event */
  #showAlone({ target }) {
    const k = signalOf(target);
    if (k !== null && !isWithin(target, ".signal")) this.#selection.showAlone(k);
  }

  /** @param {KeyboardEvent} event */
  #keydown(event) {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const k = signalOf(event.target);
    if (!by || !event.altKey || k === null) return;
    event.preventDefault();
    // On the page they move the view.
    event.stopPropagation();
    this.#move(k, by);
  }

  /** @param {number} k @param {number} by rows */
  #move(k, by) {
    this.#selection.moveTo(k, this.#selection.order.indexOf(k) + by);
  }

  /** A finger scrolls; for it there are buttons. @param {PointerEvent} event */
  #take({ button, clientY, pointerType, target }) {
    const k = signalOf(target);
    if (button === 0 && pointerType !== "touch" && k !== null) this.#held = { k, y: clientY, isDragged: false };
  }

  /** @param {PointerEvent} event */
  #drag({ clientY, pointerId }) {
    const held = this.#held;
    if (!held) return;
    if (!held.isDragged && Math.abs(clientY - held.y) < SLACK) return;
    if (!held.isDragged) this.#rows.setPointerCapture(pointerId);
    held.isDragged = true;
    this.#rows.dataset.dragged = "";
    const boxes = [...this.#rows.children].map((row) => row.getBoundingClientRect());
    const place = boxes.findIndex(({ top, bottom }) => clientY >= top && clientY < bottom);
    this.#selection.moveTo(held.k, place);
  }

  #drop() {
    this.#held = null;
    delete this.#rows.dataset.dragged;
  }
}

/** The signal in whose row something is. @param {EventTarget | null} target */
function signalOf(target) {
  const row = target instanceof Element ? target.closest("tr") : null;
  return row?.dataset.signal === undefined ? null : Number(row.dataset.signal);
}

/** @param {EventTarget | null} target @param {string} what */
function isWithin(target, what) {
  return target instanceof Element && target.closest(what) !== null;
}
