/** Samples as rows of texts, the newest first. Arrays, numbers and texts only. */

import { plain } from "./csv.js";

/** Decimals of a time that has no constant distance to the next: microseconds. */
const TIMED_DECIMALS = 6;
/** Significant digits of a value of float32: what it holds. One of float64 has as many as tell it from others. */
const DIGITS = 7;

/**
 * A page of rows, counted from the newest one.
 * @param {{from: number, to: number}} range indices of what there is
 * @param {number} offset rows that are newer than the first of the page
 * @param {number} size
 * @returns {{first: number, next: number, offset: number, count: number}} indices [first, next), the offset as far as it is
 *   possible, and how many rows there are in all
 */
export function pageOf({ from, to }, offset, size) {
  const count = to - from;
  const possible = Math.max(0, Math.min(offset, count - 1));
  const next = to - possible;
  return { first: Math.max(from, next - size), next, offset: possible, count };
}

/**
 * What stands over the columns.
 * @param {{name: string, unit: string}[]} signals
 * @param {boolean} envelope
 */
export function heading(signals, envelope) {
  const kinds = envelope ? [" min", " max"] : [""];
  const named = (/** @type {{name: string, unit: string}} */ { name, unit }) =>
    kinds.map((kind) => `${name}${kind}${unit ? ` (${unit})` : ""}`);
  return ["Sample", "Time (s)", ...signals.flatMap(named)];
}

/**
 * @param {{stride: number, float64?: boolean, at: (row: number, index: number) => number}} held
 * @param {{first: number, next: number}} page
 * @param {number[]} rows that are shown
 * @param {object} time
 * @param {(index: number) => number} time.timeOf seconds of an index
 * @param {number} time.period seconds between indices, 0 on a timed clock
 * @param {({[code: string]: string} | undefined)[]} [states] names of the values of each row
 * @returns {string[][]} sample index, time and values; an empty text where nothing came
 */
export function tableRows(held, { first, next }, rows, { timeOf, period }, states = []) {
  const decimals = decimalsOf(period);
  return Array.from({ length: next - first }, (_, k) => {
    const index = next - 1 - k;
    const time = timeOf(index).toFixed(decimals);
    const values = rows.map((row, k) => {
      const value = held.at(row, index);
      return states[k]?.[String(value)] ?? valueText(value, held.float64);
    });
    return [String(index * held.stride), time.replace(/^-(0\.?0*)$/, "$1"), ...values];
  });
}

/** Rows as a spreadsheet takes them from the clipboard: names are no formulas. @param {string[][]} rows */
export function toTabs(rows) {
  const safe = (/** @type {string} */ text) => (Number.isNaN(Number(text)) ? plain(text) : text);
  return rows.map((row) => row.map(safe).join("\t")).join("\n");
}

/** @param {number} period */
function decimalsOf(period) {
  return period === 0 ? TIMED_DECIMALS : Math.min(12, Math.max(0, Math.ceil(-Math.log10(period) - 1e-9) + 1));
}

/** @param {number} value @param {boolean} [float64] */
function valueText(value, float64 = false) {
  if (Number.isNaN(value)) return "";
  return String(float64 ? value : Number(value.toPrecision(DIGITS)));
}
