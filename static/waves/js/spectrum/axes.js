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
/** Share of the axis that a label and what parts it from the next need. */
const ROOM = 0.085;
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
  // One beyond each border: the line goes on to there.
  const [low, high] = log ? [10 ** min, 10 ** max] : [min, max];
  const end = Math.min(values.length, Math.ceil(high / step) + 2);
  for (let bin = Math.max(log ? 1 : 0, Math.floor(low / step) - 1); bin < end; ) {
    const column = columnOf(bin);
    const first = bin;
    let [least, most] = [bin, bin];
    for (bin += 1; bin < end && columnOf(bin) === column; bin += 1) {
      if (values[bin] < values[least]) least = bin;
      if (values[bin] > values[most]) most = bin;
    }
    if (least === most) put(first, values[first]);
    else [Math.min(least, most), Math.max(least, most)].forEach((at) => put(at, values[at]));
  }
  return out.subarray(0, length);
}

/**
 * The frequency axis, as `Chart.draw` takes it, up to half the rate; `log` counts in decades.
 * @param {number} step
 * @param {number} bins
 * @param {boolean} log
 * @param {{from: number, to: number} | null} [range] what is seen of it, in Hz
 * @returns {FrequencyAxis}
 */
export function frequencyAxis(step, bins, log, range = null) {
  const top = step * (bins - 1);
  if (!log) {
    const [min, max] = within(range?.from ?? 0, range?.to ?? top, 0, top);
    const perDivision = ceil125((max - min) / COLUMNS);
    return { min, max, perDivision, unit: "Hz", log, tickLabel: linearLabel(top, perDivision) };
  }
  const max = Math.log10(top);
  const min = Math.floor(Math.max(Math.log10(step), max - DECADES));
  const [from, to] = range ? within(Math.log10(range.from), Math.log10(range.to), min, max) : [min, max];
  return { min: from, max: to, perDivision: 1, unit: "", log, tickLabel: decadeLabel };
}

/** A part of a range; all of it, where nothing of that part is there. @param {number} from @param {number} to @param {number} min @param {number} max */
function within(from, to, min, max) {
  const [low, high] = [Math.max(min, from), Math.min(max, to)];
  return low < high ? [low, high] : [min, max];
}

/**
 * Lines on round frequencies, for a part of the axis: its borders are anywhere.
 * @param {FrequencyAxis} x
 * @returns {{marks: {x: number, text: string}[], note: string, key: string}} `note` is the unit
 */
export function frequencyMarks({ min, max, log }) {
  const [low, high] = log ? [10 ** min, 10 ** max] : [min, max];
  const span = max - min;
  const [fine, coarse] = [ceil125((high - low) / COLUMNS), span > 2 ? [1] : span > 1 ? [1, 2, 5] : null];
  const first = Math.ceil(low / fine - 1e-9);
  const even = Array.from({ length: Math.floor(high / fine + 1e-9) - first + 1 }, (_, k) => (first + k) * fine);
  const hertz = log && coarse ? decades(min, max, coarse) : even;
  const { unit, label } = axisScale(first * fine, high, fine, "Hz");
  const text = (/** @type {number} */ value) => (log && coarse ? setting(value, "Hz") : label(value));
  let free = -Infinity;
  const marks = hertz.map((value) => {
    const x = log ? Math.log10(value) : value;
    const hasRoom = x >= free;
    if (hasRoom) free = x + ROOM * span;
    return { x, text: hasRoom ? text(value) : "" };
  });
  return { marks, note: log && coarse ? "" : unit, key: `${min} ${max} ${log}` };
}

/** @param {number} min @param {number} max @param {number[]} parts of each decade */
function decades(min, max, parts) {
  const all = [];
  for (let decade = Math.floor(min); decade <= max; decade += 1) {
    for (const part of parts) all.push(Number(`${part}e${decade}`));
  }
  return all.filter((hertz) => hertz >= 10 ** min && hertz <= 10 ** max);
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
