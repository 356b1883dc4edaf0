/**
 * The line of a signal: writes the points of a trace, samples and pixel columns that hold several, into a buffer that is
 * used again for every picture: x, y, x, y …, with a pair of NaN wherever the line ends. A point between two such pairs
 * is a mark: see `chart/trace-path.js`.
 */

/** @import { Line } from "./line.js" */

/** Numbers that one pixel column may need: what ends the line before it, two corners, four points, and an end. */
export const MOST = 16;

export class Pen {
  /** @type {Float64Array} */
  #out = new Float64Array(0);
  #length = 0;
  /** Where the last point is. */
  x = NaN;
  /** Whether the next point is joined to the last one. */
  down = false;
  /** The value of the last point, while the pen is down; else NaN. */
  last = NaN;
  /** The value where the pen really is, which may be another within a bar. */
  #y = NaN;
  /** The bar that the pen stands in, and where the line leaves it, which is not written yet. */
  #isInBar = false;
  #low = NaN;
  #high = NaN;

  /** @param {Float64Array} out what is written to from now on */
  start(out) {
    this.#out = out;
    this.#length = 0;
    this.x = this.last = NaN;
    this.down = this.#isInBar = false;
  }

  /** On to a point: a line, where the pen is down. A point that is written already is not written again. @param {number} x @param {number} y */
  to(x, y) {
    if (this.down && x === this.x && y === this.last) return;
    this.leave();
    this.#write(x, y);
    this.last = y;
  }

  /** @param {number} x @param {number} y */
  #write(x, y) {
    this.#out[this.#length] = x;
    this.#out[this.#length + 1] = y;
    this.#length += 2;
    this.down = true;
    this.x = x;
    this.#y = y;
  }

  /** Go to where the line leaves a bar: what comes is not right behind it. */
  leave() {
    if (this.#isInBar && this.#y !== this.last) this.#write(this.x, this.last);
    this.#isInBar = false;
  }

  /** End the line here. */
  lift() {
    if (!this.down) return;
    this.#out[this.#length] = this.#out[this.#length + 1] = NaN;
    this.#length += 2;
    this.down = this.#isInBar = false;
    this.last = NaN;
  }

  /**
   * A pixel column right behind the one before. How the line comes from that one is not written where nobody can see
   * it, since points are what a picture costs.
   * @param {number} x
   * @param {number} first
   * @param {number} low
   * @param {number} high
   * @param {number} last
   */
  bar(x, first, low, high, last) {
    if (!this.#isInBar || !this.#isWayHidden(first, low, high)) {
      this.leave();
      this.to(x, first);
    }
    const y = this.#y;
    const isDownwards = Math.abs(y - high) < Math.abs(y - low);
    const near = isDownwards ? high : low;
    const far = isDownwards ? low : high;
    if (x !== this.x || near !== y) this.#write(x, near);
    if (far !== near) this.#write(x, far);
    this.last = last;
    this.#low = low;
    this.#high = high;
    this.#isInBar = true;
  }

  /**
   * Whether the way from the end of the bar before to the nearer end of the next one can stand for the true way, from
   * the last value of that one to the first of this: half-way, between the two pixels, they are no further apart than
   * the shorter bar is high.
   * @param {number} first where the line enters the next one
   * @param {number} low
   * @param {number} high
   */
  #isWayHidden(first, low, high) {
    const y = this.#y;
    const near = Math.abs(y - high) < Math.abs(y - low) ? high : low;
    const apart = Math.abs(this.last / 2 - y / 2 + (first / 2 - near / 2));
    return apart <= high - low && apart <= this.#high - this.#low;
  }

  /**
   * A pixel column, from its first value to its last and through both extremes; up to four points.
   * @param {number} left x of the first value, and of the extremes
   * @param {number} right x of the last
   * @param {number} first NaN where the order is not known: then the extreme that is nearer to the point before comes first
   * @param {number} low
   * @param {number} high
   * @param {number} last
   */
  column(left, right, first, low, high, last) {
    const isOrdered = !Number.isNaN(first);
    const from = isOrdered ? first : this.last;
    const upwards = !(Math.abs(from - high) < Math.abs(from - low));
    const near = upwards ? low : high;
    const far = upwards ? high : low;
    const end = isOrdered ? last : far;
    if (isOrdered) this.to(left, first);
    if (near !== end) this.to(left, near);
    if (far !== end) this.to(left, far);
    this.to(right, end);
  }

  /** What was written since `start`. */
  get points() {
    return this.#out.subarray(0, this.down ? this.#length : Math.max(0, this.#length - 2));
  }
}

/**
 * Where a value is missing.
 * @param {Pen} pen
 * @param {number} x
 * @param {Line} line
 */
export function pass(pen, x, { shape, missing }) {
  if (!pen.down || missing === "joined") return;
  // What is held until the next sample is held until the one that is missing.
  if (shape === "step" || missing === "held") pen.to(x, pen.last);
  if (missing === "hole") pen.lift();
}

/**
 * Where a sample is.
 * @param {Pen} pen
 * @param {number} x
 * @param {number} y
 * @param {Line} line
 */
export function reach(pen, x, y, { shape }) {
  if (shape === "step" && pen.down) pen.to(x, pen.last);
  pen.to(x, y);
  if (shape === "points") pen.lift();
}

/**
 * @typedef {object} Column low > high where it has no value
 * @property {number} first NaN where the order is not known, as in columns of the server's
 * @property {number} low
 * @property {number} high
 * @property {number} last
 * @property {boolean} opens whether nothing is missing before the first value
 * @property {boolean} closes whether nothing is missing after the last
 */

/**
 * The line goes through the column; where something is missing at either end of it, it stops or
 * goes on as the signal's line does. Within a column nobody can see a hole.
 * @param {Pen} pen
 * @param {number} left x of its first value
 * @param {number} right x of its last
 * @param {Column} column
 * @param {Line} line
 */
export function drawColumn(pen, left, right, { first, low, high, last, opens, closes }, line) {
  if (!(low <= high)) {
    pen.leave();
    return pass(pen, left, line);
  }
  if (!opens) pass(pen, left, line);
  if (line.shape === "step" && pen.down) pen.to(left, pen.last);
  pen.column(left, right, first, low, high, last);
  if (line.shape === "points") pen.lift();
  else if (!closes) pass(pen, right, line);
}
