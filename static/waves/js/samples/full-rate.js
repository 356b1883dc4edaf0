/**
 * Samples at full rate for whoever needs more than columns: those of the window, or, where the
 * page holds columns only, the latest that the server has, asked for once a second while wanted.
 */

import { MOST_VALUES } from "../protocol/history-requests.js";
import { emptyLike } from "./ring.js";
import { indicesWithin, instantOf } from "./window-samples.js";

/**
 * @import { Frame, SamplesFrame, Values } from "../protocol/frames.js"
 * @import { Joined } from "./joined-past.js"
 * @import { Past } from "./past.js"
 * @import { Record } from "./record.js"
 * @import { Source } from "./window-samples.js"
 */

/**
 * @typedef {object} Seen what is on the screen
 * @property {Source | null} source
 * @property {number | null} edge seconds of the stream at the right end
 * @property {number} window seconds
 * @property {boolean} running
 * @property {number} signals
 *
 * @typedef {object} Samples
 * @property {Values[]} values copies by signal
 * @property {number} dt seconds between samples; NaN on a timed clock
 * @property {number} edge the second of the newest one
 * @property {number} span seconds
 * @property {boolean} whole whether it is all of the window
 *
 * @typedef {(request: {first: number, last: number}) => Promise<Frame[] | null>} Ask
 */

/** Samples of each signal that are asked for where the page holds columns only. */
export const LATEST = 16_384;
/** Seconds between two requests: an answer may hold a megabyte. */
const EVERY = 1;

export class FullRate {
  /** @type {ReturnType<typeof joined> | null} */
  #answer = null;
  #asking = false;
  #asked = { at: -Infinity, last: -1 };
  #record;
  #past;
  #seen;
  #ask;
  #came;

  /**
   * @param {Record} record
   * @param {Past} past
   * @param {object} world
   * @param {() => Seen} world.seen
   * @param {Ask} world.ask
   * @param {() => void} world.came called when there are more than before
   */
  constructor(record, past, { seen, ask, came }) {
    this.#record = record;
    this.#past = past;
    this.#seen = seen;
    this.#ask = ask;
    this.#came = came;
  }

  /** Another epoch: the former samples are none of its own. */
  begin() {
    this.#answer = null;
    this.#asked = { at: -Infinity, last: -1 };
  }

  /**
   * @param {number} [most] samples of each signal; the newest count
   * @returns {Samples | null} null before there are any
   */
  samples(most = Infinity) {
    const seen = this.#seen();
    if (!seen.source || seen.edge === null) return null;
    if ("between" in seen.source) return this.#ofPast(seen.source, seen.edge, seen, most);
    return seen.source.envelope ? this.#latest(most, seen) : own(seen.source, seen.edge, seen, most);
  }

  /** Of the whole past: what is held where that is all samples, else what is asked for. @param {Source} source @param {number} edge @param {Seen} seen @param {number} most */
  #ofPast(source, edge, seen, most) {
    const joined = /** @type {Joined} */ (source);
    if (joined.isWhole && joined.regular) {
      const { ring, period, shift } = joined.regular;
      const found = own({ ring, period, envelope: false }, edge - shift, seen, most);
      return found && { ...found, edge: found.edge + shift };
    }
    if (joined.isWhole) return own(source, edge, seen, most);
    const all = seen.running ? null : (this.#past.whole?.samples(edge - seen.window, edge) ?? null);
    if (!all) return null;
    const { ring, period, shift } = all;
    const found = own({ ring, period, envelope: false }, edge - shift, seen, most);
    return found && { ...found, edge: found.edge + shift, whole: found.whole && all.isWhole };
  }

  /** @param {number} most @param {Seen} seen @returns {Samples | null} */
  #latest(most, seen) {
    this.#askFor(seen);
    if (!this.#answer) return null;
    const { first, dt, values } = this.#answer;
    const count = Math.min(most, values[0].length);
    const span = (count - 1) * dt;
    const edge = (first + values[0].length - 1) * dt;
    return { values: values.map((row) => row.slice(row.length - count)), dt, edge, span, whole: false };
  }

  /** @param {Seen} seen */
  async #askFor(seen) {
    const last = this.#last(seen);
    const now = performance.now() / 1000;
    if (this.#asking || last === null || last === this.#asked.last || now - this.#asked.at < EVERY) return;
    this.#asking = true;
    this.#asked = { at: now, last };
    const { epoch } = this.#record;
    const frames = await this.#ask(latestRange(last, seen.signals));
    this.#asking = false;
    const samples = (frames ?? []).filter((frame) => frame.kind === "samples");
    if (samples.length === 0 || epoch !== this.#record.epoch) return;
    this.#answer = joined(samples);
    this.#came();
  }

  /** The newest sample that is wanted: the last that came, or the last of a frozen view. @param {Seen} seen */
  #last({ running, source, edge }) {
    if (this.#past.isFormer || this.#record.reached === null) return null;
    if (running) return this.#record.reached - 1;
    if (!source || source.ring.times || edge === null) return null;
    return Math.floor((edge / source.period) * source.ring.stride);
  }
}

/**
 * The samples of a window that the page holds.
 * @param {Source} source
 * @param {number} edge
 * @param {Seen} seen
 * @param {number} most
 * @returns {Samples | null}
 */
function own(source, edge, { window, signals }, most) {
  const { from, to } = indicesWithin(source, edge - window, edge);
  if (to <= from) return null;
  const first = Math.max(from, to - most);
  const values = Array.from({ length: signals }, (_, k) => source.ring.slice(k, first, to));
  const [begin, end] = [instantOf(source, first), instantOf(source, to - 1)];
  return { values, dt: source.period || NaN, edge: end, span: end - begin, whole: first === from };
}

/**
 * The range of sample indices to ask for, so that it ends with `last` (inclusive).
 * @param {number} last
 * @param {number} signals
 * @returns {{first: number, last: number}}
 */
export function latestRange(last, signals) {
  const most = Math.min(LATEST, Math.floor(MOST_VALUES / signals));
  return { first: Math.max(0, last + 1 - most), last };
}

/**
 * Frames of samples as one run by signal; NaN where nothing came.
 * @param {SamplesFrame[]} frames as `parse` gives them, in order, at least one
 * @returns {{first: number, dt: number, values: Values[]}}
 */
export function joined(frames) {
  const [head, tail] = [frames[0], frames[frames.length - 1]];
  const length = tail.sample + tail.n - head.sample;
  const values = head.values.map((row, k) => {
    const whole = emptyLike(row, length);
    for (const frame of frames) whole.set(frame.values[k], frame.sample - head.sample);
    return whole;
  });
  return { first: head.sample, dt: head.clock === "timed" ? NaN : head.dt, values };
}
