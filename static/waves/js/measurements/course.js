/**
 * The samples of one signal in a stretch of time, and the line that they stand for: straight from
 * sample to sample, or in steps. On a timed clock a sample stands until the next one comes, as a
 * source means it that tells changes; so what takes long counts for long.
 */

/**
 * @typedef {object} Timing of a timed clock
 * @property {ArrayLike<number>} times seconds of the samples, none before the former
 * @property {number} [until] the second up to which the last one stands; it counts for nothing where that is not known
 * @property {number} [longest] seconds beyond which there is a hole between two samples
 */

export class Course {
  /**
   * @param {ArrayLike<number>} samples with NaN for "no value"
   * @param {number} dt seconds between samples; NaN where it is not known
   * @param {{timing?: Timing | null, step?: boolean}} [line]
   */
  constructor(samples, dt, { timing = null, step = false } = {}) {
    this.samples = samples;
    this.times = timing?.times ?? null;
    this.until = timing?.until ?? NaN;
    this.longest = timing?.longest ?? Infinity;
    this.isStep = step || this.times !== null;
    /** Seconds of what instants are counted in: samples, or seconds on a timed clock. */
    this.unit = this.times ? 1 : dt;
    /** What one instant may be off by. */
    this.grain = this.times ? 0 : 1;
  }

  /**
   * When the line from the sample before to the one at `index` goes through `level`.
   * @param {number} index
   * @param {number} before
   * @param {number} after
   * @param {number} level
   */
  instant(index, before, after, level) {
    if (this.times) return this.times[index];
    return this.isStep ? index : index - 1 + (level - before) / (after - before);
  }

  /** Whether no line leads to the sample from the one before. @param {number} index */
  isCut(index) {
    return this.times !== null && index > 0 && this.times[index] - this.times[index - 1] > this.longest;
  }

  /** When a sample begins to count; between two straight ones that is half-way. @param {number} index */
  begin(index) {
    if (this.times) return this.times[index];
    return this.isStep ? index : index - 0.5;
  }

  /** When it no longer counts. @param {number} index */
  end(index) {
    if (!this.times) return this.begin(index + 1);
    if (index + 1 < this.samples.length) return this.isCut(index + 1) ? this.times[index] : this.times[index + 1];
    return Math.max(this.times[index], this.until || -Infinity);
  }

  /**
   * Where the samples that count after an instant begin; the one at it is among them.
   * @param {number} instant
   */
  search(instant) {
    let [low, high] = [0, this.samples.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.end(middle) <= instant) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
