/** Triggers in what a page holds of a stream: as samples arrive, or in a window of the past. */

import { searchTime } from "../samples/decimation.js";
import { searchKnown } from "../samples/known.js";
import { Trigger } from "./trigger.js";

/**
 * @import { Source } from "../samples/window-samples.js"
 * @import { Found } from "./sweep.js"
 * @import { Course, Position, TriggerSettings } from "./trigger.js"
 */

/** A search of the past looks at no more samples than this on either side: about 10 ms. */
const MOST = 250_000;

export class RingTrigger {
  #trigger;
  #signal;
  /** @type {Source["ring"] | null} */
  #ring = null;

  /**
   * @param {TriggerSettings} settings
   * @param {number} signal row of the ring
   * @param {number} rate samples per second
   * @param {Course} [line]
   */
  constructor(settings, signal, rate, line) {
    this.settings = settings;
    this.rate = rate;
    this.line = line;
    this.#signal = signal;
    this.#trigger = new Trigger(settings, rate, line);
  }

  reset() {
    this.#trigger.reset();
  }

  /**
   * Look at the samples that were not looked at, beginning not before `since` seconds.
   * @param {Source} source samples, no envelope
   * @param {number} since
   * @returns {Found[]} `at` in seconds of the stream
   */
  feed(source, since) {
    const { ring } = source;
    if (ring !== this.#ring) this.#trigger.reset();
    this.#ring = ring;
    const from = Math.max(this.#trigger.next, ring.first, Math.ceil(indexAt(source, since)));
    return this.#look(this.#trigger, source, from, ring.next);
  }

  /**
   * The trigger nearest to `wanted` within [from, to] seconds, or null.
   * @param {Source} source
   * @param {number} from
   * @param {number} to
   * @param {number} wanted
   * @returns {Found | null}
   */
  nearest(source, from, to, wanted) {
    const { ring } = source;
    const middle = Math.round(indexAt(source, wanted));
    const begin = Math.max(ring.first, Math.floor(indexAt(source, from)), middle - MOST);
    const end = Math.min(ring.next, Math.ceil(indexAt(source, to)) + 1, middle + MOST);
    // Of a former epoch it is another than that of now.
    const rate = source.period > 0 ? 1 / source.period : this.rate;
    const found = this.#look(new Trigger(this.settings, rate, this.line), source, begin, end);
    const distance = (/** @type {Found} */ { at }) => Math.abs(at - wanted);
    const within = found.filter(({ at }) => at >= from && at <= to);
    return within.length === 0 ? null : within.reduce((best, next) => (distance(next) < distance(best) ? next : best));
  }

  /**
   * @param {Trigger} trigger
   * @param {Source} source
   * @param {number} from
   * @param {number} to
   * @returns {Found[]}
   */
  #look(trigger, source, from, to) {
    /** @type {Position[]} */
    const found = [];
    const values = source.ring.memory(this.#signal);
    source.ring.runs(from, to, (offset, count, index) => {
      found.push(...trigger.feed(index, values, offset, offset + count));
    });
    return found.map((position) => ({ position, at: secondsOf(source, position, this.#signal) }));
  }
}

/**
 * Seconds of the stream at a position, on the line between two samples that have a value.
 * @param {Source} source
 * @param {Position} position
 * @param {number} signal
 */
export function secondsOf({ ring, period }, { sample, fraction }, signal) {
  if (!ring.times) return (sample + fraction) * period;
  if (fraction === 0 && !Number.isNaN(ring.at(signal, sample))) return ring.timeAt(sample);
  const [before, after] = [searchKnown(ring, signal, sample, -1), searchKnown(ring, signal, sample + 1, 1)];
  const share = (sample - before + fraction) / (after - before);
  return ring.timeAt(before) + share * (ring.timeAt(after) - ring.timeAt(before));
}

/** @param {Source} source @param {number} seconds */
function indexAt({ ring, period }, seconds) {
  return ring.times ? searchTime(ring, seconds) : seconds / period;
}
