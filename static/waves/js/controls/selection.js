/** Which signals there are, which of them are on, and which one is chosen: the one owner of that. */

import { isInLane } from "../samples/line.js";

/** @import { Signal } from "../protocol/description.js" */

/** @typedef {{toggled: () => void, chosen: () => void}} Listener others are on; another is chosen */

export class Selection {
  /** @type {Signal[]} */
  signals = [];
  /** Keys of those that are off. @type {Set<string>} */
  #off = new Set();
  /** Key of the chosen one; the first in the plot while it is null. @type {string | null} */
  #chosen = null;
  /** Keys in the order in which rows stand; those that it does not name follow. @type {string[]} */
  #order = [];
  #listener;

  /** @param {Listener} listener */
  constructor(listener) {
    this.#listener = listener;
  }

  /** Whether each signal is on. */
  get visible() {
    return this.signals.map(({ key }) => !this.#off.has(key));
  }

  /** Whether each signal is on, and drawn in the plot and not in a lane. */
  get plotted() {
    return this.signals.map((signal) => !this.#off.has(signal.key) && !isInLane(signal));
  }

  /** Place of the chosen signal: what the vertical controls are for. */
  get selected() {
    const chosen = this.placeOf(this.#chosen);
    return chosen >= 0 ? chosen : this.firstPlotted;
  }

  /** Place of the first signal in the plot, or of the first that is on. */
  get firstPlotted() {
    const plotted = this.plotted.indexOf(true);
    return plotted >= 0 ? plotted : this.firstVisible;
  }

  /** Place of the first signal that is on, or of the first. */
  get firstVisible() {
    return Math.max(0, this.visible.indexOf(true));
  }

  /** The chosen signal; a stream that never ran may have none. @returns {Signal | undefined} */
  get signal() {
    return this.signals[this.selected];
  }

  /** Place of the signal with a key; -1 where there is none. @param {string | null} key */
  placeOf(key) {
    return this.signals.findIndex((signal) => signal.key === key);
  }

  /** @param {number} k */
  select(k) {
    this.#chosen = this.signals[k]?.key ?? null;
    this.#listener.chosen();
  }

  /** Turn a signal on, or off. @param {number} k */
  toggle(k) {
    const signal = this.signals[k];
    if (!signal) return;
    if (!this.#off.delete(signal.key)) this.#off.add(signal.key);
    this.#listener.toggled();
  }

  /** Show one signal alone and choose it, or all where it is alone already. @param {number} k */
  showAlone(k) {
    const signal = this.signals[k];
    if (!signal) return;
    const isAlone = this.visible.every((visible, other) => visible === (other === k));
    const others = this.signals.filter((other) => other !== signal);
    this.#off = new Set(isAlone ? [] : others.map(({ key }) => key));
    this.#chosen = signal.key;
    this.#listener.toggled();
  }

  /** Places of all signals in the order in which their rows stand. */
  get order() {
    const named = this.#order.map((key) => this.placeOf(key)).filter((k) => k >= 0);
    return [...new Set([...named, ...this.signals.keys()])];
  }

  /** Put the row of a signal at another place among the rows. @param {number} k @param {number} place */
  moveTo(k, place) {
    const { order } = this;
    if (!this.signals[k] || place < 0 || place >= order.length || order[place] === k) return;
    order.splice(order.indexOf(k), 1);
    order.splice(place, 0, k);
    const isUsual = order.every((other, at) => other === at);
    this.#order = isUsual ? [] : order.map((other) => this.signals[other].key);
    this.#listener.toggled();
  }

  state() {
    const off = {
      ...(this.#off.size > 0 && { off: [...this.#off].join(",") }),
      ...(this.#order.length > 0 && { order: this.#order.join(",") }),
    };
    return this.#chosen === null ? off : { ...off, signal: this.#chosen };
  }

  /** @param {{off?: string, order?: string, signal?: string}} state */
  restore({ off, order, signal }) {
    this.#order = order ? order.split(",") : [];
    this.#off = new Set(off ? off.split(",") : []);
    this.#chosen = signal ?? null;
  }
}

/** What the axes of the plot are for: signals that are on, and not in a lane. */
export class Plotted {
  #selection;

  /** @param {Selection} selection */
  constructor(selection) {
    this.#selection = selection;
  }

  get signals() {
    return this.#selection.signals;
  }

  get visible() {
    return this.#selection.plotted;
  }

  get selected() {
    return this.#selection.selected;
  }
}
