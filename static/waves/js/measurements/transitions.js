/**
 * The transitions of a signal between its two states, on its line: straight between samples, or
 * in steps.
 *
 * A transition counts when the signal has gone from 30 % to 70 % of the way between the states (or
 * back; `hysteresis` is what is left of that to either side), so that noise on the mid level makes
 * no transition of its own.
 */

/** @import { Course } from "./course.js" */

/**
 * @typedef {object} Transition
 * @property {number} run which of the runs without holes
 * @property {boolean} rising
 * @property {number} at when the mid level is crossed, in units of the course from its beginning; where noise crosses it several times, the one instant that leaves the time above it as it is
 * @property {number} spread from the first of these crossings to the last
 * @property {number} duration the time from 10 to 90 %: from the last crossing of the former to the first of the latter, NaN where the signal does not go through both, or in steps
 */

/** Reference levels of IEEE Std 181, as shares of the way from the low state to the high one. */
const PROXIMAL = 0.1;
const MID = 0.5;
const DISTAL = 0.9;
/**
 * All transitions in the order of time, falling and rising by turns within a run without holes.
 * @param {Course} course
 * @param {{low: number, high: number}} states
 * @param {number} hysteresis about the mid level, as a share of the way
 * @returns {Transition[]}
 */
export function transitionsOf(course, { low, high }, hysteresis) {
  /** @type {Transition[]} */
  const found = [];
  if (!(low < high)) return found;
  const rising = new Climb(low, high, { course, hysteresis, found });
  const falling = new Climb(high, low, { course, hysteresis, found });
  const { samples, times } = course;
  for (let index = 0; index < samples.length; index += 1) {
    if (times && course.isCut(index)) {
      rising.interrupt();
      falling.interrupt();
    }
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
  /** Crossings of the mid level upwards less those downwards: what lies between is above it. */
  sum = 0;
  first = NaN;
  last = NaN;
  run = 0;

  /**
   * @param {number} from
   * @param {number} to
   * @param {{course: Course, hysteresis: number, found: Transition[]}} given where transitions are looked for, and go
   */
  constructor(from, to, { course, hysteresis, found }) {
    this.from = from;
    this.scale = 1 / (to - from);
    this.course = course;
    this.begins = MID - hysteresis;
    this.ends = MID + hysteresis;
    this.found = found;
    this.interrupt();
  }

  /** @param {number} index @param {number} sample */
  next(index, sample) {
    const before = this.level;
    // As a share of the way, so that falling is climbing too.
    const level = (sample - this.from) * this.scale;
    if (Number.isNaN(level)) return this.interrupt();
    this.level = level;
    if (before < PROXIMAL && level >= PROXIMAL) this.left = this.course.instant(index, before, level, PROXIMAL);
    if (level <= this.begins) this.#wait();
    else if (this.waiting) this.#climb(index, before, level);
    if (this.unfinished && level >= DISTAL) this.#arrive(this.unfinished, index, before, level);
  }

  /** A hole: what comes after it has nothing to do with what was before. */
  interrupt() {
    this.level = NaN;
    this.left = NaN;
    this.waiting = false;
    this.unfinished = null;
    this.run += 1;
  }

  /** At the state from which it may climb; what crossed the mid level before was noise. */
  #wait() {
    this.waiting = true;
    this.sum = 0;
    this.first = NaN;
    this.unfinished = null;
  }

  /** @param {number} index @param {number} before @param {number} level */
  #climb(index, before, level) {
    if (before < MID !== level < MID) {
      this.last = this.course.instant(index, before, level, MID);
      this.sum += before < MID ? this.last : -this.last;
      if (Number.isNaN(this.first)) this.first = this.last;
    }
    if (level < this.ends) return;
    const spread = this.last - this.first;
    this.unfinished = { run: this.run, rising: this.scale > 0, at: this.sum, spread, duration: NaN };
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
    if (!this.course.isStep) transition.duration = this.course.instant(index, before, level, DISTAL) - this.begun;
    this.unfinished = null;
  }
}
