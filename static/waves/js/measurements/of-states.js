/**
 * What can be measured of states. Their codes are no quantities, so that they have neither a mean
 * nor an extreme; but how often and for how long they are there can be said.
 */

import { indicesWithin, instantOf } from "../samples/window-samples.js";

/**
 * @import { Line } from "../samples/line.js"
 * @import { Source } from "../samples/window-samples.js"
 */

/** @typedef {{states?: Record<string, string>}} Told */

/**
 * @typedef {object} Stay
 * @property {number} value
 * @property {number} seconds that the signal had it
 * @property {number} times that it came to it
 */

/**
 * @typedef {object} Stretch
 * @property {number} first seconds of the stream
 * @property {number} last
 * @property {number} [heldTo] until when the newest value is known to hold
 * @property {number} [most] samples that are gone through, the newest
 */

/** What counts changes between two states, and not their codes. */
const OF_TWO = new Set(["frequency", "period", "duty", "positiveWidth", "negativeWidth", "phase"]);
const NO_QUANTITY = "States have names, and no such quantity.";
const MORE_THAN_TWO = "It is of two states; there are more of them here.";
/** Samples of all signals together that are gone through: a few milliseconds. */
export const MOST = 120_000;

/**
 * Measurements without those that say nothing of states.
 * @template {{values: Record<string, number>[]}} T
 * @param {T} measured
 * @param {Told[]} signals
 * @returns {T}
 */
export function withoutQuantities(measured, signals) {
  const values = measured.values.map((row, k) => {
    const lacking = Object.keys(row).filter((key) => lackOfStates(key, signals[k]) !== "");
    return lacking.length === 0 ? row : { ...row, ...Object.fromEntries(lacking.map((key) => [key, NaN])) };
  });
  return { ...measured, values };
}

/** Why a measurement says nothing of a signal that has states; empty where it does. @param {string} key @param {Told | undefined} signal */
export function lackOfStates(key, signal) {
  if (!signal?.states) return "";
  if (!OF_TWO.has(key)) return NO_QUANTITY;
  return Object.keys(signal.states).length > 2 ? MORE_THAN_TWO : "";
}

/**
 * For how long signal `k` had each of its values between two seconds of the stream, and how often
 * it came to it. A value stays until the next; where values are missing nobody knows, unless the
 * line goes on. Of columns only those count that hold one value.
 * @param {Source} source
 * @param {number} k
 * @param {Stretch} stretch
 * @param {Line} line
 * @returns {{stays: Stay[], since: number}} in the order of their values, and from which second on
 */
export function staysOf(source, k, { first, last, heldTo = -Infinity, most = MOST }, line) {
  const { ring, envelope } = source;
  const { from, to } = indicesWithin(source, first, last);
  const [low, high] = envelope ? [2 * k, 2 * k + 1] : [k, k];
  /** @type {Map<number, Stay>} */
  const stays = new Map();
  const begin = Math.max(ring.first, from - 1, to - most);
  let former = NaN;
  for (let index = begin; index < to; index += 1) {
    const value = ring.at(low, index) === ring.at(high, index) ? ring.at(low, index) : NaN;
    const goesOn = Number.isNaN(value) && line.missing !== "hole" && !envelope;
    const now = goesOn ? former : value;
    const seconds = Math.min(last, endOf(source, index, heldTo)) - Math.max(first, instantOf(source, index));
    if (!Number.isNaN(now) && seconds > 0) stay(stays, now, seconds, now !== former);
    former = now;
  }
  const since = begin > from - 1 ? Math.max(first, instantOf(source, begin)) : first;
  return { stays: [...stays.values()].sort((a, b) => a.value - b.value), since };
}

/** Until when a value holds. @param {Source} source @param {number} index @param {number} heldTo */
function endOf(source, index, heldTo) {
  if (!source.ring.times || index + 1 < source.ring.next) return instantOf(source, index + 1);
  return Math.max(heldTo, instantOf(source, index));
}

/** @param {Map<number, Stay>} stays @param {number} value @param {number} seconds @param {boolean} comes */
function stay(stays, value, seconds, comes) {
  const known = stays.get(value) ?? { value, seconds: 0, times: 0 };
  known.seconds += seconds;
  if (comes) known.times += 1;
  stays.set(value, known);
}
