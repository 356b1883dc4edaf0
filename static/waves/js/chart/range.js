/** The range of the y axis: whole divisions of 1, 2 or 5, that does not jump. */

import { ceil125, ROWS } from "../text/divisions.js";

/**
 * @typedef {object} Range of an axis: whole divisions
 * @property {number} min
 * @property {number} max
 * @property {number} perDivision
 */

/** Seconds for which a smaller range must have been enough before it is taken. */
const CALM = 3;
/** The data may fill this many divisions of a fresh range; the rest is headroom. */
const FILL = 7;
/** A division holds several of the values that a float64 tells apart, or lines could not be told apart themselves. */
const GRAIN_OF_FLOATS = 2e-15;
/** Ranges that are moved by hand, or stacked, keep to tenths of a division, so that axes stand on round values. */
export const GRAIN = 0.1;
/** A signal may fill this much of its share of the screen; the rest keeps it off its neighbour. */
const STACK_FILL = 0.9;
/**
 * The most units per division: four of them to either side hold ±1.76e308, and a number ends at
 * 1.797e308. The next step of 1, 2 and 5 would be beyond it.
 */
const LARGEST = 4.4e307;
/** The least: below, the digits of numbers become fewer. */
const SMALLEST = 1e-307;

/**
 * The smallest range of 1-2-5 divisions, centred on a whole one, that holds low to high.
 * @param {number} low
 * @param {number} high
 * @returns {Range}
 */
export function fit(low, high) {
  // The whole of a span may be more than a number can be; by halves it never is.
  const span = 2 * ((high / 2 - low / 2) / FILL) || Math.abs(high) / FILL || 2 / FILL;
  let perDivision = step(Math.max(span, Math.max(Math.abs(low), Math.abs(high)) * GRAIN_OF_FLOATS));
  let range = around(low / 2 + high / 2, perDivision);
  while ((low < range.min || high > range.max) && perDivision < LARGEST) {
    perDivision = step(perDivision * 1.5);
    range = around(low / 2 + high / 2, perDivision);
  }
  return range;
}

/**
 * The range with `perDivision` whose centre is nearest to `centre`, in steps of `grain` divisions:
 * whole ones by themselves.
 * @param {number} centre
 * @param {number} perDivision
 * @param {number} [grain]
 * @returns {Range}
 */
export function around(centre, perDivision, grain = 1) {
  const half = ROWS / 2;
  const most = Math.floor(Number.MAX_VALUE / perDivision - half);
  const middle = Math.max(-most, Math.min(most, Math.round(centre / perDivision / grain) * grain));
  return {
    min: (middle - half) * perDivision,
    max: (middle + half) * perDivision,
    perDivision,
  };
}

/** The step of 1, 2 or 5 that is not below, within what numbers can be. @param {number} perDivision */
function step(perDivision) {
  const least = Math.max(SMALLEST, perDivision);
  return least > 2e307 ? LARGEST : ceil125(least);
}

/**
 * The range with another scale; 0 stays where it is on the screen, or, unseen, the middle.
 * @param {Pick<Range, "min" | "max">} range
 * @param {number} perDivision
 */
export function scaled({ min, max }, perDivision) {
  return scaledAbout({ min, max }, perDivision, min < 0 && max > 0 ? 0 : min / 2 + max / 2);
}

/**
 * The range with another scale; a value stays where it is on the screen.
 * @param {Pick<Range, "min" | "max">} range
 * @param {number} perDivision
 * @param {number} value
 */
export function scaledAbout({ min, max }, perDivision, value) {
  const units = Math.min(LARGEST, perDivision);
  const share = (value / 2 - min / 2) / (max / 2 - min / 2);
  return around(value + (0.5 - share) * ROWS * units, units, GRAIN);
}

/**
 * A range for each signal such that they lie one above the other, the first at the top, each as
 * large as it may be in its share of the screen.
 * @param {{low: number, high: number}[]} extents
 */
export function stacked(extents) {
  const share = ROWS / extents.length;
  return extents.map(({ low, high }, k) => {
    const span = high - low || Math.abs(high) || 1;
    const perDivision = ceil125(span / (share * STACK_FILL));
    const up = ROWS / 2 - share * (k + 0.5);
    return around((low + high) / 2 - up * perDivision, perDivision, GRAIN);
  });
}

/** Widens at once when data leaves it; narrows only when a smaller one was enough for a while. */
export class AutoRange {
  range = around(0, 0.5);
  fresh = true;
  /** Since when a smaller range would have been enough. @type {number | null} */
  looseSince = null;

  /** Fit the next data at once, as after a change of window or of the visible signals. */
  reset() {
    this.fresh = true;
    this.looseSince = null;
  }

  /**
   * `now` is in seconds of any steady clock.
   * @param {number} low
   * @param {number} high
   * @param {number} now
   * @returns {Range}
   */
  update(low, high, now) {
    if (!(low <= high)) return this.range;
    const wanted = fit(low, high);
    if (this.fresh || low < this.range.min || high > this.range.max) return this.#take(wanted);
    if (wanted.perDivision >= this.range.perDivision) this.looseSince = null;
    else this.looseSince ??= now;
    if (this.looseSince !== null && now - this.looseSince > CALM) return this.#take(wanted);
    return this.range;
  }

  /** @param {Range} range */
  #take(range) {
    this.range = range;
    this.fresh = false;
    this.looseSince = null;
    return range;
  }
}
