/**
 * Which window is drawn, given the triggers: auto, normal and single, as on an oscilloscope.
 *
 * Times are seconds of the stream, as in `time/timebase.js`. No clock is read here: time is what the
 * samples have reached, so that a stream that stops changes nothing on the screen.
 *
 * - "armed": waits for a trigger; the last sweep, if there is one, stays on the screen.
 * - "triggered": the newest trigger whose part after it is complete is on the screen.
 * - "auto": no trigger for a while; the live edge is on the screen.
 * - "stopped": the one sweep that was asked for is on the screen.
 */

/** @import { Position } from "./trigger.js" */

/** @typedef {{position: Position, at: number}} Found a trigger, and when it is in seconds of the stream */

/** @typedef {"armed" | "triggered" | "auto" | "stopped"} SweepState */

/** @typedef {"auto" | "normal" | "single" | "off"} Mode */

/** A sweep is on the screen for this long at least (s) before auto runs free, or it flickers. */
const SHORTEST_WAIT = 0.1;
/** Of triggers that are closer (s) the first is kept: no screen shows more, and memory is bound. */
const APART = 0.01;
/** The same as a share of the window: a new sweep of millions of samples takes some ms to draw. */
const SHARE_APART = 0.01;

export class Sweep {
  /** @type {Found[]} */
  #waiting = [];
  /** @type {Found | null} */
  #shown = null;
  #free = true;
  #since = -Infinity;

  /**
   * What may be changed later, too: seconds on the screen, and where in the window the trigger is, 0
   * (left) to 1.
   * @param {{mode?: Mode, window: number, pretrigger?: number}} options
   */
  constructor({ mode = "auto", window, pretrigger = 0.5 }) {
    this.mode = mode;
    this.window = window;
    this.pretrigger = pretrigger;
  }

  /** Forget everything, as at the beginning of an epoch. */
  clear() {
    this.#shown = null;
    this.#free = true;
    this.#since = -Infinity;
    this.forget();
  }

  /** Forget the triggers of former settings; what is shown stays until there is another sweep. */
  forget() {
    this.#waiting = [];
  }

  /**
   * Wait for one more sweep, whose trigger is after `since` seconds; what is shown stays.
   * @param {number} since
   */
  arm(since) {
    this.#since = since;
    this.forget();
  }

  /**
   * Take a trigger; they come in order. `position` is what `Trigger.feed` gave, `at` its time.
   * @param {Position} position
   * @param {number} at
   */
  add(position, at) {
    if (at <= this.#since || (this.mode === "single" && this.#stopped)) return;
    const last = this.#waiting.at(-1) ?? this.#shown;
    // Triggers of other settings may be older than what is shown.
    if (last === null || Math.abs(at - last.at) >= this.#apart) this.#waiting.push({ position, at });
  }

  /**
   * What to draw now.
   * @param {number} reached seconds up to which the stream is known: its newest sample's, or on a
   *   timed clock, where silence is no lack, the live edge
   * @param {number} live seconds at the right end of the screen when it runs free
   * @returns {{state: SweepState, edge: number | null, trigger: Found | null}} `edge` is the
   *   right end of the window; null where there is no sweep yet
   */
  update(reached, live) {
    this.#take(reached);
    if (this.mode === "single") return this.#sweep(this.#stopped ? "stopped" : "armed");
    const quiet = this.#shown === null || reached > this.#end(this.#shown) + this.#patience;
    if (this.mode === "normal") return this.#sweep(quiet ? "armed" : "triggered");
    // While the next trigger waits for its last samples, the picture stays as it is.
    if (!quiet) this.#free = false;
    else if (this.#waiting.length === 0) this.#free = true;
    return this.#free ? { state: "auto", edge: live, trigger: null } : this.#sweep("triggered");
  }

  get #apart() {
    return Math.max(APART, SHARE_APART * this.window);
  }

  get #patience() {
    return Math.max(this.window, SHORTEST_WAIT);
  }

  get #stopped() {
    return this.#shown !== null && this.#shown.at > this.#since;
  }

  /**
   * Show the newest trigger whose window is complete; a single sweep is the first such.
   * @param {number} reached
   */
  #take(reached) {
    for (let [next] = this.#waiting; next && this.#end(next) <= reached; [next] = this.#waiting) {
      this.#shown = next;
      this.#waiting.shift();
      if (this.mode === "single") this.forget();
    }
  }

  /** @param {Found} trigger */
  #end(trigger) {
    return trigger.at + (1 - this.pretrigger) * this.window;
  }

  /** @param {SweepState} state @returns {{state: SweepState, edge: number | null, trigger: Found | null}} */
  #sweep(state) {
    return { state, edge: this.#shown && this.#end(this.#shown), trigger: this.#shown };
  }
}

/**
 * Which samples a window of `samples` (whole or not) around a trigger holds, on a regular clock.
 * @param {Position} position
 * @param {number} pretrigger
 * @param {number} samples
 * @returns {{first: number, last: number, offset: number}} the window begins `offset` of a
 *   sample, in [0, 1), after `first`, and ends not after `last`
 */
export function span({ sample, fraction }, pretrigger, samples) {
  const left = fraction - pretrigger * samples;
  const first = Math.floor(left);
  return { first: sample + first, last: sample + Math.ceil(left + samples), offset: left - first };
}
