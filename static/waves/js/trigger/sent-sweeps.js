/**
 * Sweeps that the server sends of a stream too fast for all of its samples: whole windows, the
 * trigger at a known place. `SentSweeps` chooses what is drawn, as `sweep.js` does where the page
 * has the samples.
 */

import { searchKnown } from "../samples/known.js";
import { MARGIN } from "../samples/sweep-assembly.js";

/**
 * @import { Ring } from "../samples/ring.js"
 * @import { Source } from "../samples/window-samples.js"
 * @import { Found, Mode, SweepState } from "./sweep.js"
 * @import { Course, Position } from "./trigger.js"
 */

/**
 * @typedef {{source: Source, trigger: Found | null, edge: number}} SentSweep `trigger` is null where it ran free
 */

/** What holds where nothing is said. @type {Course} */
const PLAIN = { shape: "linear", missing: "hole" };
/** A sweep this old (s), besides twice the time between two, is the last one for now. */
const SHORTEST_WAIT = 0.25;
/** The mean distance between sweeps is that of about so many. */
const MEMORY = 8;

/**
 * Where the trigger of a sweep is: interpolated where the server puts it, after the index `at`;
 * null where the signal does not cross there, as in a sweep that ran free.
 * @param {Ring} ring one sweep
 * @param {{levels: number[], position: number, signal: number, line?: Course}} trigger
 * @returns {{at: number, crossing: Position | null}}
 */
export function crossingOf(ring, { levels, position, signal, line = PLAIN }) {
  const samples = ring.next - ring.first - 2 * MARGIN - 1;
  const at = ring.first + MARGIN + Math.ceil(samples * position);
  const goesOn = line.missing !== "hole" && line.shape !== "points";
  const [from, to] = goesOn ? [searchKnown(ring, signal, at, -1), searchKnown(ring, signal, at + 1, 1)] : [at, at + 1];
  const [before, after] = [ring.at(signal, from), ring.at(signal, to)];
  for (const level of levels) {
    const fraction = before === level ? 0 : (level - before) / (after - before);
    if (!(fraction >= 0 && fraction < 1)) continue;
    // A line of steps is beyond the level when the next sample comes.
    const isLater = fraction > 0 && (line.shape === "step" || (goesOn && line.missing === "held"));
    if (isLater) return { at, crossing: { sample: to, fraction: 0 } };
    const along = fraction * (to - from);
    return { at, crossing: { sample: from + Math.floor(along), fraction: along % 1 } };
  }
  return { at, crossing: null };
}

export class SentSweeps {
  /** @type {SentSweep | null} */
  #shown = null;
  #isFree = false;
  #done = false;
  /** @type {number[]} */
  #times = [];

  /** @param {Mode} mode may be changed later, too */
  constructor(mode) {
    this.mode = mode;
  }

  /** Wait for one more; what is shown stays. */
  arm() {
    this.#done = false;
  }

  /**
   * Take a whole sweep, at page seconds `now`.
   * @param {SentSweep} sweep
   * @param {number} now
   */
  add(sweep, now) {
    const { trigger } = sweep;
    if (this.mode === "single" && (this.#done || !trigger)) return;
    if (this.mode === "normal" && !trigger) return;
    this.#done = true;
    this.#isFree = !trigger;
    this.#shown = sweep;
    this.#times = [...this.#times, now].slice(-MEMORY);
  }

  /**
   * What to draw now, as `Sweep.update` gives it, and its `source`; null before the first.
   * @param {number} now
   * @returns {{state: SweepState, edge: number | null, trigger: Found | null, source?: Source}}
   */
  update(now) {
    const state = this.#state(now);
    return this.#shown ? { state, ...this.#shown } : { state, edge: null, trigger: null };
  }

  /** @param {number} now @returns {SweepState} */
  #state(now) {
    if (this.mode === "single") return this.#shown && this.#done ? "stopped" : "armed";
    const [first, last] = [this.#times[0], this.#times[this.#times.length - 1]];
    const between = (last - first) / (this.#times.length - 1) || 0;
    const quiet = !this.#shown || now - last > SHORTEST_WAIT + 2 * between;
    if (this.mode === "auto") return quiet || this.#isFree ? "auto" : "triggered";
    return quiet ? "armed" : "triggered";
  }
}
