/**
 * The transitions of a signal between its two states, by linear interpolation between samples.
 *
 * A transition counts when the signal has gone from 30 % to 70 % of the way between the states (or
 * back), so that noise on the mid level makes no transition of its own.
 */

/**
 * @typedef {object} Transition
 * @property {number} run which of the runs without holes
 * @property {boolean} rising
 * @property {number} at when the mid level is crossed, in samples from the first; the mean, where noise crosses it several times
 * @property {number} duration the time from 10 to 90 % in samples: from the last crossing of the former to the first of the latter, NaN where the signal does not go through both
 */

/** Reference levels of IEEE Std 181, as shares of the way from the low state to the high one. */
const PROXIMAL = 0.1;
const MID = 0.5;
const DISTAL = 0.9;
/**
 * Hysteresis about the mid level. A sine with 3 samples in a period still reaches it; noise must
 * go over 40 % of the amplitude to be taken for a transition.
 */
const HYSTERESIS = 0.2;

/**
 * All transitions in the order of time, falling and rising by turns within a run without holes.
 * @param {ArrayLike<number>} samples
 * @param {{low: number, high: number}} states
 * @returns {Transition[]}
 */
export function transitionsOf(samples, { low, high }) {
  /** @type {Transition[]} */
  const found = [];
  if (!(low < high)) return found;
  const rising = new Climb(low, high, found);
  const falling = new Climb(high, low, found);
  for (let index = 0; index < samples.length; index += 1) {
    rising.next(index, samples[index]);
    falling.next(index, samples[index]);
  }
  return found;
}

/** Follows a signal, sample by sample, for its transitions from one state to the other. */
class Climb {
  level = NaN;
  /** When the proximal level was left; NaN before it was. */
  left = NaN;
  begun = NaN;
  waiting = false;
  /** The transition that is yet to reach the distal level. @type {Transition | null} */
  unfinished = null;
  crossings = 0;
  sum = 0;

  /** @param {number} from @param {number} to @param {Transition[]} found where transitions go */
  constructor(from, to, found) {
    this.from = from;
    this.scale = 1 / (to - from);
    this.found = found;
    this.run = 0;
    this.#interrupt();
  }

  /** @param {number} index @param {number} sample */
  next(index, sample) {
    const before = this.level;
    // As a share of the way, so that falling is climbing too.
    const level = (sample - this.from) * this.scale;
    if (Number.isNaN(level)) return this.#interrupt();
    this.level = level;
    if (before < PROXIMAL && level >= PROXIMAL) this.left = instant(index, before, level, PROXIMAL);
    if (level <= MID - HYSTERESIS) this.#wait();
    else if (this.waiting) this.#climb(index, before, level);
    if (this.unfinished && level >= DISTAL) this.#arrive(this.unfinished, index, before, level);
  }

  #interrupt() {
    this.level = NaN;
    this.left = NaN;
    this.waiting = false;
    this.unfinished = null;
    this.run += 1;
  }

  /** At the state from which it may climb; what crossed the mid level before was noise. */
  #wait() {
    this.waiting = true;
    this.crossings = 0;
    this.sum = 0;
    this.unfinished = null;
  }

  /** @param {number} index @param {number} before @param {number} level */
  #climb(index, before, level) {
    if (before < MID !== level < MID) {
      this.crossings += 1;
      this.sum += instant(index, before, level, MID);
    }
    if (level < MID + HYSTERESIS) return;
    const at = this.sum / this.crossings;
    this.unfinished = { run: this.run, rising: this.scale > 0, at, duration: NaN };
    this.found.push(this.unfinished);
    this.waiting = false;
    this.begun = this.left;
    this.left = NaN;
  }

  /**
   * @param {Transition} transition
   * @param {number} index
   * @param {number} before
   * @param {number} level
   */
  #arrive(transition, index, before, level) {
    transition.duration = instant(index, before, level, DISTAL) - this.begun;
    this.unfinished = null;
  }
}

/**
 * When the line from the sample before to the one at `index` goes through `reference`.
 * @param {number} index
 * @param {number} before
 * @param {number} level
 * @param {number} reference
 */
function instant(index, before, level, reference) {
  return index - 1 + (reference - before) / (level - before);
}
