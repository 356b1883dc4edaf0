/** What a signal is at an instant, for cursors: from samples by interpolation, else a column. */

import { searchTime } from "../samples/decimation.js";

/** @import { Source } from "../samples/window-samples.js" */

/**
 * The value of signal `k` at `seconds` of the stream: {low, high}, which are equal where the
 * source holds samples. NaN where nothing is held.
 * @param {Source} source
 * @param {number} k
 * @param {number} seconds
 */
export function valueAt(source, k, seconds) {
  const { ring, envelope } = source;
  const at = placeOf(source, seconds);
  const index = Math.floor(at);
  if (envelope) return { low: ring.at(2 * k, index), high: ring.at(2 * k + 1, index) };
  const [before, after] = [ring.at(k, index), ring.at(k, index + 1)];
  const value = at === index ? before : before + (at - index) * (after - before);
  return { low: value, high: value };
}

/**
 * An instant as an index of the ring, whole or not.
 * @param {Source} source
 * @param {number} seconds
 */
function placeOf({ ring, period }, seconds) {
  if (!ring.times) {
    // Within a billionth of a sample it is that sample.
    const at = seconds / period;
    return Math.abs(at - Math.round(at)) < 1e-6 ? Math.round(at) : at;
  }
  const next = searchTime(ring, seconds);
  if (next >= ring.next || next <= ring.first) return ring.timeAt(next) === seconds ? next : NaN;
  const [before, after] = [ring.timeAt(next - 1), ring.timeAt(next)];
  return next - 1 + (seconds - before) / (after - before);
}
