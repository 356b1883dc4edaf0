/** A number that stands still: its prefix and its decimals go by its size over seconds, not by each value. */

import { quantity } from "./quantities.js";

/** Seconds for which a number must have been smaller before it is written as a smaller one. */
const CALM = 3;
/** Of the power of ten it was written in: what is above that is still as large. */
const SMALLER = 0.5;

export class Steady {
  /** What the number is written as large as. */
  #size = 0;
  /** Since when it was smaller, and how large it was at most since then. @type {{at: number, size: number} | null} */
  #smaller = null;

  /**
   * A value as `quantity` writes it.
   * @param {number} value
   * @param {string} unit
   * @param {{now: number, digits?: number, division?: number, nominal?: number}} how `now` in seconds of any steady
   *   clock; the number is written as large as `nominal` at least
   */
  text(value, unit, { now, digits = 4, division = NaN, nominal = 0 }) {
    if (Number.isFinite(value)) this.#take(Math.max(Math.abs(value), nominal || 0), now);
    return quantity(value, unit, digits, division, this.#size);
  }

  /** @param {number} size @param {number} now */
  #take(size, now) {
    if (size >= SMALLER * 10 ** Math.floor(Math.log10(this.#size))) {
      this.#size = Math.max(size, this.#size);
      this.#smaller = null;
      return;
    }
    this.#smaller = { at: this.#smaller?.at ?? now, size: Math.max(size, this.#smaller?.size ?? 0) };
    if (now - this.#smaller.at <= CALM) return;
    this.#size = this.#smaller.size;
    this.#smaller = null;
  }
}
