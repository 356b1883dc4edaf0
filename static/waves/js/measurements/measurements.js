/**
 * What an oscilloscope measures, from arrays of samples; docs/measurements.md defines each one.
 *
 * Every result covers exactly the samples given: means and RMS are over all of them, not over
 * whole periods, so that what stands between two cursors is what is measured.
 */

import { statesOf } from "./state-levels.js";
import { transitionsOf } from "./transitions.js";

/** @import { Transition } from "./transitions.js" */

/** @typedef {{count: number, min: number, max: number, sum: number, squares: number}} Sums */

/**
 * @typedef {{count: number, span: number, high: number}} Periods whole ones, the samples that they last, those in the high state
 */

/** @typedef {{extremes: {min: number, max: number}}} Extremes */

/**
 * @typedef {object} Measurement
 * @property {string} label
 * @property {string} unit `SIGNAL_UNIT`, or its own
 * @property {"columns" | "samples" | "pair"} needs whether `Columns` suffice, or it takes a `Signal`, or two
 * @property {(signal: Signal, reference: Signal) => number} compute NaN where there is no answer
 */

/** Stands for the unit of the signal in `MEASUREMENTS`. */
export const SIGNAL_UNIT = "signal";
/** Two signals have no phase when their periods differ by more than this share … */
const SAME_PERIOD = 0.05;
/** … or when their phase wanders: length of the mean of its unit vectors (0.9: about ±45°). */
const LOCKED = 0.9;

/** One signal's samples, with everything that several measurements need computed once. */
export class Signal {
  /** @type {Sums | null} */
  #sums = null;
  /** @type {number | null} */
  #scatter = null;
  /** @type {{low: number, high: number} | null} */
  #states = null;
  /** @type {Transition[] | null} */
  #transitions = null;
  /** @type {Periods | null} */
  #periods = null;

  /**
   * @param {ArrayLike<number>} samples with NaN for "no value"
   * @param {number} dt seconds between samples; NaN on a timed clock, where times are unknown
   */
  constructor(samples, dt) {
    this.samples = samples;
    this.dt = dt;
  }

  /** {count, min, max, sum, squares} over the samples that have a value. */
  get sums() {
    this.#sums ??= sumsOf(this.samples);
    return this.#sums;
  }

  get extremes() {
    return this.sums.count > 0 ? this.sums : { min: NaN, max: NaN };
  }

  get mean() {
    return this.sums.sum / this.sums.count;
  }

  get rms() {
    return Math.sqrt(this.sums.squares / this.sums.count);
  }

  /** Sum of the squared distances from the mean. */
  get scatter() {
    this.#scatter ??= scatterOf(this.samples, this.mean);
    return this.#scatter;
  }

  /** {low, high}: the levels of the two states. */
  get states() {
    this.#states ??= statesOf(this.samples, this.extremes.min, this.extremes.max);
    return this.#states;
  }

  get transitions() {
    this.#transitions ??= transitionsOf(this.samples, this.states);
    return this.#transitions;
  }

  /** {count, span, high}: whole periods, the samples that they last, those in the high state. */
  get periods() {
    this.#periods ??= periodsOf(this.transitions);
    return this.#periods;
  }

  get period() {
    return (this.periods.span / this.periods.count) * this.dt;
  }
}

/** The extremes of an envelope: enough for min, max and Vpp, and for nothing else. */
export class Columns {
  /** Low > high where there is no value. @param {number} low @param {number} high */
  constructor(low, high) {
    this.extremes = low <= high ? { min: low, max: high } : { min: NaN, max: NaN };
  }
}

/** Every measurement by its key. @type {Record<string, Measurement>} */
export const MEASUREMENTS = {
  min: of("Minimum", SIGNAL_UNIT, "columns", ({ extremes }) => extremes.min),
  max: of("Maximum", SIGNAL_UNIT, "columns", ({ extremes }) => extremes.max),
  vpp: of("Vpp", SIGNAL_UNIT, "columns", ({ extremes }) => extremes.max - extremes.min),
  mean: of("Mean", SIGNAL_UNIT, "samples", (signal) => signal.mean),
  rms: of("RMS", SIGNAL_UNIT, "samples", (signal) => signal.rms),
  acRms: of("AC RMS", SIGNAL_UNIT, "samples", acRms),
  deviation: of("Standard deviation", SIGNAL_UNIT, "samples", deviation),
  frequency: of("Frequency", "Hz", "samples", (signal) => 1 / signal.period),
  period: of("Period", "s", "samples", (signal) => signal.period),
  duty: of("Duty cycle", "%", "samples", ({ periods }) => (100 * periods.high) / periods.span),
  positiveWidth: of("Positive width", "s", "samples", (signal) => width(signal, true)),
  negativeWidth: of("Negative width", "s", "samples", (signal) => width(signal, false)),
  riseTime: of("Rise time", "s", "samples", (signal) => transitionTime(signal, true)),
  fallTime: of("Fall time", "s", "samples", (signal) => transitionTime(signal, false)),
  overshoot: of("Overshoot", "%", "samples", overshoot),
  crestFactor: of("Crest factor", "", "samples", crestFactor),
  phase: of("Phase", "°", "pair", phase),
};

/**
 * The measurements `keys` of a signal (`Signal` or `Columns`) as {key: number}; phase is that of
 * the signal against `reference`, another `Signal` that begins at the same instant.
 * @param {string[]} keys
 * @param {Signal | Columns} signal
 * @param {Signal | null} [reference]
 * @returns {Record<string, number>}
 */
export function measure(keys, signal, reference = null) {
  /** @type {Record<string, number>} */
  const result = {};
  for (const key of keys) {
    const { needs, compute } = MEASUREMENTS[key];
    const possible =
      needs === "columns" || (signal instanceof Signal && (needs === "samples" || reference instanceof Signal));
    // It is asked for no more than it has: that is what `needs` says.
    const [own, other] = [/** @type {Signal} */ (signal), /** @type {Signal} */ (reference)];
    result[key] = possible ? compute(own, other) : NaN;
  }
  return result;
}

/**
 * @param {string} label
 * @param {string} unit
 * @param {Measurement["needs"]} needs
 * @param {Measurement["compute"]} compute
 * @returns {Measurement}
 */
function of(label, unit, needs, compute) {
  return { label, unit, needs, compute };
}

/** @param {Signal} signal */
function acRms(signal) {
  return Math.sqrt(signal.scatter / signal.sums.count);
}

/** @param {Signal} signal */
function deviation(signal) {
  const { count } = signal.sums;
  return count > 1 ? Math.sqrt(signal.scatter / (count - 1)) : NaN;
}

/**
 * Mean time that the signal stays high (or low), from mid crossing to mid crossing.
 * @param {Signal} signal
 * @param {boolean} high
 */
function width({ transitions, dt }, high) {
  /** @type {number[]} */
  const widths = [];
  transitions.forEach((transition, index) => {
    const next = transitions[index + 1];
    if (!next || transition.rising !== high || next.run !== transition.run) return;
    widths.push(next.at - transition.at);
  });
  return average(widths) * dt;
}

/** @param {Signal} signal @param {boolean} rising */
function transitionTime({ transitions, dt }, rising) {
  const complete = transitions.filter(
    (transition) => transition.rising === rising && !Number.isNaN(transition.duration),
  );
  return average(complete.map(({ duration }) => duration)) * dt;
}

/** @param {Signal} signal */
function overshoot({ extremes, states: { low, high } }) {
  return (100 * (extremes.max - high)) / (high - low);
}

/** @param {Signal} signal */
function crestFactor({ extremes: { min, max }, rms }) {
  return rms > 0 ? Math.max(-min, max) / rms : NaN;
}

/**
 * Degrees in (−180, 180] by which the signal leads the reference: sin(ωt + φ) reads φ.
 * @param {Signal} signal
 * @param {Signal} reference
 */
function phase(signal, reference) {
  const { period } = reference;
  if (!(Math.abs(signal.period / period - 1) <= SAME_PERIOD)) return NaN;
  const instants = risingInstants(signal);
  const angles = risingInstants(reference).map(
    (instant) => (2 * Math.PI * (instant - nearest(instants, instant))) / period,
  );
  const [x, y] = [average(angles.map(Math.cos)), average(angles.map(Math.sin))];
  return Math.hypot(x, y) < LOCKED ? NaN : (Math.atan2(y, x) * 180) / Math.PI;
}

/** @param {Signal} signal */
function risingInstants({ transitions, dt }) {
  return transitions.filter(({ rising }) => rising).map(({ at }) => at * dt);
}

/**
 * The element of a rising list that is nearest to `value`, by bisection.
 * @param {number[]} list
 * @param {number} value
 */
function nearest(list, value) {
  let [low, high] = [0, list.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (list[middle] <= value) low = middle;
    else high = middle;
  }
  return value - list[low] <= list[high] - value ? list[low] : list[high];
}

/** @param {number[]} values */
function average(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** @param {ArrayLike<number>} samples @returns {Sums} */
function sumsOf(samples) {
  let [count, sum, squares, min, max] = [0, 0, 0, Infinity, -Infinity];
  for (let index = 0; index < samples.length; index += 1) {
    const value = samples[index];
    if (Number.isNaN(value)) continue;
    count += 1;
    sum += value;
    squares += value * value;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return { count, sum, squares, min, max };
}

/** @param {ArrayLike<number>} samples @param {number} mean */
function scatterOf(samples, mean) {
  let scatter = 0;
  for (let index = 0; index < samples.length; index += 1) {
    const distance = samples[index] - mean;
    // False for NaN.
    if (distance * distance >= 0) scatter += distance * distance;
  }
  return scatter;
}

/**
 * Whole periods of every unbroken run, counted from its first transition.
 * @param {Transition[]} transitions
 * @returns {Periods}
 */
function periodsOf(transitions) {
  let [count, span, high, start] = [0, 0, 0, 0];
  while (start + 2 < transitions.length) {
    const first = transitions[start];
    const last = transitions[start + 2];
    const whole = first.run === last.run;
    if (whole) {
      const middle = transitions[start + 1].at;
      count += 1;
      span += last.at - first.at;
      high += first.rising ? middle - first.at : last.at - middle;
    }
    start += whole ? 2 : 1;
  }
  return count > 0 ? { count, span, high } : { count: NaN, span: NaN, high: NaN };
}
