/** The range of the y axis: whole divisions of 1, 2 or 5, that does not jump. */

import { ceil125 } from "./timebase.js";

export const DIVISIONS = 8;
/** Seconds for which a smaller range must have been enough before it is taken. */
const CALM = 3;
/** The data may fill this many divisions of a fresh range; the rest is headroom. */
const FILL = 7;

/** The smallest range of 1-2-5 divisions, centred on a whole one, that holds low to high. */
export function fit(low, high) {
  const span = high - low || Math.abs(high) || 2;
  let perDivision = ceil125(span / FILL);
  let range = around((low + high) / 2, perDivision);
  while (low < range.min || high > range.max) {
    perDivision = ceil125(perDivision * 1.5);
    range = around((low + high) / 2, perDivision);
  }
  return range;
}

/** The range with `perDivision` whose centre is the whole division nearest to `centre`. */
export function around(centre, perDivision) {
  const middle = Math.round(centre / perDivision);
  const half = DIVISIONS / 2;
  return {
    min: (middle - half) * perDivision,
    max: (middle + half) * perDivision,
    perDivision,
  };
}

/** Widens at once when data leaves it; narrows only when a smaller one was enough for a while. */
export class AutoRange {
  constructor() {
    this.range = around(0, 0.5);
    this.reset();
  }

  /** Fit the next data at once, as after a change of window or of the visible signals. */
  reset() {
    this.fresh = true;
    this.looseSince = null;
  }

  /** @param {number} now seconds of any steady clock */
  update(low, high, now) {
    if (!(low <= high)) return this.range;
    const wanted = fit(low, high);
    if (this.fresh || low < this.range.min || high > this.range.max) return this.#take(wanted);
    if (wanted.perDivision >= this.range.perDivision) this.looseSince = null;
    else this.looseSince ??= now;
    if (this.looseSince !== null && now - this.looseSince > CALM) return this.#take(wanted);
    return this.range;
  }

  #take(range) {
    this.range = range;
    this.fresh = false;
    this.looseSince = null;
    return range;
  }
}
