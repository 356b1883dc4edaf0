/**
 * The curve sin(x)/x between samples, as instruments draw it: what a signal did that holds no
 * frequency above half the rate. Each point is a sum over samples on both sides, weighted by sin(x)/x
 * under a Kaiser window.
 *
 * Where a signal is not of that kind the curve would swing beside its steps, so it stays away from
 * them. Of three neighbouring differences of a sine, of whatever frequency, none is more than three
 * times as large as the larger of the other two, on either side of it: d₂ = 2·cos ω·d₁ − d₀.
 * So a difference more than `LEAP` times as large as both before it, or both after it, is a step: it
 * is drawn straight, and the samples beyond it are not used. Nor are those beyond a missing value,
 * or the newest; near these the sums are shorter.
 */

import { drawSample, joinAfter, joinBefore } from "./sample-line.js";

/**
 * @import { Line } from "./line.js"
 * @import { Pen } from "./pen.js"
 * @import { Ring } from "./ring.js"
 */

/** Samples on either side of a point: docs/oscilloscope.md has the error, which fewer would not keep to. */
export const HALF = 12;
/**
 * How sharply the window falls off, by samples on either side: the least error at 2.5 samples a period.
 * Of few samples no sum holds such a frequency, and with this at least a slow one is truer than straight.
 */
const BETA = 0.625;
const LEAST_BETA = 4;
const LEAP = 4;
/** Of a sample: as exactly as that a crossing is found. */
const NARROW = 1e-6;
/** Points from one sample to the next: more than this, and the chords between them are seen by nobody. */
export const MOST = 32;

/** Weights of 2·m samples at each `MOST`th between the middle two, by m. @type {Float64Array[][]} */
const KERNELS = Array.from({ length: HALF + 1 }, (_, m) =>
  Array.from({ length: MOST }, (_, u) => (m < 2 ? new Float64Array(0) : kernel(m, u / MOST))),
);

/**
 * How many points from one sample to the next fill the pixels: a power of two; 1 is a straight line.
 * @param {number} per samples per pixel
 */
export function pointsPerSample(per) {
  return per >= 1 ? 1 : Math.min(MOST, 2 ** Math.ceil(-Math.log2(per)));
}

/** Draws curves; keeps its arrays from picture to picture. */
export class Smooth {
  /** Samples, less the first of them that there is: what is added up is small then. */
  #values = new Float64Array(0);
  /** How many differences without a step there are before a sample, and after it; HALF at most. */
  #before = new Uint8Array(0);
  #after = new Uint8Array(0);
  #base = 0;

  /**
   * Draw the indices [from, to) of a row, as far as they are held.
   * @param {Pen} pen
   * @param {Ring} ring
   * @param {number} row
   * @param {number} from
   * @param {number} to
   * @param {(index: number) => number} xOf
   * @param {Line} line
   * @param {number} points from one sample to the next, a power of two up to MOST
   */
  draw(pen, ring, row, from, to, xOf, line, points) {
    const [begin, end] = [Math.max(from, ring.first), Math.min(to, ring.next)];
    if (begin >= end) return;
    const first = Math.max(ring.first, begin - HALF);
    this.#take(ring, row, first, Math.min(ring.next, end + HALF));
    joinBefore(pen, ring, row, begin, xOf, line);
    for (let index = begin; index < end; index += 1) {
      drawSample(pen, xOf(index), ring.at(row, index), line);
      if (index + 1 < end) this.#between(pen, index, index - first, xOf, points);
    }
    joinAfter(pen, ring, row, end, xOf, line);
  }

  /**
   * The value at an index, whole or not, on the curve.
   * @param {Ring} ring
   * @param {number} row
   * @param {number} index
   */
  valueAt(ring, row, index) {
    const before = Math.floor(index);
    if (before === index) return ring.at(row, before);
    const [low, high] = [ring.at(row, before), ring.at(row, before + 1)];
    if (Number.isNaN(low + high)) return NaN;
    const { at, m } = this.#around(ring, row, before);
    return m < 2 ? low + (index - before) * (high - low) : this.#sum(at, kernel(m, index - before));
  }

  /**
   * Where the curve has the value that the straight line has at a fraction of the way from an index
   * to the next: a trigger is looked for on straight lines, and seen on the curve.
   * @param {Ring} ring
   * @param {number} row
   * @param {number} index
   * @param {number} fraction
   * @returns {number} a fraction, to a millionth; the given one where the line is straight
   */
  crossing(ring, row, index, fraction) {
    const [low, high] = [ring.at(row, index), ring.at(row, index + 1)];
    const { at, m } = this.#around(ring, row, index);
    if (m < 2 || fraction === 0) return fraction;
    const level = low + fraction * (high - low);
    let [from, to] = [0, 1];
    while (to - from > NARROW) {
      const middle = (from + to) / 2;
      if (this.#sum(at, kernel(m, middle)) < level === low < high) from = middle;
      else to = middle;
    }
    return (from + to) / 2;
  }

  /** The place of an index among the values, and how many samples on either side its sums may use. @param {Ring} ring @param {number} row @param {number} index */
  #around(ring, row, index) {
    const first = Math.max(ring.first, index - HALF);
    this.#take(ring, row, first, Math.min(ring.next, index + 1 + HALF));
    return { at: index - first, m: this.#reach(index - first) };
  }

  /**
   * The points between a sample and the next; none where the line is straight.
   * @param {Pen} pen
   * @param {number} index
   * @param {number} at its place among the values
   * @param {(index: number) => number} xOf
   * @param {number} points
   */
  #between(pen, index, at, xOf, points) {
    const m = this.#reach(at);
    if (m < 2) return;
    for (let u = 1; u < points; u += 1) {
      const y = this.#sum(at, KERNELS[m][(u * MOST) / points]);
      if (Number.isFinite(y)) pen.to(xOf(index + u / points), y);
    }
  }

  /** How many samples on either side may be used after the one at `at`; below 2 the line is straight. @param {number} at */
  #reach(at) {
    if (this.#after[at] === 0) return 0;
    return Math.min(HALF, this.#before[at] + 1, this.#after[at + 1] + 1);
  }

  /** @param {number} at @param {Float64Array} weights */
  #sum(at, weights) {
    const values = this.#values;
    const first = at + 1 - weights.length / 2;
    let sum = 0;
    for (let k = 0; k < weights.length; k += 1) sum += weights[k] * values[first + k];
    return sum + this.#base;
  }

  /** @param {Ring} ring @param {number} row @param {number} first @param {number} next */
  #take(ring, row, first, next) {
    const length = Math.max(0, next - first);
    if (length > this.#values.length) {
      this.#values = new Float64Array(length * 2);
      this.#before = new Uint8Array(length * 2);
      this.#after = new Uint8Array(length * 2);
    }
    this.#base = 0;
    for (let at = 0; at < length; at += 1) this.#values[at] = ring.at(row, first + at);
    const base = this.#values.find((value) => Math.abs(value) < Infinity) ?? 0;
    for (let at = 0; at < length; at += 1) this.#values[at] -= base;
    this.#base = base;
    this.#measure(length);
  }

  /** @param {number} length */
  #measure(length) {
    const [before, after] = [this.#before, this.#after];
    before[0] = 0;
    after[length - 1] = 0;
    for (let at = 1; at < length; at += 1)
      before[at] = this.#isSmooth(at - 1, length) ? Math.min(HALF, before[at - 1] + 1) : 0;
    for (let at = length - 2; at >= 0; at -= 1) after[at] = before[at + 1] > 0 ? Math.min(HALF, after[at + 1] + 1) : 0;
  }

  /** Whether both ends are there, and it is no step from the one at `at` to the next. @param {number} at @param {number} length */
  #isSmooth(at, length) {
    const step = this.#difference(at, length);
    if (Number.isNaN(step)) return false;
    // Comparisons with NaN are false: where less is known, it is no step.
    const isAfter = step > LEAP * Math.max(this.#difference(at - 1, length), this.#difference(at - 2, length));
    const isBefore = step > LEAP * Math.max(this.#difference(at + 1, length), this.#difference(at + 2, length));
    return !isAfter && !isBefore;
  }

  /** @param {number} at @param {number} length */
  #difference(at, length) {
    return at < 0 || at + 1 >= length ? NaN : Math.abs(this.#values[at + 1] - this.#values[at]);
  }
}

/**
 * Weights of the m samples before and the m after a point; their sum is 1, so that what is level
 * stays level.
 * @param {number} m at least 2
 * @param {number} share of the way between the two in the middle
 */
function kernel(m, share) {
  const weights = Float64Array.from({ length: 2 * m }, (_, k) => {
    const x = k - m + 1 - share;
    return sinc(x) * bessel(Math.max(LEAST_BETA, BETA * m) * Math.sqrt(Math.max(0, 1 - (x / m) ** 2)));
  });
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/** @param {number} x */
function sinc(x) {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** I₀, of which a Kaiser window is made: by its series, which ends soon. @param {number} x */
function bessel(x) {
  let [sum, term] = [1, 1];
  for (let k = 1; term > 1e-17 * sum; k += 1) sum += term *= (x / (2 * k)) ** 2;
  return sum;
}
