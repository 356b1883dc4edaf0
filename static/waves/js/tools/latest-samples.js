/**
 * Samples at full rate for whoever needs more than columns: those of the window, or, where the
 * page holds columns only, the latest that the server has, asked for once a second while wanted.
 */

import { joined, latestRange } from "../samples/full-rate.js";
import { indicesWithin, instantOf } from "../samples/window-samples.js";

/** Seconds between two requests: an answer may hold a megabyte. */
const EVERY = 1;

const pageSeconds = () => performance.now() / 1000;

export class FullRate {
  #answer = null;
  #asking = false;
  #asked = { at: -Infinity, last: -1 };

  constructor(scope) {
    this.scope = scope;
  }

  began() {
    this.#answer = null;
    this.#asked = { at: -Infinity, last: -1 };
  }

  /**
   * @param {number} most samples of each signal; the newest count
   * @returns {object | null} {values: copies by signal, dt: seconds between samples (NaN on a
   *   timed clock), edge: the second of the newest one, span: seconds, whole: whether it is all
   *   of the window}; null before there are any
   */
  samples(most = Infinity) {
    const { source } = this.scope.picture;
    if (!source?.ring) return null;
    return source.envelope ? this.#latest(most) : this.#own(source, most);
  }

  #own(source, most) {
    const { edge, window } = this.scope.picture;
    const { from, to } = indicesWithin(source, edge - window, edge);
    if (to <= from) return null;
    const first = Math.max(from, to - most);
    const values = this.scope.signals.map((_, k) => source.ring.slice(k, first, to));
    const [begin, end] = [instantOf(source, first), instantOf(source, to - 1)];
    return { values, dt: source.period || NaN, edge: end, span: end - begin, whole: first === from };
  }

  #latest(most) {
    this.#ask();
    if (!this.#answer) return null;
    const { first, dt, values } = this.#answer;
    const count = Math.min(most, values[0].length);
    const span = (count - 1) * dt;
    const edge = (first + values[0].length - 1) * dt;
    return { values: values.map((row) => row.slice(row.length - count)), dt, edge, span, whole: false };
  }

  async #ask() {
    const { scope } = this;
    const last = this.#last();
    const now = pageSeconds();
    if (this.#asking || last === null || last === this.#asked.last || now - this.#asked.at < EVERY) return;
    this.#asking = true;
    this.#asked = { at: now, last };
    const { epoch } = scope.record;
    const frames = await scope.ask(latestRange(last, scope.signals.length));
    this.#asking = false;
    if (!(frames?.length > 0) || epoch !== scope.record.epoch) return;
    this.#answer = joined(frames);
    scope.dirty();
  }

  /** The newest sample that is wanted: the last that came, or the last of a frozen view. */
  #last() {
    const { timebase, record, past, picture } = this.scope;
    if (past.isFormer || record.reached === null) return null;
    if (timebase.running) return record.reached - 1;
    const { ring, period } = picture.source;
    return ring.times ? null : Math.floor((picture.edge / period) * ring.stride);
  }
}
