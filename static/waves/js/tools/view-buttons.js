/** The view in the plot: its buttons, its key, and which panels are shown. */

import { byId } from "../controls/elements.js";

/**
 * @import { Controls } from "../controls/controls.js"
 * @import { Parts, Restored } from "./parts.js"
 */

export class ViewButtons {
  #parts;

  /** @param {Pick<Parts, "chart" | "controls" | "views">} parts */
  constructor(parts) {
    this.#parts = parts;
  }

  /** @param {Controls} controls */
  bind(controls) {
    const { views } = this.#parts;
    for (const name of views.names) controls.click(`view-${name}`, () => views.show(name));
    controls.keys({ v: () => views.next() });
    this.arranged();
  }

  state() {
    return this.#parts.views.state();
  }

  /** @param {Restored} state */
  restore(state) {
    this.#parts.views.restore(state);
    this.arranged();
  }

  arranged() {
    const { chart, controls, views } = this.#parts;
    for (const name of views.names) controls.press(`view-${name}`, name === views.name);
    byId("plot").dataset.view = views.name;
    for (const [id, seen] of views.panels) controls.show(id, seen);
    chart.cover(!views.charts.includes(chart));
  }
}
