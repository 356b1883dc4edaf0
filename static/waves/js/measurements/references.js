/** Copies of traces to compare with, and how they are kept. Arrays and texts only. */

/**
 * @typedef {object} Copy of what was drawn of a signal
 * @property {string} id
 * @property {string} key of the signal
 * @property {string} label
 * @property {Float32Array} points x, y, x, y …, x in seconds from where the label 0 is
 */

/** @typedef {Omit<Copy, "points"> & {points: (number | null)[]}} Stored */

/** More copies than this nobody tells apart. */
export const MOST = 8;
/** Significant digits that are kept: finer than a pixel of any screen. */
const DIGITS = 6;

/**
 * A copy of what is drawn of a signal.
 * `points` are x, y, x, y …, x in seconds from the right end; `zero` is the x that is labelled 0: the
 * copy is drawn at the same labels again.
 * @param {{points: Float32Array, zero: number, key: string, label: string}} drawn
 * @returns {Copy}
 */
export function copyOf({ points, zero, key, label }) {
  return { id: `${key}-${Math.random().toString(36).slice(2, 8)}`, key, label, points: moved(points, -zero) };
}

/**
 * Points moved along x.
 * @param {Float32Array} points
 * @param {number} by
 */
export function moved(points, by) {
  return points.map((value, at) => (at % 2 ? value : value + by));
}

/** @param {Copy[]} copies @returns {string} for the storage of the browser */
export function toJson(copies) {
  const short = (/** @type {number} */ value) => (Number.isNaN(value) ? null : Number(value.toPrecision(DIGITS)));
  return JSON.stringify(copies.map((copy) => ({ ...copy, points: Array.from(copy.points, short) })));
}

/**
 * What `toJson` made; nothing where it cannot be read.
 * @param {string | null} text
 * @returns {Copy[]}
 */
export function fromJson(text) {
  try {
    return JSON.parse(text ?? "[]").map((/** @type {Stored} */ copy) => ({
      ...copy,
      points: Float32Array.from(copy.points, (value) => value ?? NaN),
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
