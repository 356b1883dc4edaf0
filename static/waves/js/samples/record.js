/**
 * What the page holds of one stream: its description, the ring, and what was lost on the way.
 * Messages and frames go in; nothing here knows a socket or a screen.
 */

import { ANSWER, SWEEP } from "../protocol/frames.js";
import { Labels } from "./labels.js";
import { Rate } from "./rate.js";
import { Ring } from "./ring.js";
import { Assembly, sweepLength } from "./sweep-assembly.js";

/**
 * @import { Frame, SamplesFrame, Values } from "../protocol/frames.js"
 * @import { Description } from "../protocol/description.js"
 * @import { ViewMessage } from "../protocol/messages.js"
 * @import { Source } from "./window-samples.js"
 */

/** @typedef {{ring: Ring, dt: number, envelope: boolean, labels: Labels}} Kept of an epoch that is over */

/** @typedef {{next: number, ring: Ring | null, dt: number}} Awaited */

/** Values of all rows together that a page keeps: 16 MB as float32. */
const MOST_VALUES = 4_000_000;

export class Record {
  #envelopes = new WeakSet();
  /** @type {Assembly | null} */
  #assembly = null;
  /** A ring that fills, and what is shown once it holds all that the server had. @type {Awaited | null} */
  #awaited = null;
  /** The first sample of the epoch that came: before it nothing did. @type {number | null} */
  #began = null;
  /** The first label of the epoch: times on a timed clock count from it. @type {number | null} */
  #origin = null;
  #rate = new Rate();
  /** Whether this page saw an epoch end. */
  #cut = false;
  /** How many epochs this page saw another one follow. */
  restarts = 0;

  /** @type {Description | null} */
  description = null;
  /** @type {number | null} */
  epoch = null;
  /** @type {Ring | null} */
  ring = null;
  /** Seconds between indices of the ring; 0 on a timed clock. */
  dt = 0;
  /** How the server sends: all samples, columns of them, or sweeps. @type {ViewMessage["mode"] | null} */
  mode = null;
  /** The last whole sweep, where the server sends those. @type {Ring | null} */
  swept = null;
  /** When the seconds of the epoch were, by the wall clock. */
  labels = new Labels();
  /** The sample that comes next; null before anything came. @type {number | null} */
  reached = null;
  /** The first sample of the epoch that the server had: it keeps none before. */
  earliest = 0;
  /** What was held of the epoch before, for a view that is frozen in it. @type {Kept | null} */
  former = null;
  /** Samples that did not come. */
  lost = 0;

  /**
   * @param {number} handle
   * @param {number} [kept] values of all rows together that the ring holds
   */
  constructor(handle, kept = MOST_VALUES) {
    this.handle = handle;
    this.kept = kept;
  }

  /** Whether the ring holds minima and maxima instead of samples. */
  get envelope() {
    return this.ring !== null && this.#envelopes.has(this.ring);
  }

  /** What is live, as it is drawn from; null before anything came. @returns {Source | null} */
  get source() {
    return this.ring && { ring: this.ring, period: this.dt, envelope: this.envelope };
  }

  /** How many signals there are, as far as is known. */
  get signals() {
    return this.description?.signals.length ?? 0;
  }

  /** Epoch and first sample lacked, for rejoining; null before anything came. */
  get position() {
    return this.reached === null ? null : { epoch: this.epoch, sample: this.reached };
  }

  /**
   * Take a `stream` message.
   * @param {Description} message
   * @returns {boolean} whether another epoch begins with it
   */
  describe(message) {
    const others = this.description !== null && !this.#isOfSame(message, this.description);
    this.description = message;
    this.handle = message.handle;
    return (others || message.epoch !== this.epoch) && this.#begin(message.epoch);
  }

  /**
   * Whether a description is of this stream, and of as many signals: what is held is theirs.
   * @param {Description} description
   * @param {Description} known
   */
  #isOfSame({ handle, signals }, known) {
    return handle === this.handle && signals?.length === known.signals?.length;
  }

  /**
   * Take a `view` message: frames of another stride fill another ring, shown when complete.
   * @param {ViewMessage} message
   * @param {number} [window] seconds that were asked for: a sweep has as many
   */
  expect(message, window = 0) {
    this.mode = message.mode;
    this.#assembly = message.mode === "sweeps" ? this.#makeAssembly(window) : null;
    this.earliest = message.begin ?? 0;
    const holds = this.ring && this.ring !== this.swept && this.ring.stride === message.stride;
    const same = holds && this.envelope === (message.mode === "columns");
    this.#awaited = same ? null : { next: message.next, ring: null, dt: 0 };
    // Another ring begins with its window: what came before that was not asked for, and is not lost.
    if (!same && this.reached !== null) this.reached = Math.max(this.reached, message.first);
  }

  /**
   * Take a frame.
   * @param {Frame} frame
   * @param {number} now page seconds of its arrival
   * @returns {{restarted: boolean} | null} null for a frame of another stream, of an epoch that is
   *   over, or of other signals than were described
   */
  add(frame, now) {
    if (frame.handle !== this.handle || frame.epoch < (this.epoch ?? 0) || !this.#isDescribed(frame)) return null;
    const restarted = frame.epoch !== this.epoch && this.#begin(frame.epoch);
    if (frame.flags & SWEEP && frame.kind === "samples") {
      this.#addSweep(frame, now);
      return { restarted };
    }
    const ring = this.#ringFor(frame);
    const times = this.timesOf(frame);
    ring.write(frame.sample / frame.stride, rowsOf(frame), times);
    this.#account(frame, now);
    this.#swap(ring);
    this.#label(frame, times);
    return { restarted };
  }

  /** Unix seconds of the instant `seconds` of the stream. @param {number} seconds */
  wallTime(seconds) {
    return this.labels.wallTime(seconds);
  }

  /** Samples per second and signal: as declared at first, then as they come. @param {number} now */
  rate(now) {
    const { rate = NaN, clock } = this.description ?? {};
    return this.#rate.at(now, rate, clock === "timed");
  }

  /** The newest second of the stream that the ring holds. */
  get end() {
    if (!this.ring) return NaN;
    const newest = this.ring.next - 1;
    if (this.ring.times) return this.ring.timeAt(newest);
    return (this.envelope ? newest + 1 : newest) * this.dt;
  }

  /** Seconds of the stream of a frame's columns on a timed clock, else null. @param {Frame} frame */
  timesOf(frame) {
    // They count from the first label of the epoch.
    const origin = this.#origin ?? frame.t0;
    this.#origin = origin;
    return frame.times?.map((seconds) => seconds + frame.t0 - origin) ?? null;
  }

  /** The instant of the stream at unix seconds: the inverse of `wallTime`. @param {number} unix */
  secondsAt(unix) {
    return this.labels.secondsAt(unix);
  }

  /** @param {Frame} frame */
  #isDescribed(frame) {
    const described = this.description?.signals?.length;
    return described === undefined || (frame.kind === "envelope" ? frame.minima : frame.values).length === described;
  }

  /** @param {number} epoch */
  #begin(epoch) {
    const { ring, dt, envelope, labels } = this;
    this.former = ring && { ring, dt, envelope, labels };
    if (this.epoch !== null) this.restarts += 1;
    this.epoch = epoch;
    this.reached = null;
    this.#began = null;
    this.ring = null;
    this.earliest = 0;
    this.swept = null;
    this.#awaited = null;
    this.dt = 0;
    this.#origin = null;
    this.labels = new Labels();
    this.#rate = new Rate();
    this.#cut ||= ring !== null;
    return ring !== null;
  }

  /** Bounded, whatever rate was described. @param {number} window */
  #makeAssembly(window) {
    return new Assembly(Math.min(this.kept, sweepLength(window, this.description?.rate ?? NaN)));
  }

  /** @param {SamplesFrame} frame @param {number} now */
  #addSweep(frame, now) {
    this.reached = null;
    this.#account(frame, now);
    const whole = this.#assembly?.take(frame);
    if (!whole) return;
    [this.ring, this.swept, this.dt] = [whole, whole, frame.dt];
    this.#label(frame, null);
  }

  /** @param {Frame} frame */
  #ringFor(frame) {
    if (this.ring && this.#fits(this.ring, frame)) return this.ring;
    const { next, ring } = this.#awaited ?? { next: 0, ring: null };
    if (ring && this.#fits(ring, frame)) return ring;
    const made = this.#makeRing(frame);
    this.#awaited = { next, ring: made, dt: frame.dt };
    return made;
  }

  /** @param {Ring} ring @param {Frame} frame */
  #fits(ring, frame) {
    return (
      ring !== this.swept && ring.stride === frame.stride && this.#envelopes.has(ring) === (frame.kind === "envelope")
    );
  }

  /** @param {Frame} frame */
  #makeRing(frame) {
    const rows = rowsOf(frame).length;
    const ring = new Ring({
      rows,
      capacity: this.kept / rows,
      stride: frame.stride,
      float64: frame.sampleType === "float64",
      timed: frame.clock === "timed",
    });
    if (frame.kind === "envelope") this.#envelopes.add(ring);
    return ring;
  }

  /** Show the awaited ring once it holds everything that the server had when asked. @param {Ring} ring */
  #swap(ring) {
    if (ring === this.ring || !this.#awaited || ring.next * ring.stride < this.#awaited.next) return;
    ring.afterCut = this.#cut && ring.begin * ring.stride <= (this.#began ?? 0);
    this.ring = ring;
    this.dt = this.#awaited.dt;
    this.#awaited = null;
  }

  /**
   * Count what was jumped over, and how fast samples come. Answers repeat what was had before.
   * @param {Frame} frame
   * @param {number} now
   */
  #account(frame, now) {
    const end = frame.sample + frame.n * frame.stride;
    this.#began ??= frame.sample;
    if (this.reached !== null) this.lost += Math.max(0, frame.sample - this.reached);
    this.reached = Math.max(end, this.reached ?? 0);
    if (frame.flags & ANSWER && !frame.times) return;
    const time = frame.times ? frame.times[frame.n - 1] + frame.t0 : null;
    this.#rate.arrived(time === null ? end : end - frame.stride, now, time);
  }

  /** @param {Frame} frame @param {Float64Array | null} times */
  #label(frame, times) {
    const at = times ? times[0] : (frame.sample / frame.stride) * frame.dt;
    this.labels.take(at, frame.t0);
  }
}

/**
 * Rows as the ring keeps them: samples, or minima and maxima of each signal in turn.
 * @param {Frame} frame
 * @returns {Values[]}
 */
export function rowsOf(frame) {
  if (frame.kind !== "envelope") return frame.values;
  return frame.minima.flatMap((minima, k) => [minima, frame.maxima[k]]);
}
