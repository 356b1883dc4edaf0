/**
 * The past of a stream: what a view of it is drawn from, and what has to be asked for. A few
 * answers are kept. Each covers a range of samples at one stride; the finer the view, the finer
 * the stride that is asked for, down to the samples themselves.
 */

import { MOST_VALUES } from "../protocol/history-requests.js";
import { searchTime } from "./decimation.js";
import { rowsOf } from "./record.js";
import { Ring } from "./ring.js";

/** Answers that are kept: going back and forth between a few zooms asks for nothing. */
const KEPT = 6;
/** More columns than this a request may not ask for, the margins at both sides included. */
const MOST_COLUMNS = 16384;
/** What is asked for on either side of the view, as a share of it: scrolling finds it there. */
const MARGIN = 0.5;
/** Of a sample: what rounding may take from an index that was seconds meanwhile. */
const HAIR = 1e-3;
/** An answer without frames. */
const NOTHING = { ring: new Ring({ rows: 1, capacity: 1 }), period: 1, envelope: false };

export class Past {
  #answers = [];
  #asking = false;
  #former = null;

  /**
   * @param {Record} record
   * @param {(request: {first, last, columns}) => Promise<object[] | null>} ask
   * @param {() => void} came called when there is more to be seen than before
   */
  constructor(record, ask, came) {
    Object.assign(this, { record, ask, came });
    /** Whether a view is shown more coarsely than it could be, because finer samples are gone. */
    this.isCoarse = false;
  }

  /** Another epoch began; a view that is frozen stays in the former one, as far as it is held. */
  begin(frozen) {
    if (frozen) this.#former ??= this.record.former;
    else this.release();
    this.record.former = null;
  }

  /** Nothing is frozen any longer. */
  release() {
    if (this.#former) this.#answers = [];
    this.#former = null;
  }

  /** Whether what is looked at is of an epoch that is over. */
  get isFormer() {
    return this.#former !== null;
  }

  /** Unix seconds of an instant of what is looked at. */
  wallTime(seconds) {
    const label = (this.#former ?? this.record).label;
    return label ? label.t0 + (seconds - label.at) : NaN;
  }

  /** First and last second that can be looked at: what the page holds, or the server keeps. */
  span() {
    const { ring, dt } = this.#former ?? this.record;
    const at = (index) => (ring.times ? ring.timeAt(index) : index * dt);
    if (this.#former) return { first: at(ring.first), end: at(ring.next - 1) };
    const { end, description, earliest } = this.record;
    const kept = end - (description?.history ?? 0);
    const begin = ring.times ? 0 : (earliest / ring.stride) * dt;
    return { first: Math.min(at(ring.first), Math.max(begin, kept)), end };
  }

  /**
   * What a frozen view is drawn from; asks for what is lacked, and until that comes it is the
   * best there is.
   * @param {{edge: number, window: number, columns: number}} view
   * @returns {{ring: Ring, period: number, envelope: boolean}}
   */
  source(view) {
    const live = this.#live();
    const wanted = this.#wanted(view, live);
    const sources = [live, ...this.#answers];
    const whole = { from: wanted.left, to: wanted.right, stride: wanted.stride };
    const isThere = wanted.from < wanted.to;
    const fitting =
      sources.find((source) => covers(source, whole)) ?? (isThere && sources.find((source) => covers(source, wanted)));
    this.isCoarse = false;
    if (fitting) return fitting;
    // What was asked for once and did not come is not there.
    const asked =
      this.#former || !isThere || this.#answers.some((answer) => covers({ ...answer, ...answer.asked }, wanted));
    if (!asked) this.#fetch(wanted);
    this.isCoarse = asked;
    return best(sources, whole);
  }

  #live() {
    const { ring, dt, envelope } = this.#former ?? this.record;
    return {
      ring,
      period: dt,
      envelope,
      stride: ring.stride,
      from: ring.first * ring.stride,
      to: ring.next * ring.stride,
    };
  }

  /** The view in sample indices, as far as there are samples, and the stride that is enough. */
  #wanted({ edge, window, columns }, live) {
    const span = this.span();
    const index = (seconds) => indexAt(live, seconds, this.record.description?.rate);
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

  #signals({ ring, envelope }) {
    return envelope ? ring.rows / 2 : ring.rows;
  }

  async #fetch(wanted) {
    if (this.#asking) return;
    this.#asking = true;
    const { epoch } = this.record;
    const range = requestFor(wanted);
    const frames = await this.ask(range);
    this.#asking = false;
    if (frames && epoch === this.record.epoch) this.#keep(range, frames);
  }

  #keep({ first, last }, frames) {
    const asked = { from: first, to: last + 1 };
    const answer = frames.length > 0 ? this.#answer(frames) : { ...NOTHING, stride: 1, from: 0, to: 0 };
    this.#answers = [{ ...answer, asked }, ...this.#answers].slice(0, KEPT);
    this.came();
  }

  /** Frames, all of one stride, as a ring of their own. */
  #answer(frames) {
    const [head, tail] = [frames[0], frames.at(-1)];
    const { stride, dt: period } = head;
    const ring = new Ring({
      rows: rowsOf(head).length,
      capacity: (tail.sample - head.sample) / stride + tail.n,
      stride,
      float64: head.sampleType === "float64",
      timed: head.clock === "timed",
    });
    for (const frame of frames) ring.write(frame.sample / stride, rowsOf(frame), this.record.timesOf(frame));
    const held = { from: ring.first * stride, to: ring.next * stride };
    return { ring, period, envelope: head.kind === "envelope", stride, ...held };
  }
}

/** What to ask for: the view with its margins, in as many columns as fit the pixels. */
export function requestFor({ from, to, first, end, length, columns }) {
  const margin = Math.ceil(length * MARGIN);
  const range = { first: Math.max(first, 0, from - margin), last: Math.min(end, to + margin) - 1 };
  const share = (range.last + 1 - range.first) / length;
  return { ...range, columns: Math.max(16, Math.ceil(columns * Math.min(share, 1 + 2 * MARGIN))) };
}

/** Whether a source holds the whole of a view, and finely enough. */
export function covers(source, { from, to, stride }) {
  return source.stride <= stride && source.from <= from && source.to >= to;
}

/** The source that shows most of a view; of equal ones the finest that is not too fine. */
export function best(sources, { from, to, stride }) {
  const shown = (source) => Math.max(0, Math.min(source.to, to) - Math.max(source.from, from));
  const misfit = (source) => Math.abs(Math.log2(source.stride / stride));
  return [...sources].sort((a, b) => shown(b) - shown(a) || misfit(a) - misfit(b))[0];
}

/** The sample index at an instant; before what the ring holds of a timed clock only nearly. */
function indexAt({ ring, period, stride }, seconds, rate) {
  if (!ring.times) return (seconds / period) * stride;
  const before = ring.timeAt(ring.first) - seconds;
  return before > 0 ? ring.first - before * (rate || 1) : searchTime(ring, seconds);
}
