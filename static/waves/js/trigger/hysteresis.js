/**
 * The hysteresis of a trigger that nobody chose: as much as the noise of the signal asks for.
 * `waves/dsp/hysteresis.py` is the same for the server's search.
 */

import { noiseOf } from "../samples/noise.js";

/**
 * @import { Record as Held } from "../samples/record.js"
 * @import { TriggerSettings } from "./trigger.js"
 */

/**
 * @typedef {Pick<TriggerSettings, "kind" | "slope" | "direction"> & Record<"level" | "low" | "high", number | null>} Levels
 *   the settings that it depends on
 */

/** @typedef {{low: number, high: number, noise: number}} Seen the extremes of a signal, and the deviation of its noise */

/** A level is chosen from what these seconds show of a signal, or a window if that is shorter. */
const ENOUGH = 1;
/** More samples than this need not be looked at for that. */
const MOST_SAMPLES = 100_000;
/** What looks like noise of more than this share of the deviation is the signal itself. */
const MOST_NOISE = 0.35;
/** Of the span of a signal without noise: what is below it nobody sees. */
const LEAST = 0.02;
/** Deviations of noise: on a slow edge it goes five below the level, and then not five above it. */
const REACH = 10;
/** The noise is taken off the extremes by so many deviations, to see where the signal itself turns. */
const CREST = 3;
/** Of the way from the level to where the signal turns: it has to get there in every period. */
const MOST = 0.9;

/**
 * What is seen of a signal of what a page holds; null before there is enough to go by.
 * @param {Pick<Held, "ring" | "dt" | "envelope">} record
 * @param {number} k place of the signal
 * @param {number} window seconds
 */
export function seenIn({ ring, dt, envelope }, k, window) {
  if (!ring) return null;
  const wanted = dt > 0 ? Math.ceil(Math.min(window, ENOUGH) / dt) : 2;
  const from = Math.max(ring.first, ring.next - Math.min(MOST_SAMPLES, Math.max(2, wanted)));
  if (ring.next - ring.first < 0.9 * wanted) return null;
  if (!envelope) return seenOf(ring.slice(k, from, ring.next));
  return seenOf([...ring.slice(2 * k, from, ring.next), ...ring.slice(2 * k + 1, from, ring.next)]);
}

/**
 * What is seen of a signal.
 * @param {ArrayLike<number>} samples with NaN for "no value"
 * @returns {Seen | null} null where it is constant, or nothing
 */
export function seenOf(samples) {
  let [count, low, high] = [0, Infinity, -Infinity];
  for (let at = 0; at < samples.length; at += 1) {
    if (!Number.isFinite(samples[at])) continue;
    count += 1;
    low = Math.min(low, samples[at]);
    high = Math.max(high, samples[at]);
  }
  if (!(low < high)) return null;
  const noise = noiseOf(samples);
  return { low, high, noise: noise < MOST_NOISE * deviationOf(samples, count) ? noise : 0 };
}

/** @param {ArrayLike<number>} samples @param {number} count of those that are finite */
function deviationOf(samples, count) {
  let [sum, squares] = [0, 0];
  for (let at = 0; at < samples.length; at += 1) if (Number.isFinite(samples[at])) sum += samples[at] / count;
  for (let at = 0; at < samples.length; at += 1) {
    if (Number.isFinite(samples[at])) squares += (samples[at] - sum) ** 2 / count;
  }
  return Math.sqrt(squares);
}

/**
 * What keeps noise from triggering on the wrong edge, in the unit of the signal.
 * @param {Levels} settings
 * @param {Seen} seen
 */
export function hysteresisOf(settings, { low, high, noise }) {
  const least = LEAST * (high - low);
  const room = MOST * roomOf(settings, low + CREST * noise, high - CREST * noise);
  return room > 0 ? Math.min(Math.max(least, REACH * noise), room) : least;
}

/**
 * How far the signal goes beyond the level, to where a crossing is armed.
 * @param {Levels} settings
 * @param {number} bottom
 * @param {number} top
 */
function roomOf({ kind, slope, direction, level, low, high }, bottom, top) {
  if (kind === "window") {
    const width = (high ?? NaN) - (low ?? NaN);
    return direction === "leaving" ? width : Math.min(width, (low ?? NaN) - bottom, top - (high ?? NaN));
  }
  const [below, above] = [(level ?? NaN) - bottom, top - (level ?? NaN)];
  if (kind === "pulse" || slope === "either") return Math.min(below, above);
  return slope === "rising" ? below : above;
}
