/** A spectrum as points and axes for the chart. Arrays and numbers only. */

import { COLUMNS, ceil125, ROWS } from "../text/divisions.js";
import { axisScale, NONE, quantity, setting } from "../text/quantities.js";

/**
 * @typedef {object} FrequencyAxis
 * @property {number} min in Hz, or log10 of Hz
 * @property {number} max
 * @property {number} perDivision
 * @property {string} unit
 * @property {boolean} log whether it counts in decades
 * @property {(value: number) => string} tickLabel
 */

/** @typedef {{min: number, max: number, perDivision: number}} Range */

/** A log axis shows this many decades at most: below them a bin is as wide as the screen. */
const DECADES = 5;
/** Seconds for which a lower top must have been enough before it is taken. */
const CALM = 3;
/** Headroom above the highest value, in divisions. */
const HEAD = 0.5;

/**
 * A spectrum as x, y, x, y …: each bin, or minimum and maximum where bins share a column.
 * @param {Float64Array} values by bin, from 0 Hz on
 * @param {number} step Hz between bins
 * @param {{min: number, max: number, log: boolean}} x
 * @param {number} columns device pixels across the plot
 * @returns {Float32Array}
 */
export function spectrumPoints(values, step, { min, max, log }, columns) {
  const out = new Float32Array(4 * columns + 8);
  const xOf = (/** @type {number} */ bin) => (log ? Math.log10(bin * step) : bin * step);
  const columnOf = (/** @type {number} */ bin) => Math.floor(((xOf(bin) - min) / (max - min)) * columns);
  let length = 0;
  const put = (/** @type {number} */ bin, /** @type {number} */ value) => {
    out[length] = xOf(bin);
    out[length + 1] = value;
    length += 2;
  };
  for (let bin = log ? Math.max(1, Math.ceil(10 ** min / step)) : 0; bin < values.length; ) {
    const column = columnOf(bin);
    const first = bin;
    let [low, high] = [bin, bin];
    for (bin += 1; bin < values.length && columnOf(bin) === column; bin += 1) {
      if (values[bin] < values[low]) low = bin;
      if (values[bin] > values[high]) high = bin;
    }
    if (low === high) put(first, values[first]);
    else [Math.min(low, high), Math.max(low, high)].forEach((at) => put(at, values[at]));
  }
  return out.subarray(0, length);
}

/**
 * The frequency axis, as `Chart.draw` takes it, up to half the rate; `log` counts in decades.
 * @param {number} step
 * @param {number} bins
 * @param {boolean} log
 * @returns {FrequencyAxis}
 */
export function frequencyAxis(step, bins, log) {
  const top = step * (bins - 1);
  if (!log) {
    const perDivision = ceil125(top / COLUMNS);
    return { min: 0, max: top, perDivision, unit: "Hz", log, tickLabel: linearLabel(top, perDivision) };
  }
  const max = Math.log10(top);
  const min = Math.floor(Math.max(Math.log10(step), max - DECADES));
  return { min, max, perDivision: 1, unit: "", log, tickLabel: decadeLabel };
}

/**
 * Whole divisions; the last one carries the unit.
 * @param {number} top
 * @param {number} perDivision
 */
function linearLabel(top, perDivision) {
  const last = Math.floor(top / perDivision + 1e-6);
  const { unit, label } = axisScale(0, top, perDivision, "Hz");
  return (/** @type {number} */ value) => {
    const division = value / perDivision;
    if (Math.abs(division - Math.round(division)) > 1e-6) return "";
    return Math.round(division) === last ? `${label(value)} ${unit}` : label(value);
  };
}

/** @param {number} value */
function decadeLabel(value) {
  return Math.abs(value - Math.round(value)) < 1e-9 ? setting(10 ** Math.round(value), "Hz") : "";
}

/**
 * Lines at 2, 3, … 9 of each decade, in log10 of Hz.
 * @param {{min: number, max: number, log: boolean}} x
 * @returns {number[]}
 */
export function minorLines({ min, max, log }) {
  if (!log) return [];
  /** @type {number[]} */
  const lines = [];
  for (let decade = Math.floor(min); decade <= max; decade += 1) {
    for (let k = 2; k <= 9; k += 1) lines.push(decade + Math.log10(k));
  }
  return lines.filter((x) => x > min && x < max);
}

/** The y axis of a spectrum: rises at once, falls only when a lower one was enough for a while. */
export class Ceiling {
  /** @type {(Range & {step: number | null}) | null} */
  #range = null;
  /** @type {number | null} */
  #looseSince = null;

  /**
   * @param {number} highest of all values
   * @param {number | null} step dB per division; null on a linear scale, which begins at 0
   * @param {number} now seconds of any steady clock
   */
  update(highest, step, now) {
    const wanted = step ? below(highest, step) : above0(highest);
    const former = this.#range;
    if (!former || former.step !== step || wanted.max > former.max) return this.#take(wanted, step);
    if (wanted.max === former.max) this.#looseSince = null;
    else this.#looseSince ??= now;
    return this.#looseSince !== null && now - this.#looseSince > CALM ? this.#take(wanted, step) : former;
  }

  /** @param {Range} range @param {number | null} step */
  #take(range, step) {
    this.#looseSince = null;
    this.#range = { ...range, step };
    return this.#range;
  }
}

/** @param {number} highest @param {number} perDivision */
function below(highest, perDivision) {
  const max = Math.ceil(highest / perDivision + HEAD) * perDivision;
  return { min: max - ROWS * perDivision, max, perDivision };
}

/** @param {number} highest */
function above0(highest) {
  const perDivision = ceil125((highest || 1) / (ROWS - HEAD));
  return { min: 0, max: ROWS * perDivision, perDivision };
}

/**
 * A level for people: (−3.01, "V", true) is "−3.0 dBV".
 * @param {number} value
 * @param {string} unit
 * @param {boolean} decibel
 */
export function levelText(value, unit, decibel) {
  if (!Number.isFinite(value)) return NONE;
  return decibel ? `${value.toFixed(1).replace("-", "−")} dB${unit}` : quantity(value, unit, 3);
}
