/** Full-rate samples of the end of a window: what to ask the server for, and what it answered. */

import { MOST_VALUES } from "../protocol/history-requests.js";
import { emptyLike } from "./ring.js";

/** @import { SamplesFrame, Values } from "../protocol/frames.js" */

/** Samples of each signal that are asked for where the page holds columns only. */
export const LATEST = 16_384;

/**
 * The range of sample indices to ask for, so that it ends with `last` (inclusive).
 * @param {number} last
 * @param {number} signals
 * @returns {{first: number, last: number}}
 */
export function latestRange(last, signals) {
  const most = Math.min(LATEST, Math.floor(MOST_VALUES / signals));
  return { first: Math.max(0, last + 1 - most), last };
}

/**
 * Frames of samples as one run by signal; NaN where nothing came.
 * @param {SamplesFrame[]} frames as `parse` gives them, in order, at least one
 * @returns {{first: number, dt: number, values: Values[]}}
 */
export function joined(frames) {
  const [head, tail] = [frames[0], frames[frames.length - 1]];
  const length = tail.sample + tail.n - head.sample;
  const values = head.values.map((row, k) => {
    const whole = emptyLike(row, length);
    for (const frame of frames) whole.set(frame.values[k], frame.sample - head.sample);
    return whole;
  });
  return { first: head.sample, dt: head.clock === "timed" ? NaN : head.dt, values };
}
