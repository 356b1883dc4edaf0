/**
 * Follows one stream at the size of a card: what to ask the server for, and what to draw of it.
 * Knows no socket and no screen.
 */

import { Points } from "../chart/points.js";
import { AutoRange } from "../chart/range.js";
import { ANSWER } from "../protocol/frames.js";
import { lineOf, longestOf } from "../samples/line.js";
import { Record } from "../samples/record.js";
import { goesOn, LiveEdge } from "../time/timebase.js";
import { banded } from "./bands.js";

/**
 * @import { Description } from "../protocol/description.js"
 * @import { Frame } from "../protocol/frames.js"
 * @import { ViewMessage } from "../protocol/messages.js"
 * @import { Trace } from "../chart/points.js"
 * @import { Range } from "../chart/range.js"
 */

/** @typedef {{window: number, columns: number, budget?: number}} View what is asked of a stream */

/** @typedef {Trace & {range: Pick<Range, "min" | "max">}} Ranged each trace with the range of its unit, or of its band */

/** @typedef {{edge: number, signature: string, traces: Ranged[]}} Picture x is in seconds from the right end */

/** Bytes a second: the least that the server takes, so that it sends columns wherever it can. */
const BUDGET = 1000;
/** The most that a card may cost, in bytes a second: twelve of them make a quarter of a megabyte. */
const MOST_BYTES = 20_000;
/** Bounds of `columns`: the server's own, and what no card is wider than. */
const FEWEST_COLUMNS = 16;
const MOST_COLUMNS = 1024;
/** Values of all rows that a card keeps: 1 MB as float32, some windows of its columns. */
const KEPT_VALUES = 2 ** 18;

/**
 * What to ask of a stream for a card that is `pixels` device pixels wide.
 *
 * A stream that is dear is shown with a longer window than its own: the server halves columns
 * until fewer than twice as many fill the window, each a minimum and a maximum, so four values a
 * pixel and signal pass in one window.
 * @param {Pick<Description, "rate" | "window" | "signals" | "sample_type">} stream
 * @param {number} pixels
 * @returns {View}
 */
export function viewOf({ rate, window, signals, sample_type }, pixels) {
  const columns = Math.min(MOST_COLUMNS, Math.max(FEWEST_COLUMNS, Math.round(pixels)));
  const bytes = Math.max(1, signals.length) * (sample_type === "float64" ? 8 : 4);
  const cheap = rate * bytes <= MOST_BYTES;
  const affordable = (4 * columns * bytes) / MOST_BYTES;
  return { window: cheap ? window : Math.max(window, affordable), columns, budget: BUDGET };
}

export class Follower {
  #record;
  #live = new LiveEdge();
  #points = new Points();
  /** @type {Map<string, AutoRange>} */
  #ranges = new Map();
  #viewFor;
  #asked = "";
  #arrivedAt = -Infinity;

  /** What was asked for last; before that what this stream needs at no width. @type {View} */
  view;

  /**
   * @param {Description} stream what the page was told
   * @param {(stream: Description, pixels: number) => View} [viewFor] what to ask for
   */
  constructor(stream, viewFor = viewOf) {
    this.stream = stream;
    this.#viewFor = viewFor;
    this.view = viewFor(stream, 0);
    this.#record = new Record(stream.handle, KEPT_VALUES);
  }

  /**
   * What to subscribe with: what is lacked where the window is mostly held, else all of it.
   * @param {number} pixels device pixels across
   * @param {number} now page seconds
   */
  subscription(pixels, now) {
    const held = now - this.#arrivedAt < this.view.window;
    if (this.changedView(pixels) || !held) return this.view;
    const since = this.#record.position;
    return since ? { ...this.view, since } : this.view;
  }

  /**
   * The view for this width, remembered as asked for; null where it is what was asked for last.
   * @param {number} pixels
   */
  changedView(pixels) {
    this.view = this.#viewFor(this.stream, pixels);
    const asked = JSON.stringify(this.view);
    if (asked === this.#asked) return null;
    this.#asked = asked;
    return this.view;
  }

  /** Take a `stream` message. @param {Description} message */
  describe(message) {
    this.stream = message;
    if (this.#record.describe(message)) this.#begin();
    // Where nothing more comes, time stands still: the last of it stays on the card.
    this.#live.timed = message.state === "live" && goesOn(message);
  }

  /** Take a `view` message. @param {ViewMessage} message */
  expect(message) {
    this.#record.expect(message);
  }

  /**
   * Take a frame that arrived at `now` page seconds.
   * @param {Frame} frame
   * @param {number} now
   */
  add(frame, now) {
    const added = this.#record.add(frame, now);
    if (added?.restarted) this.#begin();
    if (!added || !this.#record.ring) return;
    this.#arrivedAt = now;
    if (frame.flags & ANSWER) this.#live.answered(this.#record.end, now);
    else this.#live.arrived(this.#record.end, now);
  }

  /** Measured samples per second and signal; 0 where none come. @param {number} now */
  rate(now) {
    return this.#record.rate(now);
  }

  /**
   * What to draw now: as `Points.of` gives it, each trace with the `range` of its unit.
   * @param {number} now
   * @param {number} columns
   * @param {string} known signature of what is drawn already
   * @returns {Picture | null} null where there is nothing new
   */
  picture(now, columns, known) {
    const { source } = this.#record;
    const edge = this.#live.edge(now);
    if (!source || edge === null) return null;
    const { ring, period, envelope } = source;
    const visible = this.stream.signals.map(() => true);
    const lines = this.stream.signals.map(lineOf);
    const scale = { edge, window: this.view.window, columns, period, envelope };
    const view = { ...scale, visible, lines, longest: longestOf(this.stream), heldTo: edge };
    const picture = this.#points.of(ring, view, known);
    return picture && { ...picture, traces: this.#scaled(picture.traces, now) };
  }

  /** Another epoch: its seconds and its values have nothing to do with the former ones. */
  #begin() {
    this.#live.reset();
    this.#ranges.clear();
  }

  /**
   * Signals of one unit share a range, so that they compare; others have their own, and states a band each.
   * @param {Trace[]} traces
   * @param {number} now
   * @returns {Ranged[]}
   */
  #scaled(traces, now) {
    const units = this.stream.signals.map(({ unit }) => unit);
    const rangeOf = new Map(
      [...new Set(units)].map((unit) => {
        const those = traces.filter((_, k) => units[k] === unit && !this.stream.signals[k].states);
        const low = Math.min(...those.map((trace) => trace.low));
        const high = Math.max(...those.map((trace) => trace.high));
        return [unit, this.#rangeOf(unit).update(low, high, now)];
      }),
    );
    const ranges = units.map((unit) => rangeOf.get(unit) ?? this.#rangeOf(unit).range);
    const bands = banded(this.stream.signals, ranges);
    return traces.map((trace, k) => ({ ...trace, range: bands[k] }));
  }

  /** @param {string} unit */
  #rangeOf(unit) {
    const range = this.#ranges.get(unit) ?? new AutoRange();
    this.#ranges.set(unit, range);
    return range;
  }
}
