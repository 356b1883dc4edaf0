import { BlockExtremes } from "./block-extremes.js";

/** @import { Values } from "../protocol/frames.js" */

/** @typedef {{first: number, next: number}} Gap indices that never came: from `first` to before `next` */

/**
 * @typedef {object} RingOptions
 * @property {number} rows
 * @property {number} capacity indices kept. The memory is zeroed pages of the system, so that what is not yet written costs nothing.
 * @property {number} [stride]
 * @property {boolean} [float64]
 * @property {boolean} [timed]
 */

/**
 * The newest values of every row of a stream, by absolute index.
 *
 * For samples a row is a signal and an index is a sample's. For an envelope there are two rows
 * a signal (its minima, then its maxima) and an index counts columns of `stride` samples. What
 * never came is NaN and stands in `gaps`; a NaN that came is a value like any other. Of a signal
 * that the stream has had only since another epoch, nothing is held either.
 */
export class Ring {
  #data;
  #extremes;
  #capacity;
  /** The lowest index that is held, and `next` the one after the highest. */
  first = 0;
  next = 0;
  /** The lowest index that ever came: `first` is beyond it once something is forgotten. */
  begin = 0;
  /** What never came, in order. @type {Gap[]} */
  gaps = [];
  /** Whether samples of a former epoch stood before `begin`. */
  afterCut = false;
  /** Grows when anything but the end changes, so that folded columns know that they are old. */
  revision = 1;

  /** @param {RingOptions} options */
  constructor({ rows, capacity, stride = 1, float64 = false, timed = false }) {
    const Values = float64 ? Float64Array : Float32Array;
    this.#capacity = Math.floor(capacity);
    /** @type {Values[]} */
    this.#data = Array.from({ length: rows }, () => new Values(this.#capacity));
    this.#extremes = this.#data.map((values) => new BlockExtremes(values));
    this.times = timed ? new Float64Array(this.#capacity) : null;
    this.stride = stride;
    this.float64 = float64;
  }

  /** Forget everything, as at the beginning of an epoch. */
  clear() {
    this.first = 0;
    this.next = 0;
    this.begin = 0;
    this.gaps = [];
    this.afterCut = false;
    this.revision += 1;
  }

  get rows() {
    return this.#data.length;
  }

  get capacity() {
    return this.#capacity;
  }

  /**
   * Copy rows to `index` and after. What overlaps is replaced; a jump leaves a gap, before or
   * behind; what is older than the capacity allows is left out.
   * @param {number} index
   * @param {Values[]} rows
   * @param {Float64Array | number[] | null} [times]
   * @returns {number} how many indices between the former end and `index` never came
   */
  write(index, rows, times = null) {
    const end = index + rows[0].length;
    const floor = Math.max(this.next, end) - this.#capacity;
    const from = Math.max(index, floor);
    if (from >= end) return 0;
    const empty = this.first === this.next;
    if (empty) this.first = this.next = this.begin = from;
    this.begin = Math.min(this.begin, from);
    const skipped = Math.max(0, index - this.next);
    if (!empty && from < this.next) this.revision += 1;
    this.#fillBetween(from, end, floor);
    this.#copy(from, end - from, from - index, rows, times);
    this.#fillGaps(from, end);
    this.first = Math.max(Math.min(this.first, from), floor);
    this.next = Math.max(this.next, end);
    this.#forgetGaps();
    return skipped;
  }

  /** @param {number} row @param {number} index */
  at(row, index) {
    const held = row < this.#data.length && index >= this.first && index < this.next;
    return held ? this.#data[row][index % this.#capacity] : NaN;
  }

  /** Seconds of the sample at `index`, on a timed clock. @param {number} index */
  timeAt(index) {
    return this.times ? this.times[index % this.#capacity] : NaN;
  }

  /**
   * A copy of a row from `from` to before `to`; NaN where nothing is held.
   * @param {number} row
   * @param {number} from
   * @param {number} to
   * @returns {Values}
   */
  slice(row, from, to) {
    const out = emptyLike(this.#data[0], Math.max(0, to - from));
    if (row >= this.#data.length) return out;
    this.runs(Math.max(from, this.first), Math.min(to, this.next), (offset, count, index) => {
      out.set(this.#data[row].subarray(offset, offset + count), index - from);
    });
    return out;
  }

  /**
   * {low, high}: the extremes of a row from `from` to before `to`; low > high where it has none.
   * @param {number} row
   * @param {number} from
   * @param {number} to
   */
  extremes(row, from, to) {
    if (row >= this.#data.length) return { low: Infinity, high: -Infinity };
    return this.#extremes[row].of(Math.max(from, this.first), Math.min(to, this.next), this.revision);
  }

  /**
   * The memory of a row, for the hot loops of folding; read it in the pieces that `runs` gives.
   * @param {number} row
   */
  memory(row) {
    return this.#data[row];
  }

  /**
   * Call `visit(offset, count, index)` for each contiguous piece of the range (one or two).
   * @param {number} from
   * @param {number} to
   * @param {(offset: number, count: number, index: number) => void} visit
   */
  runs(from, to, visit) {
    for (let index = from; index < to; ) {
      const offset = index % this.#capacity;
      const count = Math.min(to - index, this.#capacity - offset);
      visit(offset, count, index);
      index += count;
    }
  }

  /**
   * How many indices from `from` to before `to` never came, of those that the ring spans.
   * @param {number} from
   * @param {number} to
   */
  missing(from, to) {
    const overlap = (/** @type {Gap} */ gap) => Math.min(gap.next, to) - Math.max(gap.first, from);
    return this.gaps.reduce((sum, gap) => sum + Math.max(0, overlap(gap)), 0);
  }

  /**
   * @param {number} from
   * @param {number} count
   * @param {number} skip
   * @param {Values[]} rows
   * @param {Float64Array | number[] | null} times
   */
  #copy(from, count, skip, rows, times) {
    this.runs(from, from + count, (offset, length, index) => {
      const start = index - from + skip;
      rows.forEach((row, k) => this.#data[k].set(row.subarray(start, start + length), offset));
      if (times) this.times?.set(times.slice(start, start + length), offset);
    });
  }

  /**
   * Where the new piece does not touch what is held, mark what lies between as a gap.
   * @param {number} from
   * @param {number} end
   * @param {number} floor
   */
  #fillBetween(from, end, floor) {
    const gap = from > this.next ? { first: Math.max(this.next, floor), next: from } : { first: end, next: this.first };
    if (gap.first >= gap.next) return;
    this.runs(gap.first, gap.next, (offset, count) => {
      this.#data.forEach((row) => row.fill(NaN, offset, offset + count));
      // A hole's times only have to keep the order that a search relies on.
      this.times?.fill(this.#timeBefore(gap.first), offset, offset + count);
    });
    this.gaps.push(gap);
    this.gaps.sort((a, b) => a.first - b.first);
  }

  /** @param {number} index */
  #timeBefore(index) {
    return index > this.first ? this.timeAt(index - 1) : -Infinity;
  }

  /**
   * What came is no gap any longer: the range is cut out of the gaps.
   * @param {number} from
   * @param {number} to
   */
  #fillGaps(from, to) {
    if (!this.gaps.some((gap) => gap.first < to && gap.next > from)) return;
    this.gaps = this.gaps.flatMap((gap) =>
      [
        { first: gap.first, next: Math.min(gap.next, from) },
        { first: Math.max(gap.first, to), next: gap.next },
      ].filter((part) => part.first < part.next),
    );
  }

  #forgetGaps() {
    while (this.gaps.length > 0 && this.gaps[0].next <= this.first) this.gaps.shift();
  }
}

/**
 * An array of the same kind, all of it missing.
 * @param {Values} values
 * @param {number} length
 * @returns {Values}
 */
export function emptyLike(values, length) {
  return (values instanceof Float64Array ? new Float64Array(length) : new Float32Array(length)).fill(NaN);
}
