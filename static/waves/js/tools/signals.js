/** The signals: on and off, what they read, and which one the vertical controls are for. */

import { SignalRows } from "../controls/signal-rows.js";
import { quantity } from "../text/quantities.js";

export class Signals {
  constructor(scope) {
    this.scope = scope;
    /** Keys of those that are off. */
    this.off = new Set();
    /** Key of the one that the vertical controls are for; the first of them while it is null. */
    this.chosen = null;
    this.rows = new SignalRows(document.getElementById("signals"), {
      toggle: (k) => this.#toggle(k),
      select: (k) => this.select(k),
    });
  }

  bind(controls) {
    for (let k = 0; k < 9; k += 1) controls.keys({ [k + 1]: () => this.#toggle(k) });
  }

  /** Whether each signal is on. */
  get visible() {
    return this.scope.signals.map((signal) => !this.off.has(signal.key));
  }

  /** Index of the chosen signal. */
  get selected() {
    const { signals } = this.scope;
    const chosen = signals.findIndex(({ key }) => key === this.chosen);
    return chosen >= 0 ? chosen : Math.max(0, this.visible.indexOf(true));
  }

  select(k) {
    this.chosen = this.scope.signals[k].key;
    this.scope.changed();
  }

  /** Names or colours changed. */
  themed() {
    const { signals, chart } = this.scope;
    const visible = this.visible;
    this.rows.show(signals.map((signal, k) => ({ ...signal, colour: chart.colourOf(signal, k), visible: visible[k] })));
  }

  readings() {
    const { picture, signals, tools } = this.scope;
    signals.forEach((signal, k) => {
      const { points } = picture.traces[k] ?? { points: [] };
      const now = quantity(points[points.length - 1], signal.unit, 3);
      this.rows.read(k, { now, perDivision: tools.vertical.perDivision(k), selected: k === this.selected });
    });
  }

  state() {
    const off = this.off.size > 0 ? { off: [...this.off].join(",") } : {};
    return this.chosen === null ? off : { ...off, signal: this.chosen };
  }

  restore({ off, signal }) {
    this.off = new Set(off ? off.split(",") : []);
    this.chosen = signal ?? null;
  }

  #toggle(k) {
    const signal = this.scope.signals[k];
    if (!signal) return;
    if (!this.off.delete(signal.key)) this.off.add(signal.key);
    this.themed();
    this.scope.tools.vertical.refit();
    this.scope.changed();
  }
}
