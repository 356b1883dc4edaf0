/** Copies of traces to compare with, and how they are kept. Arrays and texts only. */

/**
 * @typedef {object} Copy of what was drawn of a signal
 * @property {string} id
 * @property {string} key of the signal
 * @property {string} label
 * @property {Float64Array} points x, y, x, y …, x in seconds from where the label 0 is
 */

/** @typedef {Omit<Copy, "points"> & {points: (number | null)[], base?: number}} Stored y counts from `base` */

/** More copies than this nobody tells apart. */
export const MOST = 8;
/** Significant digits that are kept: finer than a pixel of any screen. */
const DIGITS = 6;

/**
 * A copy of what is drawn of a signal.
 * `points` are x, y, x, y …, x in seconds from the right end; `zero` is the x that is labelled 0: the
 * copy is drawn at the same labels again.
 * @param {{points: Float64Array, zero: number, key: string, label: string}} drawn
 * @returns {Copy}
 */
export function copyOf({ points, zero, key, label }) {
  return { id: `${key}-${Math.random().toString(36).slice(2, 8)}`, key, label, points: moved(points, -zero) };
}

/**
 * Points moved along x.
 * @param {Float64Array} points
 * @param {number} by
 */
export function moved(points, by) {
  return points.map((value, at) => (at % 2 ? value : value + by));
}

/** @param {Copy[]} copies @returns {string} for the storage of the browser */
export function toJson(copies) {
  return JSON.stringify(copies.map(stored));
}

/** Little ripple on much keeps its digits: they are those of the difference. @param {Copy} copy @returns {Stored} */
function stored(copy) {
  const base = copy.points.find((value, at) => at % 2 === 1 && Number.isFinite(value)) ?? 0;
  const short = (/** @type {number} */ value) => (Number.isFinite(value) ? Number(value.toPrecision(DIGITS)) : null);
  return { ...copy, base, points: Array.from(copy.points, (value, at) => short(at % 2 ? value - base : value)) };
}

/**
 * What `toJson` made; nothing where it cannot be read.
 * @param {string | null} text
 * @returns {Copy[]}
 */
export function fromJson(text) {
  try {
    return JSON.parse(text ?? "[]").map((/** @type {Stored} */ { base = 0, ...copy }) => ({
      ...copy,
      points: Float64Array.from(copy.points, (value, at) => (value ?? NaN) + (at % 2 ? base : 0)),
    }));
  } catch {
    return [];
  }
}

/**
 * `colour` half-way to `background`, both as [r, g, b]: seen, but behind what is live.
 * @param {number[]} colour
 * @param {number[]} background
 */
export function dimmed(colour, background) {
  return `rgb(${colour.map((channel, k) => Math.round((channel + background[k]) / 2)).join(", ")})`;
}
