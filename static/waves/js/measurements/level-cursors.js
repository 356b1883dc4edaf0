/** Where the two level cursors are: values of one signal, on whose axis they stand. */

import { isInLane } from "../samples/line.js";
import { NONE, quantity } from "../text/quantities.js";
import { stateName } from "../text/states.js";
import { DIGITS } from "./cursor-texts.js";

/**
 * @import { Signal } from "../protocol/description.js"
 */

/** @typedef {"a" | "b"} Name */

/**
 * @typedef {object} World whose levels they are
 * @property {{signals: Signal[], firstPlotted: number, placeOf: (key: string | null) => number}} selection
 * @property {{divisionOf: (k: number) => number}} axes
 *
 * @typedef {{min: number, max: number, perDivision: number}} Axis
 * @typedef {{axes: Axis[], axisOf: number[]}} Seen a picture: its axes, and which of them a signal has
 */

/** @type {Name[]} */
export const NAMES = ["a", "b"];
/** Where they stand at first, as shares of the plot. */
const SHARES = { a: 0.7, b: 0.3 };
/** What a float64 holds: a level may stand on little ripple on much. */
export const LEVEL_DIGITS = 15;
/** A hand means no more than this share of what is seen, a key this share of a division. */
const OF_HAND = 1 / 1000;
const OF_KEY = 1 / 50;

export class LevelCursors {
  #world;
  /** In the unit of the signal. @type {Record<Name, number | null>} */
  #levels = { a: null, b: null };
  /** Of the signal that was chosen. @type {string | null} */
  key = null;

  /** @param {World} world */
  constructor(world) {
    this.#world = world;
  }

  /** Whose levels these are, by its place: that of the first signal in the plot where the chosen one is not in it. */
  get k() {
    const { selection } = this.#world;
    const chosen = selection.placeOf(this.key);
    return chosen >= 0 && !isInLane(selection.signals[chosen]) ? chosen : selection.firstPlotted;
  }

  /** @returns {Signal | undefined} */
  get signal() {
    return this.#world.selection.signals[this.k];
  }

  /** Those that can be: where all signals stand in lanes there is no axis for a level. @returns {Name[]} */
  get names() {
    return this.signal && !isInLane(this.signal) ? NAMES : [];
  }

  /** Whether they were placed anywhere. */
  get arePlaced() {
    return this.#levels.a !== null;
  }

  /** @param {Name} name */
  at(name) {
    return this.#levels[name] ?? NaN;
  }

  /** @param {{a: number | null, b: number | null}} levels @param {string | null} key of their signal */
  place(levels, key) {
    this.#levels = levels;
    this.key = key;
  }

  /** The axis that they stand on. @param {Seen} seen */
  axis({ axes, axisOf }) {
    const axis = axisOf[this.k] ?? 0;
    return { axis, ...axes[axis] };
  }

  /** @param {Name} name @param {Seen} seen */
  isSeen(name, seen) {
    const { min, max } = this.axis(seen);
    return this.at(name) >= min && this.at(name) <= max;
  }

  /** They come in where neither of them is seen. @param {Seen} seen */
  bringIn(seen) {
    if (NAMES.some((name) => this.isSeen(name, seen))) return;
    for (const name of NAMES) this.bringHere(name, seen);
  }

  /** @param {Name} name @param {Seen} seen */
  bringHere(name, seen) {
    this.#move(name, this.#first(name, seen));
  }

  /** As a hand moves it: within what is seen. @param {Name} name @param {number} y @param {Seen} seen */
  drag(name, y, seen) {
    const { min, max } = this.axis(seen);
    this.#move(name, tidy(Math.min(max, Math.max(min, y)), (max - min) * OF_HAND));
  }

  /** By divisions; by states where the signal has some. @param {Name} name @param {number} steps @param {Seen} seen */
  step(name, steps, seen) {
    const { perDivision } = this.axis(seen);
    const by = this.signal?.states ? Math.sign(steps) : steps * perDivision;
    this.#move(name, tidy((this.#levels[name] ?? 0) + by, perDivision * OF_KEY));
  }

  /** @param {Name} name */
  text(name) {
    if (this.#levels[name] === null || this.names.length === 0) return NONE;
    return stateName(this.signal?.states, this.at(name)) ?? this.#quantity(this.at(name));
  }

  /** From A to B; states have no difference. */
  get differenceText() {
    const isNumber = this.names.length > 0 && !this.signal?.states;
    return this.#quantity(isNumber ? this.at("b") - this.at("a") : NaN);
  }

  /** Between two states there is nothing. @param {Name} name @param {number} y */
  #move(name, y) {
    this.#levels[name] = this.signal?.states ? Math.round(y) : y;
  }

  /** @param {Name} name @param {Seen} seen */
  #first(name, seen) {
    const { min, max } = this.axis(seen);
    return tidy(min + SHARES[name] * (max - min), (max - min) * OF_HAND);
  }

  /** @param {number} value */
  #quantity(value) {
    return quantity(value, this.signal?.unit ?? "", DIGITS, this.#world.axes.divisionOf(this.k));
  }
}

/** Rounded to a step: what a hand on the mouse means. @param {number} value @param {number} step */
function tidy(value, step) {
  const decade = 10 ** Math.floor(Math.log10(step));
  return Number((Math.round(value / decade) * decade).toPrecision(LEVEL_DIGITS));
}
