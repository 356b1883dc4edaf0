/** For how long signals with states had each of them, in the window. */

import { MOST, staysOf } from "../measurements/of-states.js";
import { lineOf } from "../samples/line.js";
import { count, quantity } from "../text/quantities.js";

/**
 * @import { Signal } from "../protocol/description.js"
 * @import { Parts, Picture } from "./parts.js"
 */

/** Seconds between two counts: numbers that change faster cannot be read. */
const EVERY = 1;
const DIGITS = 3;
/** Rows that a person reads; there may be 64 states of each of 64 signals. */
const MOST_ROWS = 64;

export class StateTimes {
  #parts;
  #at = -Infinity;

  /** @param {Pick<Parts, "controls" | "lanes" | "record" | "screen" | "selection" | "timeline">} parts */
  constructor(parts) {
    this.#parts = parts;
  }

  changedSignals() {
    this.#at = -Infinity;
  }

  /** @param {number} now */
  readings(now) {
    const { controls, screen } = this.#parts;
    const shown = this.#shown;
    controls.show("stays", shown.length > 0);
    if (!screen.picture || shown.length === 0 || now - this.#at < EVERY) return;
    this.#at = now;
    const counted = shown.map(({ signal, k }) => ({ signal, ...this.#count(signal, k, screen.picture, shown.length) }));
    const rows = counted.flatMap(({ signal, stays }) => this.#rows(signal, stays));
    controls.rows("stays-rows", rows.slice(0, MOST_ROWS));
    controls.text("stays-note", this.#note(rows.length, counted));
  }

  /** Signals that are on and have states, and their places. */
  get #shown() {
    const { signals, visible } = this.#parts.selection;
    return signals.flatMap((signal, k) => (visible[k] && signal.states ? [{ signal, k }] : []));
  }

  /** @param {Signal} signal @param {number} k @param {Picture | null} picture @param {number} signals that share what is gone through */
  #count(signal, k, picture, signals) {
    const { record, timeline } = this.#parts;
    if (!picture) return { stays: [], since: NaN };
    const { edge, source, window } = picture;
    const isLive = timeline.running && record.description?.state === "live";
    const stretch = { first: edge - window, last: edge, heldTo: isLive ? edge : -Infinity };
    return staysOf(source, k, { ...stretch, most: Math.floor(MOST / signals) }, lineOf(signal));
  }

  /** @param {Signal} signal @param {import("../measurements/of-states.js").Stay[]} stays */
  #rows(signal, stays) {
    const { lanes } = this.#parts;
    const whole = stays.reduce((sum, { seconds }) => sum + seconds, 0);
    return stays.map(({ value, seconds, times }) => [
      `${signal.name}: ${lanes.say(signal, value)}`,
      quantity(seconds, "s", DIGITS),
      quantity((100 * seconds) / whole, "%", DIGITS),
      count(times),
    ]);
  }

  /** @param {number} rows @param {{since: number}[]} counted */
  #note(rows, counted) {
    const { picture } = this.#parts.screen;
    const since = Math.max(...counted.map((each) => each.since));
    const left = rows > MOST_ROWS ? `${count(rows - MOST_ROWS)} more states are not shown. ` : "";
    const isPart = picture && since > picture.edge - picture.window;
    return left + (isPart ? `Of the latest ${quantity(picture.edge - since, "s", DIGITS)}.` : "");
  }
}
