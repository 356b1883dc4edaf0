/**
 * What the ring holds of a window, as points for the chart: chooses between samples and columns,
 * and keeps the buffers that are used again for every frame. Arrays and numbers only.
 */

import { DIRECT, Fold, searchTime } from "../samples/decimation.js";
import { lineOf } from "../samples/line.js";
import { MOST, Pen } from "../samples/pen.js";
import { drawSamples } from "../samples/sample-line.js";
import { HALF, pointsPerSample, Smooth } from "../samples/smooth.js";

/**
 * @import { Line } from "../samples/line.js"
 * @import { Ring } from "../samples/ring.js"
 */

/**
 * @typedef {object} View what is drawn of a ring
 * @property {number} edge seconds of the stream at the right end
 * @property {number} window seconds
 * @property {number} columns device pixels across the plot
 * @property {number} [ratio] device pixels of a CSS pixel
 * @property {number} period seconds between indices of the ring; 0 on a timed clock
 * @property {boolean} envelope
 * @property {boolean[]} visible by signal
 * @property {Line[]} [lines] by signal; straight ones with holes where there are none
 * @property {number} [longest] seconds: on a timed clock a longer silence is a hole
 * @property {number} [heldTo] seconds of the stream to which the newest value holds, where a line holds values
 * @property {{position: {sample: number, fraction: number}} | null} [trigger] what the picture stands on; `edge` is taken exactly then
 * @property {number} [zero] the x where the trigger is
 */

/**
 * @typedef {object} Trace of a signal
 * @property {Float64Array} points x, y, x, y …, a pair of NaN where the line ends; a point between two of those is a mark
 * @property {Float64Array} [dots] x, y of samples that are far enough apart to be told one by one
 * @property {number} low extremes of y, of those that are finite; low > high where there are none
 * @property {number} high
 */

/**
 * @typedef {object} Picture x is in seconds from the right end
 * @property {number} edge where that really is, in seconds of the stream
 * @property {string} signature of what is drawn
 * @property {boolean} sparse whether there are fewer indices than pixels
 * @property {Trace[]} traces by signal
 * @property {{from: number, to: number}[]} gaps where nothing came
 */

/** @typedef {(index: number) => number} ToX */

/**
 * @typedef {object} Plan
 * @property {number} edge
 * @property {number} from indices of the ring
 * @property {number} to
 * @property {ToX} xOf
 * @property {number} most points that a trace may need, without a curve
 * @property {(signal: number, line: Line) => void} draw with the pen
 * @property {(line: Line) => number} [curved] points from one sample to the next; 1 where it is no curve
 * @property {number} [spacing] device pixels from one sample to the next; on a timed clock on the average
 */

const NOTHING = new Float64Array(0);
/** @type {Line} */
const STRAIGHT = lineOf({});
/** Of a pixel: what rounding may take from a right end that stands on a whole one. */
const HAIR = 1e-6;
/** CSS pixels between samples from which on each has a dot: nearer, they would hide the line. */
const DOTTED = 8;

export class Points {
  #fold = new Fold();
  #smooth = new Smooth();
  #pen = new Pen();
  /** @type {Float64Array[]} */
  #buffers = [];
  /** @type {Float64Array[]} */
  #dots = [];
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
    // A curve goes by what comes behind the right end, too.
    const to = plan.to + (plan.curved ? HALF : 0);
    const signature = `${plan.edge} ${ring.revision} ${Math.min(to, ring.next)}`;
    if (ring === this.#ring && signature === known) return null;
    this.#ring = ring;
    const { edge, from, xOf } = plan;
    const traces = view.visible.map((visible, k) => (visible ? this.#trace(ring, view, plan, k) : HIDDEN));
    const sparse = plan.to - from < view.columns;
    return { edge, signature, sparse, traces, gaps: gaps(ring, from, plan.to, xOf) };
  }

  /** @param {Ring} ring @param {View} view @param {Plan} plan @param {number} k @returns {Trace} */
  #trace(ring, view, plan, k) {
    const line = view.lines?.[k] ?? STRAIGHT;
    const pen = this.#pen;
    const curved = plan.curved?.(line) ?? 1;
    const size = 2 * curved * (plan.to - plan.from);
    pen.start(buffer(this.#buffers, k, plan.most + (curved > 1 ? size : 0)));
    if (curved > 1) this.#smooth.draw(pen, ring, k, plan.from, plan.to, plan.xOf, line, curved);
    else plan.draw(k, line);
    hold(pen, ring, view, plan, k, line);
    const { points } = pen;
    // What is drawn as points is dots already.
    const isFar = (plan.spacing ?? 0) >= DOTTED * (view.ratio ?? 1) * (1 - HAIR);
    const isDotted = isFar && !view.envelope && line.shape !== "points";
    const dots = isDotted ? dotsOf(ring, k, plan, buffer(this.#dots, k, size)) : NOTHING;
    return { points, dots, ...extremes(points) };
  }

  /** @param {Ring} ring @param {View} view @returns {Plan} */
  #plan(ring, view) {
    if (ring.times) return this.#timed(ring, view);
    const per = view.window / view.period / view.columns;
    // Unaligned pairs show moiré, so columns are folded onto pixels as soon as there are enough.
    return per < (view.envelope ? 1 : DIRECT) ? this.#direct(ring, view, per) : this.#folded(ring, view, per);
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
    const draw = (/** @type {number} */ signal, /** @type {Line} */ line) =>
      this.#fold.draw(this.#pen, signal, from, to, xOf, line, through);
    return { edge, from, to, xOf, draw, most: MOST * (view.columns + 4) };
  }

  /** @param {Ring} ring @param {View} view @param {number} per @returns {Plan} */
  #direct(ring, view, per) {
    const { right, xOf } = scaleOf(view);
    // One more at either end, so that the line reaches the border.
    const from = Math.max(0, Math.floor(right - view.window / view.period));
    const to = Math.ceil(right) + 1;
    const middle = view.envelope ? (/** @type {number} */ index) => xOf(index + 0.5) : xOf;
    const draw = this.#drawer(ring, view, { from, to, xOf: middle, columnOf: null });
    const isCurve = (/** @type {Line} */ { shape, smooth }) => smooth && shape === "linear" && !view.envelope;
    const curved = (/** @type {Line} */ line) => (isCurve(line) ? pointsPerSample(per) : 1);
    return { edge: view.edge, from, to, xOf, draw, curved, spacing: 1 / per, most: MOST * (to - from + 4) };
  }

  /**
   * One pixel column spans as many seconds as a pixel, counted from the epoch's start. Such streams
   * are slow, so the visible samples are folded anew each time.
   * @param {Ring} ring
   * @param {View} view
   * @returns {Plan}
   */
  #timed(ring, view) {
    const from = Math.max(ring.first, searchTime(ring, view.edge - view.window) - 1);
    const to = Math.min(ring.next, searchTime(ring, view.edge) + 1);
    const width = view.window / view.columns;
    const xOf = (/** @type {number} */ index) => (index < ring.first ? -Infinity : ring.timeAt(index) - view.edge);
    const columnOf = (/** @type {number} */ index) => Math.floor(ring.timeAt(index) / width);
    const draw = this.#drawer(ring, view, { from, to, xOf, columnOf });
    const most = MOST * Math.min(view.columns + 4, to - from + 4);
    const spacing = view.columns / Math.max(1, to - from);
    return { edge: view.edge, from, to, xOf, draw, spacing, most };
  }

  /**
   * @param {Ring} ring
   * @param {View} view
   * @param {{from: number, to: number, xOf: ToX, columnOf: ToX | null}} stretch
   */
  #drawer(ring, { envelope, longest = Infinity }, { from, to, xOf, columnOf }) {
    return (/** @type {number} */ signal, /** @type {Line} */ line) => {
      const [low, high] = envelope ? [2 * signal, 2 * signal + 1] : [signal, signal];
      drawSamples(this.#pen, { ring, low, high, xOf, columnOf, longest }, from, to, line);
    };
  }
}

/** @type {Trace} */
const HIDDEN = { points: NOTHING, dots: NOTHING, low: Infinity, high: -Infinity };

/** A buffer of at least this size, kept from picture to picture. @param {Float64Array[]} buffers @param {number} k @param {number} size */
function buffer(buffers, k, size) {
  const kept = buffers[k];
  if (kept && kept.length >= size) return kept;
  buffers[k] = new Float64Array(Math.ceil(size * 1.25) + 16);
  return buffers[k];
}

/**
 * The newest value goes on to now, where the line holds values: until something else comes, it is so.
 * @param {Pen} pen
 * @param {Ring} ring
 * @param {View} view
 * @param {Plan} plan
 * @param {number} k
 * @param {Line} line
 */
function hold(pen, ring, { envelope, heldTo = -Infinity }, { edge, to }, k, { shape, missing }) {
  const isHolding = pen.down && (shape === "step" || missing === "held") && to >= ring.next;
  if (!isHolding) return;
  // Of columns nobody knows which value is the last, unless it is the only one.
  const newest = ring.next - 1;
  if (envelope && ring.at(2 * k, newest) !== ring.at(2 * k + 1, newest)) return;
  const x = Math.min(0, heldTo - edge);
  if (x > pen.x) pen.to(x, pen.last);
}

/** Samples as x, y, x, y …. @param {Ring} ring @param {number} k @param {Plan} plan @param {Float64Array} out */
function dotsOf(ring, k, { from, to, xOf }, out) {
  let length = 0;
  for (let index = Math.max(from, ring.first); index < Math.min(to, ring.next); index += 1) {
    const value = ring.at(k, index);
    if (Number.isNaN(value)) continue;
    out[length] = xOf(index);
    out[length + 1] = value;
    length += 2;
  }
  return out.subarray(0, length);
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

/** Smallest and largest y of points that is finite; low > high where there is none. @param {Float64Array} points */
function extremes(points) {
  let [low, high] = [Infinity, -Infinity];
  for (let at = 1; at < points.length; at += 2) {
    const y = points[at];
    if (y < low && y > -Infinity) low = y;
    if (y > high && y < Infinity) high = y;
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
