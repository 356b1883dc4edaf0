/** Which signals stand in lanes, beside which side of the plot, and what is left for the plot: the one owner of that. */

import { isInLane } from "../samples/line.js";
import { quantity } from "../text/quantities.js";
import { codesOf, stateName } from "../text/states.js";

/**
 * @import { Trace } from "./points.js"
 * @import { Lane, Lanes as Shown, Side } from "./lane-layout.js"
 */

/**
 * @typedef {{key: string, name: string, unit: string, colour: string, states?: Record<string, string>}} Signal
 *
 * @typedef {{signals: Signal[], visible: boolean[]}} Seen which signals there are
 *
 * @typedef {(signal: {colour: string}, k: number) => string} ColourOf
 */

const NOTHING = new Float64Array(0);
/** @type {Trace} */
const NONE = { points: NOTHING, low: Infinity, high: -Infinity };
/** Digits of a value without a name. */
const DIGITS = 4;

export class Lanes {
  #seen;
  #changed;
  /** What is the same for each picture, by the signal that it is of. @type {WeakMap<Signal, Pick<Lane, "say" | "tint">>} */
  #ways = new WeakMap();
  /** @type {Side} */
  side = "above";

  /** @param {Seen} seen @param {() => void} changed */
  constructor(seen, changed) {
    this.#seen = seen;
    this.#changed = changed;
  }

  /** Whether any signal that is on stands in a lane. */
  get areSeen() {
    const { signals, visible } = this.#seen;
    return signals.some((signal, k) => visible[k] && isInLane(signal));
  }

  /** @param {string} side */
  place(side) {
    this.side = side === "below" ? "below" : "above";
    this.#changed();
  }

  /** What is drawn in the plot, by signal. @param {Trace[]} traces */
  plotted(traces) {
    const { signals } = this.#seen;
    return traces.map((trace, k) => (isInLane(signals[k]) ? NONE : trace));
  }

  /** The lanes of a picture. @param {Trace[]} traces @param {ColourOf} colourOf @returns {Shown} */
  of(traces, colourOf) {
    const { signals, visible } = this.#seen;
    const lanes = signals.flatMap((signal, k) => {
      if (!visible[k] || !isInLane(signal)) return [];
      const { name } = signal;
      return [{ k, name, colour: colourOf(signal, k), points: traces[k].points, ...this.#wayOf(signal, traces[k]) }];
    });
    const isAlone = signals.every((signal, k) => !visible[k] || isInLane(signal));
    return { lanes, side: this.side, isAlone };
  }

  /** How the values of a signal are called, and drawn. @param {Signal} signal @param {Trace} trace */
  #wayOf(signal, { low, high }) {
    const say = (/** @type {number} */ value) => this.say(signal, value);
    if (!signal.states) return { tint: tintsOf([], low, high), say };
    const known = this.#ways.get(signal);
    if (known) return known;
    const way = { tint: tintsOf(codesOf(signal.states), low, high), say };
    this.#ways.set(signal, way);
    return way;
  }

  /** What a value is called. @param {Signal} signal @param {number} value */
  say({ states, unit }, value) {
    return stateName(states, value) ?? quantity(value, unit, DIGITS);
  }

  state() {
    return this.side === "above" ? {} : { lanes: this.side };
  }

  /** @param {{lanes?: string}} state */
  restore({ lanes }) {
    if (lanes === "below") this.side = lanes;
  }
}

/** Tints of bars, from the first state to the last; one more is for what changes too fast. */
export const TINTS = 6;
export const CHANGING = TINTS;

/**
 * Which tint a value has: by the place of its code among the codes, else by its size.
 * @param {number[]} codes in their order
 * @param {number} low least and greatest value, where there are no codes
 * @param {number} high
 * @returns {(value: number) => number}
 */
export function tintsOf(codes, low, high) {
  const places = new Map(codes.map((code, place) => [code, place / Math.max(1, codes.length - 1)]));
  const sized = (/** @type {number} */ value) => (low < high ? (value - low) / (high - low) : value === 0 ? 0 : 1);
  return (value) => {
    if (Number.isNaN(value)) return CHANGING;
    const share = places.get(value) ?? sized(value);
    return Math.round(Math.min(1, Math.max(0, share)) * (TINTS - 1));
  };
}
