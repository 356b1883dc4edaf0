/**
 * The line of a signal in steps, as bars: one for each stretch in which it keeps its value. Numbers
 * only, in pixels; the arrays are used again for every picture.
 */

import { pixelOf } from "./trace-path.js";

/**
 * @import { Values } from "../protocol/frames.js"
 * @import { Linear } from "./overlay.js"
 */

/** Pixels: where several narrower bars follow one another nobody can tell them apart. */
const NARROW = 2;
/** Pixels between two bars that still touch. */
const TOUCH = 0.5;

export class Bars {
  count = 0;
  /** Pixels, within the borders. */
  from = new Float64Array(64);
  to = new Float64Array(64);
  /** NaN where the signal changes faster than pixels can show. */
  value = new Float64Array(64);
  /** Whether a bar begins at its `from`, and is not only cut by the border. */
  begins = new Uint8Array(64);
  tint = new Uint8Array(64);

  /**
   * @param {Values} points x, y, x, y … of a line in steps; it ends where a value is NaN
   * @param {Linear} x
   * @param {number} left border in pixels
   * @param {number} right
   * @param {(value: number) => number} tintOf
   */
  read(points, x, left, right, tintOf) {
    this.count = 0;
    let [value, begin, end] = [NaN, 0, 0];
    for (let at = 0; at < points.length; at += 2) {
      const y = points[at + 1];
      const px = pixelOf(points[at], x);
      // Not equal either where one of them is NaN.
      if (y !== value) {
        this.#add(begin, end, value, left, right);
        value = y;
        begin = px;
      }
      end = px;
    }
    this.#add(begin, end, value, left, right);
    for (let k = 0; k < this.count; k += 1) this.tint[k] = tintOf(this.value[k]);
  }

  /** The bar at a pixel, or the one that is no further than a pixel; -1 where there is none. @param {number} px */
  at(px) {
    let nearest = -1;
    let distance = 1;
    for (let k = 0; k < this.count; k += 1) {
      const away = Math.max(this.from[k] - px, px - this.to[k], 0);
      if (away < distance) {
        nearest = k;
        distance = away;
      }
    }
    return nearest;
  }

  /** @param {number} begin @param {number} end @param {number} value @param {number} left @param {number} right */
  #add(begin, end, value, left, right) {
    if (Number.isNaN(value) || end < left || begin > right) return;
    const from = Math.max(left, begin);
    const to = Math.min(right, end);
    if (this.#goesOn(from, to)) {
      const last = this.count - 1;
      this.to[last] = to;
      if (value !== this.value[last]) this.value[last] = NaN;
    } else this.#push(from, to, value, begin >= left);
  }

  /** Whether it is one more of many that are too narrow. @param {number} from @param {number} to */
  #goesOn(from, to) {
    const last = this.count - 1;
    if (last < 0 || to - from >= NARROW || from - this.to[last] > TOUCH) return false;
    return Number.isNaN(this.value[last]) || this.to[last] - this.from[last] < NARROW;
  }

  /** @param {number} from @param {number} to @param {number} value @param {boolean} begins */
  #push(from, to, value, begins) {
    if (this.count === this.from.length) this.#grow();
    const k = this.count;
    this.from[k] = from;
    this.to[k] = to;
    this.value[k] = value;
    this.begins[k] = begins ? 1 : 0;
    this.count += 1;
  }

  #grow() {
    const { from, to, value, begins } = this;
    const twice = 2 * from.length;
    [this.from, this.to, this.value] = Array.from({ length: 3 }, () => new Float64Array(twice));
    [this.begins, this.tint] = [new Uint8Array(twice), new Uint8Array(twice)];
    this.from.set(from);
    this.to.set(to);
    this.value.set(value);
    this.begins.set(begins);
  }
}
