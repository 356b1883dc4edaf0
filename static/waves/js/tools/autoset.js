/** Auto-set: about four periods of the first signal across the screen, and each signal in its share. */

import { stacked } from "../chart/range.js";
import { measure, Signal } from "../measurements/measurements.js";
import { nearestWindow } from "../time/navigation.js";

/**
 * @import { Controls } from "../controls/controls.js"
 * @import { Values } from "../protocol/frames.js"
 * @import { Samples } from "../samples/full-rate.js"
 * @import { Parts } from "./parts.js"
 */

/** Periods across the screen. */
const PERIODS = 4;
/** Samples that are looked at: enough for a period of 50 Hz at 1 MS/s, a moment's work. */
const MOST = 65_536;

export class Autoset {
  #parts;

  /** @param {Pick<Parts, "axes" | "controls" | "fullRate" | "screen" | "selection" | "timeline">} parts */
  constructor(parts) {
    this.#parts = parts;
  }

  /** @param {Controls} controls */
  bind(controls) {
    controls.click("auto-set", () => this.#set());
    controls.keys({ o: () => this.#set() });
  }

  #set() {
    const { axes, controls, fullRate, selection, timeline } = this.#parts;
    const samples = fullRate.samples(MOST);
    // Lanes have no range: each is as high as the others.
    const seen = selection.plotted.flatMap((isPlotted, k) => (isPlotted ? [k] : []));
    if (!samples || seen.length === 0) return controls.toast("There is nothing yet to set the screen to.");
    const ranges = stacked(seen.map((k) => this.#extent(k, samples.values[k])));
    axes.setEach(new Map(seen.map((k, n) => [k, ranges[n]])));
    const period = this.#period(seen, samples);
    if (period) timeline.setWindow(nearestWindow(PERIODS * period));
    else controls.toast("No signal repeats within this window: the time is as it was.");
  }

  /** Period of the first signal that has one. @param {number[]} seen @param {Samples} samples */
  #period(seen, { values, dt }) {
    return seen.map((k) => measure(["period"], new Signal(values[k], dt)).period).find((period) => period > 0);
  }

  /** Of the samples and of what is on the screen, which may be more. @param {number} k @param {Values} values */
  #extent(k, values) {
    const { low, high } = this.#parts.screen.picture?.traces[k] ?? { low: Infinity, high: -Infinity };
    const { min, max } = new Signal(values, 1).extremes;
    const lowest = Math.min(low, Number.isNaN(min) ? Infinity : min);
    const highest = Math.max(high, Number.isNaN(max) ? -Infinity : max);
    return lowest <= highest ? { low: lowest, high: highest } : { low: -1, high: 1 };
  }
}
