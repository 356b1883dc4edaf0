/** What a signal is at an instant, for cursors: of samples where the line is that is drawn, else a column. */

import { searchTime } from "../samples/decimation.js";
import { searchKnown } from "../samples/known.js";
import { Smooth } from "../samples/smooth.js";
import { instantOf } from "../samples/window-samples.js";
import { PLAIN } from "./line-values.js";

/**
 * @import { Source } from "../samples/window-samples.js"
 * @import { Course } from "./line-values.js"
 */

const curve = new Smooth();
/** Of a sample: what rounding may take from an instant. */
const HAIR = 1e-6;

/** @typedef {{source: Source, k: number, seconds: number, line: Course, longest: number}} Wanted */

/**
 * The value of signal `k` at `seconds` of the stream: {low, high}, which are equal where the
 * source holds samples. NaN where there is no line; of points it is the nearest one.
 * @param {Source} source
 * @param {number} k
 * @param {number} seconds
 * @param {Course} [line]
 * @param {number} [longest] seconds beyond which no straight line joins two samples
 */
export function valueAt(source, k, seconds, line = PLAIN, longest = Infinity) {
  const { ring, envelope } = source;
  const before = indexBefore(source, seconds);
  if (envelope) return { low: ring.at(2 * k, before), high: ring.at(2 * k + 1, before) };
  const value = lineAt({ source, k, seconds, line, longest }, before);
  return { low: value, high: value };
}

/** @param {Wanted} wanted @param {number} index the last one that is not after the instant */
function lineAt(wanted, index) {
  const { source, k, line } = wanted;
  const { shape, missing } = line;
  if (shape === "points") return nearest(wanted, index);
  // A state goes on to now, where no other came.
  const last = shape === "step" ? Math.min(index, source.ring.next - 1) : index;
  const before = missing === "hole" ? last : searchKnown(source.ring, k, index, -1);
  const value = source.ring.at(k, before);
  if (shape === "step" || missing === "held") return value;
  if (Math.abs(wanted.seconds - instantOf(source, before)) <= HAIR * source.period) return value;
  return between(wanted, before, missing === "hole" ? index + 1 : searchKnown(source.ring, k, index + 1, 1));
}

/**
 * The value of the line from one sample to another: the curve, where both are neighbours, else straight.
 * @param {Wanted} wanted
 * @param {number} before
 * @param {number} after
 */
function between({ source, k, seconds, longest, line }, before, after) {
  if (line.smooth && !source.ring.times && after === before + 1) {
    return curve.valueAt(source.ring, k, seconds / source.period);
  }
  const [from, to] = [instantOf(source, before), instantOf(source, after)];
  if (to - from > longest) return NaN;
  const [value, next] = [source.ring.at(k, before), source.ring.at(k, after)];
  return value + ((seconds - from) / (to - from)) * (next - value);
}

/** @param {Wanted} wanted @param {number} index */
function nearest({ source, k, seconds }, index) {
  const isNext = instantOf(source, index + 1) - seconds < seconds - instantOf(source, index);
  return source.ring.at(k, isNext ? index + 1 : index);
}

/**
 * The last index that is not after an instant; past the newest where nothing came since.
 * @param {Source} source
 * @param {number} seconds
 */
function indexBefore({ ring, period }, seconds) {
  if (!ring.times) {
    // Within a millionth of a sample it is that sample.
    const at = seconds / period;
    return Math.abs(at - Math.round(at)) < HAIR ? Math.round(at) : Math.floor(at);
  }
  const next = searchTime(ring, seconds);
  return next < ring.next && ring.timeAt(next) === seconds ? next : next - 1;
}
