/** Which indices of a source lie in a stretch of time, and when they were. */

import { searchTime } from "./decimation.js";

/** @import { Ring } from "./ring.js" */

/**
 * @typedef {object} Source what something is drawn from
 * @property {Ring} ring
 * @property {number} period seconds between indices of the ring; 0 on a timed clock
 * @property {boolean} envelope whether it holds minima and maxima instead of samples
 */

/** Of a period: what rounding may take from an instant. */
const HAIR = 1e-6;

/**
 * The indices [from, to) that a source holds between two seconds of the stream, ends included;
 * of an envelope the columns that reach into it.
 * @param {Source} source
 * @param {number} first
 * @param {number} last
 * @returns {{from: number, to: number}}
 */
export function indicesWithin({ ring, period, envelope }, first, last) {
  if (ring.times) {
    return { from: searchTime(ring, first), to: searchTime(ring, last + Number.EPSILON * Math.abs(last)) };
  }
  const [low, high] = [first / period, last / period];
  const from = envelope ? Math.floor(low + HAIR) : Math.ceil(low - HAIR);
  const to = envelope ? Math.ceil(high - HAIR) : Math.floor(high + HAIR) + 1;
  const begin = Math.max(from, ring.first);
  return { from: begin, to: Math.max(begin, Math.min(to, ring.next)) };
}

/**
 * Seconds of the stream of an index; of a column its beginning.
 * @param {Pick<Source, "ring" | "period">} source
 * @param {number} index
 */
export function instantOf({ ring, period }, index) {
  return ring.times ? ring.timeAt(index) : index * period;
}

/**
 * Rows of the ring that belong to a signal: its samples, or its minima and maxima.
 * @param {Pick<Source, "envelope">} source
 * @param {number} k
 */
export function rowsOfSignal({ envelope }, k) {
  return envelope ? [2 * k, 2 * k + 1] : [k];
}

/**
 * Rows of the ring that belong to so many signals.
 * @param {Source} source
 * @param {number} signals
 */
export function rowsOfSignals(source, signals) {
  return Array.from({ length: signals }, (_, k) => rowsOfSignal(source, k)).flat();
}
