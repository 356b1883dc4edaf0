/** The signals: on and off, what they read, and which one the vertical controls are for. */

import { dashKind } from "../chart/palette.js";
import { byId } from "../controls/elements.js";
import { SignalRows } from "../controls/signal-rows.js";
import { isInLane } from "../samples/line.js";
import { quantity } from "../text/quantities.js";
import { stateName } from "../text/states.js";

/**
 * @import { Controls } from "../controls/controls.js"
 * @import { Parts, Restored } from "./parts.js"
 */

export class Signals {
  #parts;
  #rows;

  /** @param {Pick<Parts, "axes" | "chart" | "newest" | "record" | "selection">} parts */
  constructor(parts) {
    this.#parts = parts;
    this.#rows = new SignalRows(byId("signals"), {
      toggle: (k) => parts.selection.toggle(k),
      select: (k) => parts.selection.select(k),
    });
  }

  /** @param {Controls} controls */
  bind(controls) {
    for (let k = 0; k < 9; k += 1) controls.keys({ [k + 1]: () => this.#parts.selection.toggle(k) });
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
      const now = quantity(newest.value(k), signal.unit, 3, divisions[k]);
      const state = stateName(signal.states, newest.value(k));
      const perDivision = isInLane(signal) ? "lane" : axes.perDivision(k, divisions[k]);
      this.#rows.read(k, { now: state ?? now, title: state ?? now, perDivision, selected: k === selection.selected });
    });
  }

  state() {
    return this.#parts.selection.state();
  }

  /** @param {Restored} state */
  restore(state) {
    this.#parts.selection.restore(state);
  }
}
