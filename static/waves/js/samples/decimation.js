/**
 * Samples to at most four points per pixel column, so that the cost of a frame is bounded by pixels.
 *
 * Column k covers the indices [phase + k·per, phase + (k+1)·per) of the ring, `per` being a
 * pixel's worth of them, whole or not. With a phase of 0 that depends on absolute indices alone,
 * so columns never crawl while the window slides; and they are folded in as samples arrive, so a
 * frame costs its new samples only. With a trigger the phase puts a border of columns there.
 */

import { drawColumn } from "./pen.js";
import { joinAfter, joinBefore } from "./sample-line.js";

/**
 * @import { Values } from "../protocol/frames.js"
 * @import { Line } from "./line.js"
 * @import { Pen } from "./pen.js"
 * @import { Ring } from "./ring.js"
 */

/**
 * @typedef {object} Kept of the columns of one signal, column `k` at `k % capacity`; low > high where it has no value
 * @property {Values} low
 * @property {Values} high
 * @property {Values} first NaN where the rows are minima and maxima
 * @property {Values} last
 * @property {Uint8Array} ends bits `OPENS` and `CLOSES`
 */

/** Below this many indices per pixel the samples themselves are drawn. */
export const DIRECT = 2;
/** The first sample of a column has a value; and the newest. */
const OPENS = 1;
const CLOSES = 2;

/** Firsts, lows, highs and lasts per pixel column of one ring, kept up to date incrementally. */
export class Fold {
  /** @type {Ring | null} */
  #ring = null;
  #revision = 0;
  /** By signal. @type {Kept[]} */
  #kept = [];
  #capacity = 0;
  #float64 = false;
  #per = 1;
  #phase = 0;
  #envelope = false;
  /** The columns that are held, and the first index that was not folded. */
  #first = 0;
  #last = 0;
  #next = 0;
  /** What is drawn just now; filled anew for every column. */
  #column = { first: NaN, low: 0, high: 0, last: NaN, opens: false, closes: false };

  /**
   * Make the columns of [from, to) current.
   * @param {Ring} ring
   * @param {number} from
   * @param {number} to
   * @param {number} per indices per column, at least 1
   * @param {boolean} envelope rows hold minima and maxima instead of samples
   * @param {number} [phase] where column 0 begins, in (-per, 0]
   */
  update(ring, from, to, per, envelope, phase = 0) {
    const first = columnOf(from, per, phase);
    const last = columnOf(to - 1, per, phase);
    const continues = phase === this.#phase && this.#continues(ring, first, last, per);
    if (!continues) this.#restart(ring, first, last, { per, phase, envelope });
    const start = Math.max(this.#next, border(first, per, phase), ring.first);
    const end = Math.min(to, ring.next);
    // Columns that were jumped over hold nothing, should the window come back to them.
    if (start > this.#next) this.#first = first;
    for (let signal = 0; signal < this.#kept.length; signal += 1) this.#foldRow(ring, signal, start, end);
    this.#next = Math.max(this.#next, end);
    this.#last = Math.max(this.#last, last);
  }

  /**
   * Draw a signal over [from, to), x by `xOf(index)`. All of a column shares its x.
   * @param {Pen} pen
   * @param {number} signal
   * @param {number} from
   * @param {number} to
   * @param {(index: number) => number} xOf
   * @param {Line} line
   * @param {number | null} [through] an index, whole or not, through whose value a straight line
   *   goes exactly: the border of two columns that the trigger is
   */
  draw(pen, signal, from, to, xOf, line, through = null) {
    const [per, phase, ring] = [this.#per, this.#phase, this.#ring];
    if (!ring || Math.min(to, ring.next) <= Math.max(from, ring.first)) return;
    if (!(signal in this.#kept)) return;
    const row = this.#envelope ? 2 * signal : signal;
    const begin = columnOf(Math.max(from, ring.first), per, phase);
    const end = columnOf(Math.min(to, ring.next) - 1, per, phase);
    const crossed = through === null ? NaN : Math.round((through - phase) / per);
    const isStraight = line.shape === "linear";
    const { first, low, high, last, ends } = this.#kept[signal];
    joinBefore(pen, ring, row, border(begin, per, phase), xOf, line);
    for (let k = begin, slot = begin % this.#capacity; k <= end; k += 1, slot += 1) {
      if (slot === this.#capacity) slot = 0;
      if (k === crossed && through !== null && isStraight) drawThrough(pen, ring, row, through, xOf);
      const x = xOf(phase + (k + 0.5) * per);
      const isWhole = isStraight && !this.#envelope && ends[slot] === (OPENS | CLOSES);
      if (isWhole) pen.bar(x, first[slot], low[slot], high[slot], last[slot]);
      else drawColumn(pen, x, x, this.#at(signal, slot), line);
    }
    joinAfter(pen, ring, row, Math.min(to, ring.next), xOf, line);
  }

  /** What is kept at a slot, until the next is asked for. @param {number} signal @param {number} slot */
  #at(signal, slot) {
    const { low, high, first, last, ends } = this.#kept[signal];
    const column = this.#column;
    column.low = low[slot];
    column.high = high[slot];
    column.first = first[slot];
    column.last = last[slot];
    column.opens = (ends[slot] & OPENS) !== 0;
    column.closes = (ends[slot] & CLOSES) !== 0;
    return column;
  }

  /**
   * @param {Ring} ring
   * @param {number} first
   * @param {number} last
   * @param {number} per
   */
  #continues(ring, first, last, per) {
    return (
      ring === this.#ring &&
      per === this.#per &&
      ring.revision === this.#revision &&
      first >= this.#first &&
      last - first < this.#capacity &&
      Math.max(last, this.#last) - this.#capacity < first
    );
  }

  /**
   * @param {Ring} ring
   * @param {number} first
   * @param {number} last
   * @param {{per: number, phase: number, envelope: boolean}} columns
   */
  #restart(ring, first, last, { per, phase, envelope }) {
    // One and a half windows: the live end may go on a little beyond what is shown.
    const capacity = Math.ceil((last - first + 1) * 1.5) + 4;
    const signals = envelope ? ring.rows / 2 : ring.rows;
    const isOther = this.#kept.length !== signals || this.#float64 !== ring.float64;
    if (capacity > this.#capacity || isOther) {
      this.#capacity = capacity;
      this.#float64 = ring.float64;
      this.#kept = Array.from({ length: signals }, () => emptyKept(capacity, ring.float64));
    }
    [this.#ring, this.#per, this.#phase, this.#envelope] = [ring, per, phase, envelope];
    [this.#first, this.#last] = [first, last];
    this.#revision = ring.revision;
    this.#next = border(first, per, phase);
  }

  /**
   * @param {Ring} ring
   * @param {number} signal
   * @param {number} start
   * @param {number} end
   */
  #foldRow(ring, signal, start, end) {
    const envelope = this.#envelope;
    const minima = ring.memory(envelope ? 2 * signal : signal);
    const maxima = envelope ? ring.memory(2 * signal + 1) : minima;
    ring.runs(start, end, (offset, count, index) => {
      this.#foldRun(ring, signal, minima, maxima, offset - index, index, index + count);
    });
  }

  /**
   * Fold the indices [start, end), which lie at `shift + index` in the ring's memory.
   * @param {Ring} ring
   * @param {number} signal
   * @param {Values} minima
   * @param {Values} maxima
   * @param {number} shift
   * @param {number} start
   * @param {number} end
   */
  #foldRun(ring, signal, minima, maxima, shift, start, end) {
    const [per, phase, capacity] = [this.#per, this.#phase, this.#capacity];
    const { low, high } = this.#kept[signal];
    for (let k = columnOf(start, per, phase), index = start; index < end; k += 1) {
      const slot = k % capacity;
      const begin = index;
      const stop = Math.min(end, border(k + 1, per, phase));
      // A column that was begun before is continued, unless its former half is gone.
      const begun = index > border(k, per, phase) && index !== ring.first;
      let min = begun ? low[slot] : Infinity;
      let max = begun ? high[slot] : -Infinity;
      for (; index < stop; index += 1) {
        // Comparisons with NaN are false: a missing value changes nothing.
        if (minima[shift + index] < min) min = minima[shift + index];
        if (maxima[shift + index] > max) max = maxima[shift + index];
      }
      low[slot] = min;
      high[slot] = max;
      this.#foldEnds(signal, slot, begun, minima, shift + begin, shift + stop);
    }
  }

  /**
   * Note the first and the last value of a column among those at [begin, stop) of the memory.
   * @param {number} signal
   * @param {number} slot
   * @param {boolean} begun whether others came before
   * @param {Values} values
   * @param {number} begin
   * @param {number} stop
   */
  #foldEnds(signal, slot, begun, values, begin, stop) {
    const { first, last, ends } = this.#kept[signal];
    let [head, tail] = [begin, stop - 1];
    while (head < stop && Number.isNaN(values[head])) head += 1;
    while (tail > head && Number.isNaN(values[tail])) tail -= 1;
    const opens = begun ? ends[slot] & OPENS : head === begin ? OPENS : 0;
    ends[slot] = opens | (head < stop && tail === stop - 1 ? CLOSES : 0);
    if (!begun) first[slot] = last[slot] = NaN;
    // Where rows are minima and maxima, the order of values is not known.
    if (head === stop || this.#envelope) return;
    if (Number.isNaN(first[slot])) first[slot] = values[head];
    last[slot] = values[tail];
  }
}

/** @param {number} capacity @param {boolean} float64 @returns {Kept} */
function emptyKept(capacity, float64) {
  const Values = float64 ? Float64Array : Float32Array;
  const [low, high, first, last] = Array.from({ length: 4 }, () => new Values(capacity));
  return { low, high, first, last, ends: new Uint8Array(capacity) };
}

/** The first index of column `k`. @param {number} k @param {number} per @param {number} phase */
function border(k, per, phase) {
  return Math.ceil(phase + k * per);
}

/**
 * The column of an index, by the borders: what is rounded in a division may fall into the next
 * one, in which then nothing is held.
 * @param {number} index
 * @param {number} per
 * @param {number} phase
 */
function columnOf(index, per, phase) {
  const k = Math.floor((index - phase) / per);
  if (border(k + 1, per, phase) <= index) return k + 1;
  return border(k, per, phase) > index ? k - 1 : k;
}

/**
 * Through the value on the straight line between two samples, where there is one.
 * @param {Pen} pen
 * @param {Ring} ring
 * @param {number} row
 * @param {number} index whole or not
 * @param {(index: number) => number} xOf
 */
function drawThrough(pen, ring, row, index, xOf) {
  const before = Math.floor(index);
  const [low, high] = [ring.at(row, before), ring.at(row, before + 1)];
  const value = index === before ? low : low + (index - before) * (high - low);
  if (pen.down && !Number.isNaN(value)) pen.to(xOf(index), value);
}

/**
 * The first index whose time is not below `seconds`, on a timed clock.
 * @param {Ring} ring
 * @param {number} seconds
 */
export function searchTime(ring, seconds) {
  let [low, high] = [ring.first, ring.next];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (ring.timeAt(middle) < seconds) low = middle + 1;
    else high = middle;
  }
  return low;
}
