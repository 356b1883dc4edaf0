/**
 * Where the window stands when it is triggered: in what the page holds, in sweeps that the server
 * sent, or in the past. Sources and seconds of the stream go in, places come out; no screen.
 */

import { Ring } from "../samples/ring.js";
import { HALF } from "../samples/smooth.js";
import { RingTrigger, secondsOf } from "./ring-trigger.js";
import { crossingOf, SentSweeps } from "./sent-sweeps.js";
import { levelsOf } from "./settings.js";
import { Sweep } from "./sweep.js";

/**
 * @import { Source } from "../samples/window-samples.js"
 * @import { Settings } from "./settings.js"
 * @import { Found, Mode, SweepState } from "./sweep.js"
 * @import { Course, TriggerSettings } from "./trigger.js"
 */

/** @typedef {Source & {of?: Ring}} Copied a copy of the samples of a window, and of which ring */

/**
 * @typedef {object} Place where a window stands
 * @property {number} edge seconds of the stream at its right end
 * @property {number} zero the x that is labelled 0, in seconds from the right end
 * @property {Found | null} [trigger] what then is at that x
 * @property {Source} [source] where it is not what the page holds
 */

/**
 * @typedef {object} View
 * @property {number} now page seconds
 * @property {number} live the live edge
 * @property {number} reached the newest second
 * @property {number} window seconds
 * @property {Source} source what the page holds
 */

/** Seconds that are looked back on besides two windows, so that something is found at once. */
const LOOK_BACK = 0.2;
/** Samples kept on either side of a sweep, so that its lines and curves reach the borders. */
const MARGIN = HALF + 2;
/** Of a sample: what rounding may take from an instant. */
const HAIR = 1e-6;

export class Placing {
  /** @type {RingTrigger | null} */
  #finder = null;
  /** The trigger that was shown last, and a source that keeps its sweep whatever arrives. @type {Found | null} */
  #last = null;
  /** @type {Copied | null} */
  #kept = null;
  /** The last search of the past. @type {{key: string, ring: Ring, found: Found | null} | null} */
  #search = null;
  /** What is looked for; null before there are levels. @type {Settings | null} */
  settings = null;
  /** Row of the signal. */
  #k = 0;
  /** @type {SweepState} */
  state = "auto";

  /** @param {Mode} mode @param {number} window seconds */
  constructor(mode, window) {
    this.sweep = new Sweep({ mode, window });
    this.sent = new SentSweeps(mode);
    this.mode = mode;
  }

  /**
   * Take a mode; `end` is the newest second of the stream: a single sweep comes after it.
   * @param {Mode} mode
   * @param {number} end
   */
  take(mode, end) {
    this.mode = this.sweep.mode = this.sent.mode = mode;
    if (mode !== "single") return;
    this.sweep.arm(end);
    this.sent.arm();
  }

  /**
   * Look for something else.
   * @param {Settings} settings with levels
   * @param {number} k row of the signal
   * @param {number} rate samples per second
   * @param {Course} [line] of the signal
   */
  look(settings, k, rate, line) {
    this.settings = settings;
    this.#k = k;
    this.#finder = new RingTrigger(/** @type {TriggerSettings} */ (settings), k, rate, line);
    this.#search = null;
    // A frozen view, too, shows what is looked for now.
    this.#last = null;
    this.sweep.forget();
  }

  /** Where in the window the trigger stands. @param {number} position */
  stand(position) {
    if (this.settings) this.settings = { ...this.settings, position };
    this.sweep.pretrigger = position;
  }

  /**
   * Another epoch; where the view is frozen in the former, that keeps its trigger.
   * @param {boolean} frozen
   */
  begin(frozen) {
    this.sweep.clear();
    this.sent = new SentSweeps(this.mode);
    if (frozen) return;
    this.#last = this.#kept = null;
    this.#finder?.reset();
  }

  /**
   * Look at the samples of a source that came since, up to `end` seconds.
   * @param {Source} source
   * @param {number} end
   * @param {number} window
   */
  feed(source, end, window) {
    const since = end - 2 * window - LOOK_BACK;
    for (const { position, at } of this.#finder?.feed(source, since) ?? []) this.sweep.add(position, at);
  }

  /**
   * Take a whole sweep that the server sent.
   * @param {Source} source
   * @param {number} now
   * @param {number} window
   */
  sentSweep(source, now, window) {
    if (!this.settings) return;
    const { kind, position } = this.settings;
    const levels = levelsOf(kind).map((field) => this.settings?.[field] ?? NaN);
    const trace = { levels, position, signal: this.#k, line: this.#finder?.line };
    const { at: sample, crossing } = crossingOf(source.ring, trace);
    const trigger = crossing && { position: crossing, at: secondsOf(source, crossing, this.#k) };
    const at = trigger ? trigger.at : sample * source.period;
    this.sent.add({ source, trigger, edge: at + (1 - position) * window }, now);
  }

  /**
   * Take a whole window that the server sent and nothing was looked for in.
   * @param {Source} source
   * @param {number} now
   */
  freeSweep(source, now) {
    this.sent.add({ source, trigger: null, edge: (source.ring.next - 1) * source.period }, now);
  }

  /**
   * The place of the newest of those.
   * @param {number} now
   * @param {number} live
   */
  freePlace(now, live) {
    return this.#sentPlace(this.sent.update(now), live, 0);
  }

  /**
   * The place of a view that runs.
   * @param {View} view
   * @param {boolean} isSent whether the server sends sweeps
   * @returns {Place}
   */
  running({ now, live, reached, window, source }, isSent) {
    this.sweep.window = window;
    const found = isSent ? this.sent.update(now) : this.sweep.update(reached, live);
    this.state = found.state;
    if (found.trigger) this.#last = found.trigger;
    const zero = (this.#position - 1) * window;
    if (isSent) return this.#sentPlace(found, live, zero);
    const place = { edge: found.edge ?? live, zero, trigger: found.trigger };
    const waits = found.trigger && (found.state === "armed" || found.state === "stopped");
    return waits ? { ...place, source: this.#keep(source, place.edge, window) } : place;
  }

  /**
   * The place of a frozen view: its edge stays, and the trigger is the one nearest to where it
   * would stand. `sourceOf()` gives the samples of the view, or columns, which have none;
   * those of a former epoch count from `shift` seconds of the stream.
   * @param {{held: number, window: number, sourceOf: () => Source, shift?: number}} view
   * @returns {Place}
   */
  frozen({ held, window, sourceOf, shift = 0 }) {
    const kept = this.#kept && covers(this.#kept, held - window, held) ? { source: this.#kept } : {};
    const source = kept.source ?? sourceOf();
    const trigger = source.envelope ? null : this.#nearest(source, { held, window, shift: kept.source ? 0 : shift });
    this.state = "stopped";
    return { edge: held, zero: trigger ? trigger.at - held : 0, trigger, ...kept };
  }

  get #position() {
    return this.settings?.position ?? 0;
  }

  /**
   * @param {{trigger: Found | null, edge: number | null, source?: Source}} found
   * @param {number} live
   * @param {number} zero
   * @returns {Place}
   */
  #sentPlace({ trigger, edge, source }, live, zero) {
    if (!source || edge === null) return { edge: live, zero, trigger: null };
    this.#kept = source;
    return { edge, zero, trigger, source };
  }

  /** @param {Source} source @param {{held: number, window: number, shift: number}} view */
  #nearest(source, { held, window, shift }) {
    const isWithin = (/** @type {Found} */ { at }) => at >= held - window && at <= held;
    // The one that it stood on when it was frozen: with a holdoff, a search may find others.
    if (this.#last && isWithin(this.#last)) return this.#last;
    const { ring } = source;
    const key = `${held} ${window} ${ring.revision} ${ring.first} ${Math.min(ring.next, held / source.period + 2)}`;
    if (this.#search?.key !== key || this.#search.ring !== ring) {
      const right = held - shift;
      const wanted = right - (1 - this.#position) * window;
      const found = this.#finder?.nearest(source, right - window, right, wanted);
      this.#search = { key, ring, found: found ? { ...found, at: found.at + shift } : null };
    }
    return this.#search.found;
  }

  /**
   * A copy of the samples of a window, made once: the ring will be written over.
   * @param {Source} source
   * @param {number} edge
   * @param {number} window
   * @returns {Source}
   */
  #keep(source, edge, window) {
    if (this.#kept && this.#kept.of === source.ring && covers(this.#kept, edge - window, edge)) return this.#kept;
    if (source.ring.times) return source;
    const { ring, period } = source;
    const from = Math.max(ring.first, Math.floor((edge - window) / period) - MARGIN);
    const to = Math.min(ring.next, Math.ceil(edge / period) + MARGIN);
    const copy = new Ring({ rows: ring.rows, capacity: Math.max(1, to - from), float64: ring.float64 });
    copy.write(
      from,
      Array.from({ length: ring.rows }, (_, row) => ring.slice(row, from, to)),
    );
    this.#kept = { ring: copy, period, envelope: false, of: ring };
    return this.#kept;
  }
}

/**
 * Whether a source of samples holds all of [from, to] seconds.
 * @param {Source} source
 * @param {number} from
 * @param {number} to
 */
function covers({ ring, period }, from, to) {
  return ring.first <= from / period + HAIR && ring.next - 1 >= to / period - HAIR;
}
