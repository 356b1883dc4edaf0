/**
 * Samples to about two points per pixel column, so that the cost of a frame is bounded by pixels.
 *
 * Column k covers the indices [phase + k·per, phase + (k+1)·per) of the ring, `per` being a
 * pixel's worth of them, whole or not. With a phase of 0 that depends on absolute indices alone,
 * so columns never crawl while the window slides; and they are folded in as samples arrive, so a
 * frame costs its new samples only. With a trigger the phase puts a border of columns there.
 */

/**
 * @import { Values } from "../protocol/frames.js"
 * @import { Ring } from "./ring.js"
 */

/** Below this many indices per pixel the samples themselves are drawn. */
export const DIRECT = 2;

/** Minima and maxima per pixel column of one ring, kept up to date incrementally. */
export class Fold {
  /** @type {Ring | null} */
  #ring = null;
  #revision = 0;
  /** Minima and maxima by signal, column `k` at `k % capacity`. @type {Values[]} */
  #low = [];
  /** @type {Values[]} */
  #high = [];
  #capacity = 0;
  #per = 1;
  #phase = 0;
  #envelope = false;
  /** The columns that are held, and the first index that was not folded. */
  #first = 0;
  #last = 0;
  #next = 0;

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
    const first = Math.floor((from - phase) / per);
    const last = Math.floor((to - 1 - phase) / per);
    const continues = phase === this.#phase && this.#continues(ring, first, last, per);
    if (!continues) this.#restart(ring, first, last, { per, phase, envelope });
    const start = Math.max(this.#next, Math.ceil(phase + first * per), ring.first);
    const end = Math.min(to, ring.next);
    // Columns that were jumped over hold nothing, should the window come back to them.
    if (start > this.#next) this.#first = first;
    for (let signal = 0; signal < this.#low.length; signal += 1) this.#foldRow(ring, signal, start, end);
    this.#next = Math.max(this.#next, end);
    this.#last = Math.max(this.#last, last);
  }

  /**
   * Points of a signal for [from, to), x by `xOf(index)`, into `out` as x, y, x, y …
   * Both extremes of a column share its x; the one nearer to the point before comes first, which
   * is the order of time for every smooth signal. A column without a value is a hole.
   * @param {number} signal
   * @param {number} from
   * @param {number} to
   * @param {(index: number) => number} xOf
   * @param {Float32Array} out
   * @param {number | null} [through] an index, whole or not, through whose value the line goes
   *   exactly: the border of two columns that the trigger is
   */
  points(signal, from, to, xOf, out, through = null) {
    const [per, phase, capacity, ring] = [this.#per, this.#phase, this.#capacity, this.#ring];
    if (!ring) return out.subarray(0, 0);
    const low = this.#low[signal];
    const high = this.#high[signal];
    const begin = Math.floor((Math.max(from, ring.first) - phase) / per);
    const end = Math.floor((Math.min(to, ring.next) - 1 - phase) / per);
    const border = through === null ? NaN : Math.round((through - phase) / per);
    let length = 0;
    let previous = NaN;
    for (let k = begin; k <= end; k += 1) {
      const slot = k % capacity;
      const [min, max] = low[slot] <= high[slot] ? [low[slot], high[slot]] : [NaN, NaN];
      if (k === border && through !== null) length = put(out, length, xOf(through), between(ring, signal, through));
      const upwards = !(Math.abs(previous - max) < Math.abs(previous - min));
      out[length] = out[length + 2] = xOf(phase + (k + 0.5) * per);
      out[length + 1] = upwards ? min : max;
      out[length + 3] = previous = upwards ? max : min;
      length += 4;
    }
    return out.subarray(0, length);
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
    if (capacity > this.#capacity || this.#low.length !== signals) {
      const Values = ring.float64 ? Float64Array : Float32Array;
      this.#capacity = capacity;
      this.#low = Array.from({ length: signals }, () => new Values(capacity));
      this.#high = Array.from({ length: signals }, () => new Values(capacity));
    }
    [this.#ring, this.#per, this.#phase, this.#envelope] = [ring, per, phase, envelope];
    [this.#first, this.#last] = [first, last];
    this.#revision = ring.revision;
    this.#next = Math.ceil(phase + first * per);
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
    const low = this.#low[signal];
    const high = this.#high[signal];
    for (let k = Math.floor((start - phase) / per), index = start; index < end; k += 1) {
      const slot = k % capacity;
      const stop = Math.min(end, Math.ceil(phase + (k + 1) * per));
      // A column that was begun before is continued, unless its former half is gone.
      const begun = index > Math.ceil(phase + k * per) && index !== ring.first;
      let min = begun ? low[slot] : Infinity;
      let max = begun ? high[slot] : -Infinity;
      for (; index < stop; index += 1) {
        // Comparisons with NaN are false: a missing value changes nothing.
        if (minima[shift + index] < min) min = minima[shift + index];
        if (maxima[shift + index] > max) max = maxima[shift + index];
      }
      low[slot] = min;
      high[slot] = max;
    }
  }
}

/**
 * The samples themselves for [from, to), where there are fewer than about two per pixel. A value
 * between two holes becomes a dash, or nothing of it could be seen.
 * @param {Ring} ring
 * @param {number} row
 * @param {number} from
 * @param {number} to
 * @param {(index: number) => number} xOf
 * @param {Float32Array} out
 */
export function samplePoints(ring, row, from, to, xOf, out) {
  const begin = Math.max(from, ring.first);
  const end = Math.min(to, ring.next);
  let length = 0;
  for (let index = begin; index < end; index += 1) {
    const value = ring.at(row, index);
    const alone = Number.isNaN(ring.at(row, index - 1)) && Number.isNaN(ring.at(row, index + 1));
    if (alone) length = put(out, length, xOf(index - 0.25), value);
    length = put(out, length, xOf(alone ? index + 0.25 : index), value);
  }
  return out.subarray(0, length);
}

/**
 * Points of a timed clock: one pixel column spans `width` seconds counted from the epoch's start.
 * Such streams are slow, so the visible samples are folded anew each time.
 * @param {Ring} ring
 * @param {{low: (index: number) => number, high: (index: number) => number}} values at an index of the ring
 * @param {number} from
 * @param {number} to
 * @param {{width: number, xOf: (seconds: number) => number}} scale
 * @param {Float32Array} out
 */
export function timedPoints(ring, { low, high }, from, to, { width, xOf }, out) {
  let length = 0;
  for (let index = from; index < to; ) {
    const column = Math.floor(ring.timeAt(index) / width);
    const start = index;
    let [min, max] = [Infinity, -Infinity];
    for (; index < to && Math.floor(ring.timeAt(index) / width) === column; index += 1) {
      if (low(index) < min) min = low(index);
      if (high(index) > max) max = high(index);
    }
    const x = xOf(ring.timeAt(start));
    length = put(out, length, x, min <= max ? min : NaN);
    length = put(out, length, x, min <= max ? max : NaN);
  }
  return out.subarray(0, length);
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

/**
 * The value on the straight line between two samples.
 * @param {Ring} ring
 * @param {number} row
 * @param {number} index
 */
function between(ring, row, index) {
  const before = Math.floor(index);
  const [low, high] = [ring.at(row, before), ring.at(row, before + 1)];
  return index === before ? low : low + (index - before) * (high - low);
}

/**
 * @param {Float32Array} out
 * @param {number} length
 * @param {number} x
 * @param {number} y
 */
function put(out, length, x, y) {
  out[length] = x;
  out[length + 1] = y;
  return length + 2;
}
