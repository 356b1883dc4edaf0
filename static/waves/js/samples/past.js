/**
 * The past of a stream: what a view of it is drawn from, and what has to be asked for. A few
 * answers are kept. Each covers a range of samples at one stride; the finer the view, the finer
 * the stride that is asked for, down to the samples themselves.
 */

import { MOST_VALUES } from "../protocol/history-requests.js";
import { searchTime } from "./decimation.js";
import { rowsOf } from "./record.js";
import { Ring } from "./ring.js";
import { instantOf } from "./window-samples.js";

/**
 * @import { Frame } from "../protocol/frames.js"
 * @import { Kept, Record } from "./record.js"
 * @import { WholePast } from "./whole-past.js"
 * @import { Source } from "./window-samples.js"
 */

/**
 * @typedef {{first: number, last: number, columns?: number}} Asking samples `first` to `last`, or columns of them
 */

/**
 * @typedef {{edge: number, window: number, columns: number}} View seconds at the right end, and of the window; pixels
 */

/**
 * @typedef {Source & {stride: number, from: number, to: number}} Piece of the past: the samples from `from` to before `to`
 */

/** @typedef {{from: number, to: number, stride: number}} Wanted samples, and how finely */

/**
 * @typedef {{from: number, to: number, first: number, end: number, length: number, columns: number}} Range what a view asks for, in samples; `first` to before `end` is there
 */

/** Answers that are kept: going back and forth between a few zooms asks for nothing. */
const KEPT = 6;
/** More columns than this a request may not ask for, the margins at both sides included. */
const MOST_COLUMNS = 16384;
/** What is asked for on either side of the view, as a share of it: scrolling finds it there. */
const MARGIN = 0.5;
/** Of a sample: what rounding may take from an index that was seconds meanwhile. */
const HAIR = 1e-3;
/** Seconds after which the end of an epoch is recorded. */
const RECORDED_AFTER = 6;
/** An answer without frames. */
const NOTHING = { ring: new Ring({ rows: 1, capacity: 1 }), period: 1, envelope: false, stride: 1, from: 0, to: 0 };

export class Past {
  /** What is recorded, where anything is. @type {WholePast | null} */
  whole = null;
  /** @type {(Piece & {asked: {from: number, to: number}})[]} */
  #answers = [];
  #asking = false;
  /** @type {Kept | null} */
  #former = null;
  /** Page seconds since when samples of the next epoch come. @type {number | null} */
  #formerSince = null;

  /**
   * @param {Record} record
   * @param {(request: Asking) => Promise<Frame[] | null>} ask
   * @param {() => void} came called when there is more to be seen than before
   */
  constructor(record, ask, came) {
    this.record = record;
    this.ask = ask;
    this.came = came;
    /** Whether a view is shown more coarsely than it could be, because finer samples are gone. */
    this.isCoarse = false;
  }

  /**
   * Another epoch began; a view that is frozen stays in the former one, as far as it is held.
   * @param {boolean} frozen
   */
  begin(frozen) {
    if (frozen) this.#former ??= this.record.former;
    else this.release();
    this.record.former = null;
  }

  /**
   * Where a frozen view stands once what it is of is recorded, and read as any other past: in seconds of the epoch
   * that is live now.
   * @param {number} held second of the former epoch
   * @param {number} now page seconds
   * @returns {number | null} null where it stays where it is
   */
  rebased(held, now) {
    const former = this.#former;
    if (!former || !this.whole?.isThere || this.record.labels.isEmpty) return null;
    this.#formerSince ??= now;
    if (now - this.#formerSince < RECORDED_AFTER) return null;
    const unix = former.labels.wallTime(held);
    this.release();
    return this.whole.secondsAt(unix);
  }

  /** Nothing is frozen any longer. */
  release() {
    if (this.#former) this.#answers = [];
    this.#former = null;
    this.#formerSince = null;
  }

  /** Whether what is looked at is of an epoch that is over. */
  get isFormer() {
    return this.#former !== null;
  }

  /** Whether there is anything to look back on. */
  get isThere() {
    return this.record.ring !== null || this.isFormer || this.isRecorded;
  }

  /** Whether there is a recording that goes on before what is held in memory. */
  get isRecorded() {
    return this.whole?.isThere === true && !this.isFormer;
  }

  /** Unix seconds of an instant of what is looked at. @param {number} seconds */
  wallTime(seconds) {
    if (this.whole && this.isRecorded) return this.whole.wallTime(seconds);
    return (this.#former ?? this.record).labels.wallTime(seconds);
  }

  /** First and last second that can be looked at: what the page holds, or the server keeps in memory or on disk. */
  span() {
    const memory = this.memory();
    const { whole } = this;
    if (!whole || !this.isRecorded) return memory;
    // What lies beneath may go on to times that are yet to come.
    const beneath = whole.beneath ? whole.secondsAt(whole.beneath.to) : -Infinity;
    const end = Math.max(this.record.ring ? memory.end : whole.end, beneath);
    return { first: Math.min(whole.first, this.record.ring ? memory.first : end), end };
  }

  /**
   * Whether a window begins before what is held in memory, and there is a recording of that.
   * @param {{edge: number, window: number}} view
   * @param {boolean} running
   */
  reaches({ edge, window }, running) {
    const { whole } = this;
    if (!whole || !this.isRecorded) return false;
    const { ring, source } = this.record;
    if (!ring || !source || whole.beneath !== null) return true;
    const held = running ? instantOf(source, ring.first) : this.memory().first;
    // Where the clock was set back what was before it has times of its own, and lies beneath in part.
    const first = Math.max(held, this.record.labels.since);
    return edge - window < first - HAIR * (source.period || HAIR) && whole.first < first && ring !== this.record.swept;
  }

  /** First and last second of what the page holds, or the server keeps in memory. */
  memory() {
    const { ring, dt } = this.#former ?? this.record;
    if (!ring) return { first: 0, end: 0 };
    const at = (/** @type {number} */ index) => (ring.times ? ring.timeAt(index) : index * dt);
    if (this.#former) return { first: at(ring.first), end: at(ring.next - 1) };
    const { end, description, earliest } = this.record;
    const kept = end - (description?.history ?? 0);
    const begin = ring.times ? 0 : (earliest / ring.stride) * dt;
    return { first: Math.min(at(ring.first), Math.max(begin, kept)), end };
  }

  /** What this page knows not to have come, in seconds, of what it holds. @returns {{from: number, to: number}[]} */
  lost() {
    const { ring, dt } = this.#former ?? this.record;
    if (!ring) return [];
    const at = (/** @type {number} */ index) => (ring.times ? ring.timeAt(index) : index * dt);
    return ring.gaps.map(({ first, next }) => ({
      from: at(Math.max(ring.first, first - 1)),
      to: at(Math.min(next, ring.next - 1)),
    }));
  }

  /** When the stream began anew, at either end of what can be looked at. */
  restarts() {
    if (this.#former) return [this.memory().end];
    const { ring } = this.record;
    return ring?.afterCut && ring.first === ring.begin ? [this.memory().first] : [];
  }

  /**
   * What a frozen view is drawn from; asks for what is lacked, and until that comes it is the
   * best there is.
   * @param {View} view
   * @returns {Source}
   */
  source(view) {
    if (this.whole && this.reaches(view, false)) {
      this.isCoarse = false;
      return this.whole.source(view, false);
    }
    const live = this.#live();
    const wanted = this.#wanted(view, live);
    const sources = [live, ...this.#answers];
    const whole = { from: wanted.left, to: wanted.right, stride: wanted.stride };
    const isThere = wanted.from < wanted.to;
    const nearly = isThere ? sources.find((source) => covers(source, wanted)) : undefined;
    const fitting = sources.find((source) => covers(source, whole)) ?? nearly;
    this.isCoarse = false;
    if (fitting) return fitting;
    // What was asked for once and did not come is not there.
    const asked =
      this.isFormer || !isThere || this.#answers.some((answer) => covers({ ...answer, ...answer.asked }, wanted));
    if (!asked) this.#fetch(wanted);
    this.isCoarse = asked;
    return best(sources, whole);
  }

  #live() {
    const { ring, dt, envelope } = this.#former ?? this.record;
    if (!ring) return NOTHING;
    return {
      ring,
      period: dt,
      envelope,
      stride: ring.stride,
      from: ring.first * ring.stride,
      to: ring.next * ring.stride,
    };
  }

  /**
   * The view in sample indices, as far as there are samples, and the stride that is enough.
   * @param {View} view
   * @param {Piece} live
   */
  #wanted({ edge, window, columns }, live) {
    const span = this.memory();
    const index = (/** @type {number} */ seconds) => indexAt(live, seconds, this.record.description?.rate);
    const length = index(edge) - index(edge - window);
    const most = Math.min(columns, MOST_COLUMNS / 2, Math.floor(MOST_VALUES / 8 / this.#signals(live)));
    const [first, left] = [span.first, edge - window].map((at) => Math.floor(index(at) + HAIR));
    const [last, right] = [span.end, edge].map((at) => Math.ceil(index(at) - HAIR));
    return {
      // The beginning may just be going, and a server keeps more than it promises: ask for all.
      first: Math.min(first, Math.max(left, this.record.earliest)),
      end: last + 1,
      length,
      columns: most,
      left,
      right,
      from: Math.max(first, left),
      to: Math.min(last + 1, right),
      stride: Math.max(1, length / most),
    };
  }

  /** @param {Source} source */
  #signals({ ring, envelope }) {
    return envelope ? ring.rows / 2 : ring.rows;
  }

  /** @param {Range} wanted */
  async #fetch(wanted) {
    if (this.#asking) return;
    this.#asking = true;
    const { epoch } = this.record;
    const range = requestFor(wanted);
    const frames = await this.ask(range);
    this.#asking = false;
    if (frames && epoch === this.record.epoch) this.#keep(range, frames);
  }

  /** @param {Asking} range @param {Frame[]} frames */
  #keep({ first, last }, frames) {
    const asked = { from: first, to: last + 1 };
    const answer = frames.length > 0 ? this.#answer(frames) : NOTHING;
    this.#answers = [{ ...answer, asked }, ...this.#answers].slice(0, KEPT);
    this.came();
  }

  /**
   * Frames, all of one stride, as a ring of their own.
   * @param {Frame[]} frames
   * @returns {Piece}
   */
  #answer(frames) {
    const [head, tail] = [frames[0], frames[frames.length - 1]];
    const { stride, dt: period } = head;
    const ring = new Ring({
      rows: rowsOf(head).length,
      capacity: (tail.sample - head.sample) / stride + tail.n,
      stride,
      float64: head.sampleType === "float64",
      timed: head.clock === "timed",
    });
    for (const frame of frames) {
      const times = this.record.timesOf(frame);
      ring.write(frame.sample / stride, rowsOf(frame), times);
      this.record.labels.take(times ? times[0] : (frame.sample / stride) * period, frame.t0);
    }
    const held = { from: ring.first * stride, to: ring.next * stride };
    return { ring, period, envelope: head.kind === "envelope", stride, ...held };
  }
}

/** What to ask for: the view with its margins, in as many columns as fit the pixels. @param {Range} range */
export function requestFor({ from, to, first, end, length, columns }) {
  const margin = Math.ceil(length * MARGIN);
  const range = { first: Math.max(first, 0, from - margin), last: Math.min(end, to + margin) - 1 };
  const share = (range.last + 1 - range.first) / length;
  return { ...range, columns: Math.max(16, Math.ceil(columns * Math.min(share, 1 + 2 * MARGIN))) };
}

/**
 * Whether a source holds the whole of a view, and finely enough.
 * @param {Wanted} source
 * @param {Wanted} wanted
 */
export function covers(source, { from, to, stride }) {
  return source.stride <= stride && source.from <= from && source.to >= to;
}

/**
 * The source that shows most of a view; of equal ones the finest that is not too fine.
 * @template {Wanted} T
 * @param {T[]} sources
 * @param {Wanted} wanted
 * @returns {T}
 */
export function best(sources, { from, to, stride }) {
  const shown = (/** @type {Wanted} */ source) => Math.max(0, Math.min(source.to, to) - Math.max(source.from, from));
  const misfit = (/** @type {Wanted} */ source) => Math.abs(Math.log2(source.stride / stride));
  return [...sources].sort((a, b) => shown(b) - shown(a) || misfit(a) - misfit(b))[0];
}

/**
 * The sample index at an instant; before what the ring holds of a timed clock only nearly.
 * @param {{ring: Ring, period: number, stride: number}} source
 * @param {number} seconds
 * @param {number | undefined} rate
 */
function indexAt({ ring, period, stride }, seconds, rate) {
  if (!ring.times) return (seconds / period) * stride;
  const before = ring.timeAt(ring.first) - seconds;
  return before > 0 ? ring.first - before * (rate || 1) : searchTime(ring, seconds);
}
