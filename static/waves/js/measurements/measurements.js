/**
 * What an oscilloscope measures, from arrays of samples; docs/measurements.md defines each one.
 *
 * Every result covers exactly the samples given: means and RMS are over all of them, and those of
 * whole periods have names of their own, so that what stands between two cursors is what is
 * measured. Where there is no answer, `lackOf` says why.
 */

import { noiseOf } from "../samples/noise.js";
import { Course } from "./course.js";
import { alike, ENOUGH, haveNarrow, MOST_SPREAD, periodsOf } from "./periods.js";
import { statesOf } from "./state-levels.js";
import { extremesOf, momentsOf } from "./sums.js";
import { transitionsOf } from "./transitions.js";

/**
 * @import { Timing } from "./course.js"
 * @import { Period } from "./periods.js"
 * @import { Moments } from "./sums.js"
 * @import { Transition } from "./transitions.js"
 */

/** @typedef {{extremes: {min: number, max: number}}} Extremes */

/**
 * @typedef {object} Found
 * @property {Transition[]} transitions
 * @property {Period[]} periods whole ones that are alike
 * @property {number} whole how many whole ones there are, whether they are alike or not
 * @property {boolean} isDoubtful whether it may be of noise: periods scatter, or a few pulses last a few samples
 */

/**
 * @typedef {object} Measurement
 * @property {string} label
 * @property {string} unit `SIGNAL_UNIT`, or its own
 * @property {"columns" | "samples" | "edges" | "periods" | "pair"} needs whether `Columns` suffice, or it takes a `Signal`, one with two states, one with periods, or two of those
 * @property {(signal: Signal, reference: Signal) => number} compute NaN where there is no answer
 */

/** Stands for the unit of the signal in `MEASUREMENTS`. */
export const SIGNAL_UNIT = "signal";
/** Two signals have no phase when their periods differ by more than this share … */
const SAME_PERIOD = 0.05;
/** … or when their phase wanders: length of the mean of its unit vectors (0.9: about ±45°). */
const LOCKED = 0.9;
/** What looks like noise of more than this share of the deviation is the signal itself (a sine with noise of 20 %: 0.27). */
const MOST_NOISE = 0.35;
/**
 * Hysteresis about the mid level, as a share of the way between the states: a sine with 3 samples
 * in a period still reaches it, noise must go over 40 % of the amplitude to be taken for a
 * transition. The smaller one is for a signal whose amplitude comes and goes.
 */
const HYSTERESIS = 0.2;
const SMALL_HYSTERESIS = 0.1;
/** On a slow edge noise goes no further than so many of its deviations … */
const REACH = 4;
/** … and a sine comes closer than this to its states. */
const MOST_HYSTERESIS = 0.4;
/** Values beyond this are measured in so large a unit: their squares would leave the range of numbers. */
const HUGE = 2 ** 500;
const HUGE_UNIT = 2 ** 600;

/** One signal's samples, with everything that several measurements need computed once. */
export class Signal {
  /** @type {Moments | null} */
  #moments = null;
  /** @type {Moments | null} */
  #cycle = null;
  /** @type {number | null} */
  #noise = null;
  /** @type {{low: number, high: number} | null} */
  #states = null;
  /** @type {Found | null} */
  #found = null;

  /**
   * @param {ArrayLike<number>} samples with NaN for "no value"
   * @param {number} dt seconds between samples; NaN where it is not known
   * @param {{timing?: Timing | null, step?: boolean}} [line] times on a timed clock; whether the line goes in steps
   */
  constructor(samples, dt, line = {}) {
    const { count, min, max } = extremesOf(samples);
    /** Of which samples and levels are multiples. */
    this.scale = Math.max(-min, max) > HUGE ? HUGE_UNIT : 1;
    this.count = count;
    this.extremes = { min: min / this.scale, max: max / this.scale };
    this.samples = this.scale === 1 ? samples : Float64Array.from(samples, (value) => value / HUGE_UNIT);
    this.course = new Course(this.samples, dt, line);
  }

  get mean() {
    return this.#overAll.mean;
  }

  get acRms() {
    return Math.sqrt(this.#overAll.variance);
  }

  get rms() {
    return Math.hypot(this.mean, this.acRms);
  }

  /** Mean and variance over whole periods. */
  get cycle() {
    this.#cycle ??= momentsOf(this.course, this.periods);
    return this.#cycle;
  }

  /** The deviation of its noise; NaN where all of it looks like noise. */
  get noise() {
    this.#noise ??= noiseOf(this.samples);
    return this.#noise < MOST_NOISE * this.acRms ? this.#noise : NaN;
  }

  /** {low, high}: the levels of the two states. */
  get states() {
    this.#states ??= statesOf(this.samples, this.extremes, this.noise);
    return this.#states;
  }

  get transitions() {
    return this.found.transitions;
  }

  get periods() {
    return this.found.periods;
  }

  /** Transitions and periods, found with the hysteresis that makes periods alike. */
  get found() {
    this.#found ??= this.#find();
    return this.#found;
  }

  #find() {
    const { low, high } = this.states;
    const least = (REACH * (this.noise || 0)) / (high - low);
    const usual = this.#findWith(Math.min(MOST_HYSTERESIS, Math.max(HYSTERESIS, least)));
    if (!usual.isDoubtful || least > SMALL_HYSTERESIS) return usual;
    const finer = this.#findWith(SMALL_HYSTERESIS);
    return finer.isDoubtful ? usual : finer;
  }

  /** @param {number} hysteresis @returns {Found} */
  #findWith(hysteresis) {
    const transitions = transitionsOf(this.course, this.states, hysteresis);
    const whole = periodsOf(transitions);
    const same = alike(this.course, whole);
    const tooFew = same.length < ENOUGH && (Number.isNaN(this.noise) || haveNarrow(this.course, transitions));
    const isDoubtful = tooFew || (whole.length > 0 && same.length === 0);
    return { transitions, whole: whole.length, periods: tooFew ? [] : same, isDoubtful };
  }

  /** Seconds; NaN where there is none. */
  get period() {
    return average(this.periods.map(({ from, to }) => to - from)) * this.course.unit;
  }

  get #overAll() {
    this.#moments ??= momentsOf(this.course);
    return this.#moments;
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
  acRms: of("AC RMS", SIGNAL_UNIT, "samples", (signal) => signal.acRms),
  deviation: of("Standard deviation", SIGNAL_UNIT, "samples", deviation),
  cycleMean: of("Cycle mean", SIGNAL_UNIT, "periods", ({ cycle }) => cycle.mean),
  cycleRms: of("Cycle RMS", SIGNAL_UNIT, "periods", ({ cycle }) => Math.hypot(cycle.mean, Math.sqrt(cycle.variance))),
  frequency: of("Frequency", "Hz", "periods", (signal) => 1 / signal.period),
  period: of("Period", "s", "periods", (signal) => signal.period),
  duty: of("Duty cycle", "%", "periods", duty),
  positiveWidth: of("Positive width", "s", "edges", (signal) => width(signal, true)),
  negativeWidth: of("Negative width", "s", "edges", (signal) => width(signal, false)),
  riseTime: of("Rise time", "s", "edges", (signal) => transitionTime(signal, true)),
  fallTime: of("Fall time", "s", "edges", (signal) => transitionTime(signal, false)),
  overshoot: of("Overshoot", "%", "edges", overshoot),
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
    const { needs, unit, compute } = MEASUREMENTS[key];
    const possible =
      needs === "columns" || (signal instanceof Signal && (needs !== "pair" || reference instanceof Signal));
    // It is asked for no more than it has: that is what `needs` says.
    const [own, other] = [/** @type {Signal} */ (signal), /** @type {Signal} */ (reference)];
    const scale = unit === SIGNAL_UNIT && signal instanceof Signal ? signal.scale : 1;
    result[key] = possible ? compute(own, other) * scale : NaN;
  }
  return result;
}

/**
 * Why a measurement of a signal has no answer, in words.
 * @param {string} key
 * @param {Signal | null} signal
 * @param {Signal | null} [reference]
 * @returns {string}
 */
export function lackOf(key, signal, reference = null) {
  const { needs } = MEASUREMENTS[key];
  if (!signal || signal.count === 0) return "There are no samples of it.";
  if (needs === "columns" || needs === "samples") return "Too few samples for it.";
  if (!(signal.extremes.min < signal.extremes.max)) return "The signal is constant.";
  if (Number.isNaN(signal.states.low)) return "The signal has no two states: it is noise, or hardly moves.";
  if (needs === "pair") return lackOfPhase(signal, reference);
  if (needs === "periods" && signal.found.whole === 0) return "There is less than one whole period.";
  if (signal.found.isDoubtful) return "The periods scatter as those of noise do, or there are only a few short pulses.";
  if (signal.course.isStep && key.endsWith("Time")) return "A line of steps rises and falls at once.";
  return "There is no whole edge or pulse of this kind.";
}

/** @param {Signal} signal @param {Signal | null} reference */
function lackOfPhase(signal, reference) {
  if (!reference || reference === signal) return "A phase needs a second signal.";
  if (Number.isNaN(signal.period) || Number.isNaN(reference.period)) return "One of the two signals has no period.";
  return "The two periods differ, or the phase wanders.";
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
function deviation({ count, acRms }) {
  return count > 1 ? acRms * Math.sqrt(count / (count - 1)) : NaN;
}

/** @param {Signal} signal */
function duty({ periods }) {
  return (100 * average(periods.map(({ high }) => high))) / average(periods.map(({ from, to }) => to - from));
}

/**
 * Mean time that the signal stays high (or low), from mid crossing to mid crossing; none where its
 * periods scatter.
 * @param {Signal} signal
 * @param {boolean} high
 */
function width(signal, high) {
  const { transitions, isDoubtful } = signal.found;
  if (isDoubtful) return NaN;
  // What lasts longer than a period hides edges that were missed.
  const { course } = signal;
  const longest = signal.period / course.unit || Infinity;
  const widths = transitions.slice(0, -1).flatMap((transition, index) => {
    const next = transitions[index + 1];
    const length = next.at - transition.at;
    const spread = Math.max(transition.spread, next.spread);
    const isWhole = transition.rising === high && next.run === transition.run;
    return isWhole && length < longest && spread <= MOST_SPREAD * length ? length : [];
  });
  return average(widths) * course.unit;
}

/** @param {Signal} signal @param {boolean} rising */
function transitionTime({ transitions, course }, rising) {
  const complete = transitions.filter(
    (transition) => transition.rising === rising && !Number.isNaN(transition.duration),
  );
  return average(complete.map(({ duration }) => duration)) * course.unit;
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
function risingInstants({ transitions, course }) {
  return transitions.filter(({ rising }) => rising).map(({ at }) => at * course.unit);
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
