/**
 * When the seconds of a stream were, by the wall clock. That clock may be set: what came before keeps
 * the time that it was given, and only what comes after has the new one.
 */

/** @typedef {{t0: number, at: number}} Label an instant in unix seconds, and in seconds of the stream */

/** Steps of the clock that are kept: it is followed every 10 s, so these are half a day. */
const MOST = 4096;
/** Seconds: labels that differ by less from the line of those before say nothing new. */
const SAME = 1e-6;
/** Seconds: a clock that goes back by less was corrected, and what was before it keeps its place. */
export const SET = 1;

export class Labels {
  /** Where a line of labels begins, in order. @type {Label[]} */
  #lines = [];
  /** The newest second that has a label. */
  #newest = -Infinity;
  /** The line that begins where the clock was set back last, or 0. */
  #own = 0;
  /** By what came first what was before all lines is told: older labels, which come later, move no instant of it. @type {Label | null} */
  #first = null;

  /** Whether there is none yet. */
  get isEmpty() {
    return this.#lines.length === 0;
  }

  /** The second since which the clock was not set back; -Infinity where it never was. */
  get since() {
    return this.#own > 0 ? this.#lines[this.#own].at : -Infinity;
  }

  /**
   * The second `at` of the stream was at `t0`, and what follows goes on from there.
   * @param {number} at
   * @param {number} t0 unix seconds
   */
  take(at, t0) {
    this.#newest = Math.max(this.#newest, at);
    this.#first ??= { at, t0 };
    const k = this.#before(at);
    const line = this.#lines[k];
    if (line && isOn(line, at, t0)) return;
    if (line?.at === at) line.t0 = t0;
    else this.#lines.splice(k + 1, 0, { at, t0 });
    const made = line?.at === at ? k : k + 1;
    const next = this.#lines[made + 1];
    if (next && isOn(this.#lines[made], next.at, next.t0)) this.#lines.splice(made + 1, 1);
    if (this.#lines.length > MOST) this.#lines.shift();
    this.#own = Math.max(0, this.#lines.findLastIndex(wasSetBack));
  }

  /** Unix seconds of an instant of the stream; NaN where nothing is known. @param {number} seconds */
  wallTime(seconds) {
    return this.#timeFrom(0, seconds);
  }

  /** The instant of the stream at unix seconds: of those that came the newest. @param {number} unix */
  secondsAt(unix) {
    return this.#secondsFrom(0, unix);
  }

  /** The same by the clock as it is now: as if it had been so before it was set back. @param {number} seconds */
  ownTime(seconds) {
    return this.#timeFrom(this.#own, seconds);
  }

  /** The inverse of `ownTime`. @param {number} unix */
  ownSecondsAt(unix) {
    return this.#secondsFrom(this.#own, unix);
  }

  /** @param {number} oldest of the lines that count @param {number} seconds */
  #timeFrom(oldest, seconds) {
    const k = this.#before(seconds);
    const line = k < oldest ? this.#beyond(oldest) : this.#lines[k];
    return line ? line.t0 + (seconds - line.at) : NaN;
  }

  /** @param {number} oldest of the lines that count @param {number} unix */
  #secondsFrom(oldest, unix) {
    if (this.isEmpty) return NaN;
    for (let k = this.#lines.length - 1; k >= oldest; k -= 1) {
      const { at, t0 } = this.#lines[k];
      const seconds = at + (unix - t0);
      if (seconds >= at && seconds <= (this.#lines[k + 1]?.at ?? this.#newest)) return seconds;
    }
    const { at, t0 } = unix < this.#lines[oldest].t0 ? this.#beyond(oldest) : this.#lines[this.#lines.length - 1];
    return at + (unix - t0);
  }

  /** The line of what was before the oldest that counts. @param {number} oldest */
  #beyond(oldest) {
    const line = this.#lines[oldest];
    const isNear = line && this.#first && Math.abs(line.t0 - line.at - (this.#first.t0 - this.#first.at)) < SET;
    return isNear && this.#first ? this.#first : line;
  }

  /** The last line that begins at or before a second, or -1. @param {number} seconds */
  #before(seconds) {
    let [low, high] = [0, this.#lines.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#lines[middle].at <= seconds) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}

/** @param {Label} line @param {number} k @param {Label[]} lines */
function wasSetBack({ at, t0 }, k, lines) {
  const before = lines[k - 1];
  return before !== undefined && t0 < before.t0 + (at - before.at) - SET;
}

/** @param {Label} line @param {number} at @param {number} t0 */
function isOn(line, at, t0) {
  return Math.abs(line.t0 + (at - line.at) - t0) < SAME;
}
