/** Copies of traces to compare with, and how they are kept. Arrays and texts only. */

/** More copies than this nobody tells apart. */
export const MOST = 8;
/** Significant digits that are kept: finer than a pixel of any screen. */
const DIGITS = 6;

/**
 * A copy of what is drawn of a signal.
 * @param {Float32Array} points x, y, x, y …, x in seconds from the right end
 * @param {number} zero the x that is labelled 0: the copy is drawn at the same labels again
 */
export function copyOf({ points, zero, key, label }) {
  return { id: `${key}-${Math.random().toString(36).slice(2, 8)}`, key, label, points: moved(points, -zero) };
}

/** Points moved along x. */
export function moved(points, by) {
  return points.map((value, at) => (at % 2 ? value : value + by));
}

/** @returns {string} for the storage of the browser */
export function toJson(copies) {
  const short = (value) => (Number.isNaN(value) ? null : Number(value.toPrecision(DIGITS)));
  return JSON.stringify(copies.map((copy) => ({ ...copy, points: Array.from(copy.points, short) })));
}

/** What `toJson` made; nothing where it cannot be read. */
export function fromJson(text) {
  try {
    return JSON.parse(text ?? "[]").map((copy) => ({
      ...copy,
      points: Float32Array.from(copy.points, (value) => value ?? NaN),
    }));
  } catch {
    return [];
  }
}

/** `colour` half-way to `background`, both as [r, g, b]: seen, but behind what is live. */
export function dimmed(colour, background) {
  return `rgb(${colour.map((channel, k) => Math.round((channel + background[k]) / 2)).join(", ")})`;
}
