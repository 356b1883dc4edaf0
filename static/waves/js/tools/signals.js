/** The signals: on and off, what they read, and which one the vertical controls are for. */

import { dashKind } from "../chart/palette.js";
import { byId } from "../controls/elements.js";
import { SignalRows } from "../controls/signal-rows.js";
import { isInLane } from "../samples/line.js";
import { stateName } from "../text/states.js";
import { Steady } from "../text/steady.js";

/**
 * @import { Controls } from "../controls/controls.js"
 * @import { Parts, Restored } from "./parts.js"
 */

export class Signals {
  #parts;
  #rows;
  /** How the values of each signal are written. @type {Steady[]} */
  #steady = [];

  /** @param {Pick<Parts, "axes" | "chart" | "newest" | "record" | "screen" | "selection">} parts */
  constructor(parts) {
    this.#parts = parts;
    this.#rows = new SignalRows(byId("signals"), {
      toggle: (k) => parts.selection.toggle(k),
      select: (k) => parts.selection.select(k),
    });
  }

  /** @param {Controls} controls */
  bind(controls) {
    const { selection } = this.#parts;
    for (let row = 0; row < 9; row += 1) {
      controls.keys({ [row + 1]: () => selection.toggle(selection.order[row]) });
    }
  }

  /** Names or colours changed. */
  themed() {
    const { chart, selection } = this.#parts;
    const { signals, visible } = selection;
    this.#rows.show(
      signals.map((signal, k) => ({
        ...signal,
        colour: chart.colourOf(signal, k),
        dash: dashKind(signal, k),
        visible: visible[k],
      })),
      selection.order,
    );
  }

  toggled() {
    this.themed();
  }

  /** @param {number} seconds of the page */
  readings(seconds) {
    const { axes, newest, record, selection } = this.#parts;
    newest.look(seconds, record.description?.rate ?? 0, record.mode === "sweeps");
    const { divisions } = axes;
    selection.signals.forEach((signal, k) => {
      const now = this.#now(k, { now: seconds, digits: 3, division: divisions[k] });
      const state = stateName(signal.states, newest.value(k));
      const perDivision = isInLane(signal) ? "lane" : axes.perDivision(k, divisions[k]);
      this.#rows.read(k, { now: state ?? now, title: state ?? now, perDivision, selected: k === selection.selected });
    });
  }

  /** The newest value, with the prefix of what is seen of the signal. @param {number} k @param {{now: number, digits: number, division: number}} how */
  #now(k, how) {
    const { newest, screen, selection } = this.#parts;
    const { low = 0, high = 0 } = screen.picture?.traces[k] ?? {};
    const nominal = low <= high ? Math.max(Math.abs(low), Math.abs(high)) : 0;
    this.#steady[k] ??= new Steady();
    return this.#steady[k].text(newest.value(k), selection.signals[k].unit, { ...how, nominal });
  }

  changedSignals() {
    this.#steady = [];
  }

  state() {
    return this.#parts.selection.state();
  }

  /** @param {Restored} state */
  restore(state) {
    this.#parts.selection.restore(state);
  }
}
