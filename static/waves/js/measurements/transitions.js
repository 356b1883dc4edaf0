/**
 * The transitions of a signal between its two states, by linear interpolation between samples.
 *
 * A transition counts when the signal has gone from 30 % to 70 % of the way between the states (or
 * back), so that noise on the mid level makes no transition of its own.
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
 * `at` is when the mid level is crossed, in samples from the first; the mean, where noise crosses
 * it several times. `duration` is the time from 10 to 90 % in samples: from the last crossing of
 * the former to the first of the latter, NaN where the signal does not go through both.
 * @returns {{run: number, rising: boolean, at: number, duration: number}[]}
 */
export function transitionsOf(samples, { low, high }) {
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
  constructor(from, to, found) {
    this.from = from;
    this.scale = 1 / (to - from);
    this.found = found;
    this.run = 0;
    this.#interrupt();
  }

  next(index, sample) {
    const before = this.level;
    // As a share of the way, so that falling is climbing too.
    const level = (sample - this.from) * this.scale;
    if (Number.isNaN(level)) return this.#interrupt();
    this.level = level;
    if (before < PROXIMAL && level >= PROXIMAL) this.left = instant(index, before, level, PROXIMAL);
    if (level <= MID - HYSTERESIS) this.#wait();
    else if (this.waiting) this.#climb(index, before, level);
    if (this.unfinished && level >= DISTAL) this.#arrive(index, before, level);
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

  #arrive(index, before, level) {
    this.unfinished.duration = instant(index, before, level, DISTAL) - this.begun;
    this.unfinished = null;
  }
}

/** When the line from the sample before to the one at `index` goes through `reference`. */
function instant(index, before, level, reference) {
  return index - 1 + (reference - before) / (level - before);
}
