/**
 * Where the window stands when it is triggered: in what the page holds, in sweeps that the server
 * sent, or in the past. Sources and seconds of the stream go in, places come out; no screen.
 */

import { Ring } from "../samples/ring.js";
import { RingTrigger, secondsOf } from "./ring-trigger.js";
import { crossingOf, SentSweeps } from "./sent-sweeps.js";
import { levelsOf } from "./settings.js";
import { Sweep } from "./sweep.js";

/** Seconds that are looked back on besides two windows, so that something is found at once. */
const LOOK_BACK = 0.2;
/** Samples kept on either side of a sweep, so that its lines reach the borders. */
const MARGIN = 3;
/** Of a sample: what rounding may take from an instant. */
const HAIR = 1e-6;

export class Triggering {
  #finder = null;
  /** The trigger that was shown last, and a source that keeps its sweep whatever arrives. */
  #last = null;
  #kept = null;
  #search = {};

  constructor(mode, window) {
    this.sweep = new Sweep({ mode, window });
    this.sent = new SentSweeps(mode);
    this.mode = mode;
    this.state = "auto";
  }

  /** Take a mode; `end` is the newest second of the stream: a single sweep comes after it. */
  take(mode, end) {
    this.mode = this.sweep.mode = this.sent.mode = mode;
    if (mode !== "single") return;
    this.sweep.arm(end);
    this.sent.arm();
  }

  /**
   * Look for something else.
   * @param {object} settings as in `settings.js`, with levels
   * @param {number} k row of the signal
   * @param {number} rate samples per second
   */
  look(settings, k, rate) {
    this.settings = settings;
    this.k = k;
    this.#finder = new RingTrigger(settings, k, rate);
    this.#search = {};
    // A frozen view, too, shows what is looked for now.
    this.#last = null;
    this.sweep.forget();
  }

  /** Where in the window the trigger stands. */
  stand(position) {
    this.settings = { ...this.settings, position };
    this.sweep.pretrigger = position;
  }

  /** Another epoch; where the view is frozen in the former, that keeps its trigger. */
  begin(frozen) {
    this.sweep.clear();
    this.sent = new SentSweeps(this.mode);
    if (frozen) return;
    this.#last = this.#kept = null;
    this.#finder?.reset();
  }

  /** Look at the samples of a source that came since, up to `end` seconds. */
  feed(source, end, window) {
    const since = end - 2 * window - LOOK_BACK;
    for (const { position, at } of this.#finder.feed(source, since)) this.sweep.add(position, at);
  }

  /** Take a whole sweep that the server sent. */
  sentSweep(source, now, window) {
    const { kind, position } = this.settings;
    const levels = levelsOf(kind).map((field) => this.settings[field]);
    const { at: sample, crossing } = crossingOf(source.ring, { levels, position, signal: this.k });
    const trigger = crossing && { position: crossing, at: secondsOf(source, crossing) };
    const at = trigger ? trigger.at : sample * source.period;
    this.sent.add({ source, trigger, edge: at + (1 - position) * window }, now);
  }

  /** Take a whole window that the server sent and nothing was looked for in. */
  freeSweep(source, now) {
    this.sent.add({ source, trigger: null, edge: (source.ring.next - 1) * source.period }, now);
  }

  /** The place of the newest of those. */
  freePlace(now, live) {
    return this.#sentPlace(this.sent.update(now), live, 0);
  }

  /**
   * The place of a view that runs.
   * @param {object} view {now, live, reached, window, source}: page seconds, the live edge, the
   *   newest second, and what the page holds
   * @param {boolean} isSent whether the server sends sweeps
   */
  running({ now, live, reached, window, source }, isSent) {
    this.sweep.window = window;
    const found = isSent ? this.sent.update(now) : this.sweep.update(reached, live);
    this.state = found.state;
    if (found.trigger) this.#last = found.trigger;
    const zero = (this.settings.position - 1) * window;
    if (isSent) return this.#sentPlace(found, live, zero);
    const place = { edge: found.edge ?? live, zero, trigger: found.trigger };
    const waits = found.trigger && (found.state === "armed" || found.state === "stopped");
    return waits ? { ...place, source: this.#keep(source, place.edge, window) } : place;
  }

  /** The place of a frozen view: its edge stays, and the trigger is the one nearest to where it
   * would stand. `sourceOf()` gives the samples of the view, or columns, which have none. */
  frozen({ held, window, sourceOf }) {
    const kept = this.#kept && covers(this.#kept, held - window, held) ? { source: this.#kept } : {};
    const source = kept.source ?? sourceOf();
    const trigger = source.envelope ? null : this.#nearest(source, held, window);
    this.state = "stopped";
    return { edge: held, zero: trigger ? trigger.at - held : 0, trigger, ...kept };
  }

  #sentPlace({ trigger, edge, source }, live, zero) {
    if (!source) return { edge: live, zero, trigger: null };
    this.#kept = source;
    return { edge, zero, trigger, source };
  }

  #nearest(source, held, window) {
    const isWithin = ({ at }) => at >= held - window && at <= held;
    // The one that it stood on when it was frozen: with a holdoff, a search may find others.
    if (this.#last && isWithin(this.#last)) return this.#last;
    const { ring } = source;
    const key = `${held} ${window} ${ring.revision} ${ring.first} ${Math.min(ring.next, held / source.period + 2)}`;
    if (this.#search.key !== key || this.#search.ring !== ring) {
      const wanted = held - (1 - this.settings.position) * window;
      this.#search = { key, ring, found: this.#finder.nearest(source, held - window, held, wanted) };
    }
    return this.#search.found;
  }

  /** A copy of the samples of a window, made once: the ring will be written over. */
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

/** Whether a source of samples holds all of [from, to] seconds. */
function covers({ ring, period }, from, to) {
  return ring.first <= from / period + HAIR && ring.next - 1 >= to / period - HAIR;
}
