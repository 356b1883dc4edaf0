/**
 * What the ring holds of a window, as points for the chart: chooses between samples and columns,
 * and keeps the buffers that are used again for every frame. Arrays and numbers only.
 */

import { DIRECT, Fold, samplePoints, searchTime, timedPoints } from "../samples/decimation.js";

/** @import { Ring } from "../samples/ring.js" */

/**
 * @typedef {object} View what is drawn of a ring
 * @property {number} edge seconds of the stream at the right end
 * @property {number} window seconds
 * @property {number} columns device pixels across the plot
 * @property {number} period seconds between indices of the ring; 0 on a timed clock
 * @property {boolean} envelope
 * @property {boolean[]} visible by signal
 * @property {{position: {sample: number, fraction: number}} | null} [trigger] what the picture stands on; `edge` is taken exactly then
 * @property {number} [zero] the x where the trigger is
 */

/**
 * @typedef {{points: Float32Array, low: number, high: number}} Trace x, y, x, y …, and the extremes of y; low > high where all are holes
 */

/**
 * @typedef {object} Picture x is in seconds from the right end
 * @property {number} edge where that really is, in seconds of the stream
 * @property {string} signature of what is drawn
 * @property {boolean} sparse whether there are fewer indices than pixels
 * @property {Trace[]} traces by signal
 * @property {{from: number, to: number}[]} gaps where nothing came
 */

/**
 * @typedef {object} Plan
 * @property {number} edge
 * @property {number} from indices of the ring
 * @property {number} to
 * @property {(index: number) => number} xOf
 * @property {(signal: number, buffer: (size: number) => Float32Array) => Float32Array} points
 * @property {(index: number) => number} [gapX]
 */

/** @typedef {(index: number) => number} ToX */

const NOTHING = new Float32Array(0);
/** Of a pixel: what rounding may take from a right end that stands on a whole one. */
const HAIR = 1e-6;

export class Points {
  #fold = new Fold();
  /** @type {Float32Array[]} */
  #buffers = [];
  /** @type {Ring | null} */
  #ring = null;

  /**
   * @param {Ring} ring
   * @param {View} view
   * @param {string} [known] signature of what is drawn already
   * @returns {Picture | null} null where nothing changed
   */
  of(ring, view, known = "") {
    const plan = this.#plan(ring, view);
    const signature = `${plan.edge} ${ring.revision} ${Math.min(plan.to, ring.next)}`;
    if (ring === this.#ring && signature === known) return null;
    this.#ring = ring;
    const { edge, from, to, xOf } = plan;
    const traces = view.visible.map((visible, signal) => {
      const points = visible ? plan.points(signal, (size) => this.#buffer(signal, size)) : NOTHING;
      return { points, ...extremes(points) };
    });
    const sparse = to - from < view.columns;
    return { edge, signature, sparse, traces, gaps: gaps(ring, from, to, plan.gapX ?? xOf) };
  }

  /** @param {Ring} ring @param {View} view @returns {Plan} */
  #plan(ring, view) {
    if (ring.times) return timedPlan(ring, view);
    const per = view.window / view.period / view.columns;
    // Unaligned pairs show moiré, so columns are folded onto pixels as soon as there are enough.
    return per < (view.envelope ? 1 : DIRECT) ? directPlan(ring, view) : this.#folded(ring, view, per);
  }

  /**
   * @param {Ring} ring
   * @param {View} view
   * @param {number} per
   * @returns {Plan}
   */
  #folded(ring, view, per) {
    const { edge, right, phase, xOf } = view.trigger ? standing(view, per) : sliding(view, per);
    const to = Math.max(1, Math.ceil(right));
    const from = Math.min(to - 1, Math.max(0, Math.round(right - per * view.columns)));
    this.#fold.update(ring, from, to, per, view.envelope, phase);
    const through = view.trigger && !view.envelope ? indexOf(view.trigger.position) : null;
    const points = (/** @type {number} */ signal, /** @type {(size: number) => Float32Array} */ buffer) =>
      this.#fold.points(signal, from, to, xOf, buffer(4 * (view.columns + 4)), through);
    return { edge, from, to, xOf, points };
  }

  /** @param {number} signal @param {number} size */
  #buffer(signal, size) {
    const buffer = this.#buffers[signal];
    if (buffer && buffer.length >= size) return buffer;
    this.#buffers[signal] = new Float32Array(Math.ceil(size * 1.25) + 16);
    return this.#buffers[signal];
  }
}

/**
 * The right end moves by whole pixels, so that each column keeps to its own pixel; where a picture
 * ended, it ends again when it is frozen.
 * @param {View} view
 * @param {number} per
 */
function sliding({ edge, period }, per) {
  const right = Math.floor(edge / period / per + HAIR) * per;
  return { edge: right * period, right, phase: 0, xOf: (/** @type {number} */ index) => (index - right) * period };
}

/**
 * The trigger is a border of columns, wherever it lies between two samples.
 * @param {View} view
 * @param {number} per
 */
function standing(view, per) {
  const phase = view.trigger ? indexOf(view.trigger.position) % per : 0;
  return { ...scaleOf(view), phase: phase > 0 ? phase - per : phase };
}

/**
 * Where the right end is, and the x of an index; counted from the trigger, where there is one,
 * so that the numbers are rounded alike in every sweep.
 * @param {View} view
 */
function scaleOf({ edge, period, zero = 0, trigger }) {
  const right = edge / period;
  if (!trigger) return { edge, right, xOf: (/** @type {number} */ index) => (index - right) * period };
  const { sample, fraction } = trigger.position;
  const xOf = (/** @type {number} */ index) => (index - sample - fraction) * period + zero;
  return { edge, right: sample + fraction - zero / period, xOf };
}

/** @param {{sample: number, fraction: number}} position */
const indexOf = ({ sample, fraction }) => sample + fraction;

/** @param {Ring} ring @param {View} view @returns {Plan} */
function directPlan(ring, view) {
  const { right, xOf } = scaleOf(view);
  // One more at either end, so that the line reaches the border.
  const from = Math.max(0, Math.floor(right - view.window / view.period));
  const to = Math.ceil(right) + 1;
  const drawn = view.envelope ? envelopePoints : samplePoints;
  const points = (/** @type {number} */ signal, /** @type {(size: number) => Float32Array} */ buffer) =>
    drawn(ring, signal, from, to, xOf, buffer(4 * (to - from)));
  return { edge: view.edge, from, to, xOf, points };
}

/** @param {Ring} ring @param {View} view @returns {Plan} */
function timedPlan(ring, view) {
  const from = Math.max(ring.first, searchTime(ring, view.edge - view.window) - 1);
  const to = Math.min(ring.next, searchTime(ring, view.edge) + 1);
  const xOf = (/** @type {number} */ seconds) => seconds - view.edge;
  const scale = { width: view.window / view.columns, xOf };
  const rows = (/** @type {number} */ signal) => (view.envelope ? [2 * signal, 2 * signal + 1] : [signal, signal]);
  const points = (/** @type {number} */ signal, /** @type {(size: number) => Float32Array} */ buffer) => {
    const [low, high] = rows(signal).map((row) => (/** @type {number} */ index) => ring.at(row, index));
    return timedPoints(ring, { low, high }, from, to, scale, buffer(4 * (to - from)));
  };
  const gapX = (/** @type {number} */ index) => xOf(index < ring.first ? -Infinity : ring.timeAt(index));
  return { edge: view.edge, from, to, xOf, points, gapX };
}

/**
 * Columns of an envelope, where there are fewer of them than pixels: both extremes of each.
 * @param {Ring} ring
 * @param {number} signal
 * @param {number} from
 * @param {number} to
 * @param {ToX} xOf
 * @param {Float32Array} out
 */
function envelopePoints(ring, signal, from, to, xOf, out) {
  let length = 0;
  for (let index = Math.max(from, ring.first); index < Math.min(to, ring.next); index += 1) {
    out[length] = out[length + 2] = xOf(index + 0.5);
    out[length + 1] = ring.at(2 * signal, index);
    out[length + 3] = ring.at(2 * signal + 1, index);
    length += 4;
  }
  return out.subarray(0, length);
}

/** Smallest and largest y of points; low > high where all are holes. @param {Float32Array} points */
function extremes(points) {
  let [low, high] = [Infinity, -Infinity];
  for (let at = 1; at < points.length; at += 2) {
    if (points[at] < low) low = points[at];
    if (points[at] > high) high = points[at];
  }
  return { low, high };
}

/**
 * Where nothing came, in x; before the beginning too, where the page saw a former epoch end.
 * @param {Ring} ring
 * @param {number} from
 * @param {number} to
 * @param {ToX} xOf
 */
function gaps(ring, from, to, xOf) {
  const cut = ring.afterCut && ring.first === ring.begin;
  const lost = cut ? [{ first: -Infinity, next: ring.first }, ...ring.gaps] : ring.gaps;
  return lost
    .filter((gap) => gap.first < to && gap.next >= from)
    .map((gap) => ({ from: xOf(gap.first - 1), to: xOf(gap.next) }));
}
