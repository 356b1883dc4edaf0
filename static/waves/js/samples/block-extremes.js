/**
 * Extremes of long stretches of a ring. Those of whole blocks are remembered, so that a window of a million samples,
 * looked at again and again, costs what is new in it.
 */

/** @import { Values } from "../protocol/frames.js" */

/** Indices of a block: as many as are quick to look at at either end of a stretch. */
export const BLOCK = 4096;

/** Of one row, index `i` of which is at `i % values.length`. */
export class BlockExtremes {
  #values;
  /** Block `b` is at `b % #blocks.length`. */
  #blocks;
  #low;
  #high;
  #revision = 0;

  /** @param {Values} values */
  constructor(values) {
    const count = Math.ceil(values.length / BLOCK) + 1;
    this.#values = values;
    this.#blocks = new Float64Array(count).fill(-1);
    this.#low = new Float64Array(count);
    this.#high = new Float64Array(count);
  }

  /**
   * {low, high}: the extremes from `from` to before `to`, all of which is held; low > high where there are none.
   * @param {number} from
   * @param {number} to
   * @param {number} revision another one where what was looked at before may have changed
   */
  of(from, to, revision) {
    if (this.#revision !== revision) this.#blocks.fill(-1);
    this.#revision = revision;
    const [first, last] = [Math.ceil(from / BLOCK), Math.floor(to / BLOCK)];
    if (first >= last) return this.#look(from, to);
    let { low, high } = this.#look(from, first * BLOCK);
    const end = this.#look(last * BLOCK, to);
    low = Math.min(low, end.low);
    high = Math.max(high, end.high);
    for (let block = first; block < last; block += 1) {
      const slot = this.#slotOf(block);
      if (this.#low[slot] < low) low = this.#low[slot];
      if (this.#high[slot] > high) high = this.#high[slot];
    }
    return { low, high };
  }

  /** Where a whole block is remembered. @param {number} block */
  #slotOf(block) {
    const slot = block % this.#blocks.length;
    if (this.#blocks[slot] === block) return slot;
    const { low, high } = this.#look(block * BLOCK, (block + 1) * BLOCK);
    this.#blocks[slot] = block;
    this.#low[slot] = low;
    this.#high[slot] = high;
    return slot;
  }

  /** @param {number} from @param {number} to */
  #look(from, to) {
    const values = this.#values;
    let [low, high] = [Infinity, -Infinity];
    for (let index = from, at = from % values.length; index < to; index += 1, at += 1) {
      if (at === values.length) at = 0;
      // Comparisons with NaN are false: a missing value changes nothing.
      if (values[at] < low) low = values[at];
      if (values[at] > high) high = values[at];
    }
    return { low, high };
  }
}
