/** Samples as rows of texts, the newest first. Arrays, numbers and texts only. */

import { instantOf, rowsOfSignal } from "../samples/window-samples.js";

/** Decimals of a time that has no constant distance to the next: microseconds. */
const TIMED_DECIMALS = 6;
/** Significant digits of a value: what float32 holds. */
const DIGITS = 7;

/**
 * A page of rows, counted from the newest one.
 * @param {{from: number, to: number}} range indices of what there is
 * @param {number} offset rows that are newer than the first of the page
 * @returns {{first, next, offset, count}} indices [first, next), the offset as far as it is
 *   possible, and how many rows there are in all
 */
export function pageOf({ from, to }, offset, size) {
  const count = to - from;
  const possible = Math.max(0, Math.min(offset, count - 1));
  const next = to - possible;
  return { first: Math.max(from, next - size), next, offset: possible, count };
}

/** What stands over the columns. @param {{name, unit}[]} signals */
export function heading(signals, envelope) {
  const kinds = envelope ? [" min", " max"] : [""];
  const named = ({ name, unit }) => kinds.map((kind) => `${name}${kind}${unit ? ` (${unit})` : ""}`);
  return ["Sample", "Time (s)", ...signals.flatMap(named)];
}

/**
 * @param {object} source as of a picture
 * @param {{first: number, next: number}} page
 * @param {number} zero second of the stream that is called 0
 * @param {number} signals how many there are
 * @returns {string[][]} sample index, time and values; an empty text where nothing came
 */
export function tableRows(source, { first, next }, zero, signals) {
  const decimals = decimalsOf(source);
  const columns = Array.from({ length: signals }, (_, k) => rowsOfSignal(source, k)).flat();
  return Array.from({ length: next - first }, (_, k) => {
    const index = next - 1 - k;
    const time = (instantOf(source, index) - zero).toFixed(decimals);
    const values = columns.map((row) => valueText(source.ring.at(row, index)));
    return [String(index * source.ring.stride), time.replace(/^-(0\.?0*)$/, "$1"), ...values];
  });
}

/** Rows as a spreadsheet takes them from the clipboard. */
export function toTabs(rows) {
  return rows.map((row) => row.join("\t")).join("\n");
}

function decimalsOf({ ring, period }) {
  return ring.times ? TIMED_DECIMALS : Math.min(9, Math.max(0, Math.ceil(-Math.log10(period) - 1e-9) + 1));
}

function valueText(value) {
  return Number.isNaN(value) ? "" : String(Number(value.toPrecision(DIGITS)));
}
