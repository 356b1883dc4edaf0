/**
 * Pieces of a recording, and what is live, as one ring by time, so that all that reads a ring of a
 * timed clock reads the whole past. Between two epochs, and where nothing was recorded, stands a
 * missing value.
 */

import { uncovered } from "./covered.js";
import { timeOf } from "./recorded-tiles.js";
import { regularOf, SINGLE } from "./regular-past.js";
import { Ring } from "./ring.js";
import { indicesWithin, instantOf } from "./window-samples.js";

/**
 * @import { Values } from "../protocol/frames.js"
 * @import { Seen } from "./covered.js"
 * @import { Piece } from "./recorded-tiles.js"
 * @import { How, Regular } from "./regular-past.js"
 * @import { Source } from "./window-samples.js"
 */

/**
 * @typedef {Source & {between: Between[], longest: number, isWhole: boolean, regular: Regular | null}} Joined `between` are
 *   stretches without an epoch; `longest` seconds from one column to the next where nothing is missing; `isWhole`: each
 *   sample, no columns; `regular`: the same by the numbers of its samples, where it is of one epoch
 *
 * @typedef {{from: number, to: number, before: number, after: number}} Between seconds of the stream, and two epochs
 */

/** Of a column: pieces that are as near to each other follow each other. */
const NEAR = 0.6;

/** @param {Piece[]} pieces in any order @param {How} how @returns {Joined} */
export function joined(pieces, how) {
  const seen = uncovered(pieces);
  const regular = regularOf(seen, how);
  // Of the live epoch seconds are those of its samples: it is read as what is live is.
  if (regular && regular.shift === 0) {
    const { ring, period } = regular;
    return { ring, period, envelope: false, between: [], longest: 0, isWhole: true, regular: null };
  }
  const writer = new Writer(seen, how);
  for (const piece of byTime(seen)) writer.piece(piece);
  if (how.live) writer.live(how.live);
  return { ...writer.finish(), regular };
}

/**
 * What a picture was drawn from by the numbers of its samples, where it is of one epoch, and how many seconds of the
 * stream that is off; else as it is.
 * @param {Source} source
 * @returns {{source: Source, shift: number}}
 */
export function onItsGrid(source) {
  const regular = isJoined(source) ? source.regular : null;
  if (!regular) return { source, shift: 0 };
  const { ring, period, shift } = regular;
  return { source: { ring, period, envelope: false }, shift };
}

/** Whether something is put together of a recording. @param {Source} source @returns {source is Joined} */
export function isJoined(source) {
  return "between" in source;
}

/** @param {Seen[]} pieces */
function byTime(pieces) {
  return pieces.sort((a, b) => timeOf(a, 0) - timeOf(b, 0) || a.stretch - b.stretch);
}

class Writer {
  #how;
  #envelope;
  #float64;
  /** @type {Float64Array} */
  #times;
  /** @type {Values[]} */
  #rows;
  #length = 0;
  /** Indices that stand for what is lost. @type {Set<number>} */
  #lost = new Set();
  /** @type {(Between & {at: number})[]} */
  #between = [];
  #longest = 0;
  #stride = 1;
  /** The end of what was written last. @type {{epoch: number, stretch: number, sample: number, stride: number, end: number, dt: number} | null} */
  #last = null;

  /** @param {Piece[]} pieces @param {How} how */
  constructor(pieces, how) {
    this.#how = how;
    const { live } = how;
    const folded = live ? foldOf(live) : null;
    this.#envelope = pieces.some(({ envelope }) => envelope) || Boolean(folded?.envelope);
    this.#float64 = pieces.some(({ rows }) => rows[0] instanceof Float64Array) || Boolean(live?.source.ring.float64);
    const room = pieces.reduce((sum, { n }) => sum + n + 1, 2) + (folded ? folded.count + folded.gaps : 0);
    const Kind = this.#float64 ? Float64Array : Float32Array;
    this.#times = new Float64Array(room);
    this.#rows = rowsFor(this.#envelope ? 2 * how.signals : how.signals, () => new Kind(room));
  }

  /** @param {Seen} piece */
  piece(piece) {
    const count = piece.envelope ? piece.rows.length / 2 : piece.rows.length;
    const places = this.#how.placesOf(piece.epoch, count);
    const begin = this.#begin(piece);
    if (!places || begin >= piece.n) return;
    this.#part(piece, this.#how.secondsOf(piece, begin), begin);
    const half = piece.envelope ? piece.dt / 2 : 0;
    for (let k = begin; k < piece.n; k += 1, this.#length += 1) {
      this.#times[this.#length] = this.#how.secondsOf(piece, k) + half;
      for (let signal = 0; signal < places.length; signal += 1) this.#value(signal, piece, places[signal], k);
    }
    const end = this.#how.secondsOf(piece, piece.n);
    const { epoch, stretch, sample, n, stride, dt } = piece;
    this.#took({ epoch, stretch, sample: sample + n * stride, stride, end, dt });
  }

  /** What is live, from a second on: one by one, or folded where that would be more than can be seen. @param {NonNullable<How["live"]>} live */
  live(live) {
    const { source, epoch } = live;
    const { ring, period } = source;
    const { from, to, per, envelope } = foldOf(live);
    if (to <= from) return;
    this.#cutBack(instantOf(source, from));
    const head = { epoch, sample: from * ring.stride, stride: ring.stride, dt: period * per, byTime: false };
    this.#part(head, instantOf(source, from), 0);
    for (let index = from; index < to; index += per) {
      const next = Math.min(to, index + per);
      const middle = ring.times ? 0 : (((next - index) * period) / 2) * (envelope ? 1 : 0);
      const at = this.#length;
      this.#times[at] = instantOf(source, index) + middle;
      if (ring.gaps.length > 0 && ring.missing(index, next) === next - index) this.#lost.add(at);
      for (let signal = 0; signal < this.#how.signals; signal += 1) this.#liveValue(signal, source, index, next);
      this.#length += 1;
    }
    const end = instantOf(source, to - 1) + period;
    const { stride } = ring;
    this.#took({ epoch, stretch: Infinity, sample: to * stride, stride, end, dt: period * per });
  }

  /** @returns {Omit<Joined, "regular">} */
  finish() {
    const capacity = Math.max(1, this.#length);
    const ring = new Ring({
      rows: this.#rows.length,
      capacity,
      stride: this.#stride,
      float64: this.#float64,
      timed: true,
    });
    const length = this.#length;
    if (length > 0) {
      ring.write(
        0,
        this.#rows.map((row) => row.subarray(0, length)),
        this.#times.subarray(0, length),
      );
    }
    ring.gaps = gapsOf([...this.#lost]);
    return {
      ...{ ring, period: 0, envelope: this.#envelope, isWhole: !this.#envelope },
      between: this.#between.map(({ from, to, before, after }) => ({ from, to, before, after })),
      longest: 2 * this.#longest,
    };
  }

  /** The first column of a piece that is not there already. Where a clock was set back the later stretch stays. @param {Seen} piece */
  #begin(piece) {
    const last = this.#last;
    if (!last) return 0;
    if (piece.stretch === last.stretch && !piece.byTime) {
      const behind = last.sample - piece.sample;
      if (behind > 0 && behind < Infinity) return Math.ceil(behind / piece.stride);
      this.#cutBack(this.#how.secondsOf(piece, 0));
      return 0;
    }
    if (piece.byTime) return this.#beginOfTimes(piece);
    const seconds = this.#how.secondsOf(piece, 0);
    if (seconds >= last.end - NEAR * piece.dt) return 0;
    if (piece.stretch > last.stretch) {
      this.#cutBack(seconds);
      return 0;
    }
    let k = 0;
    while (k < piece.n && this.#how.secondsOf(piece, k) < last.end - NEAR * piece.dt) k += 1;
    return k;
  }

  /** Columns by time of two answers may overlap in part: none is left out that shows anything else. @param {Piece} piece */
  #beginOfTimes(piece) {
    const newest = this.#length > 0 ? this.#times[this.#length - 1] : -Infinity;
    let k = 0;
    while (k < piece.n && this.#how.secondsOf(piece, k) + piece.dt / 2 <= newest) k += 1;
    return k;
  }

  /** Take back what was written from a second on. @param {number} seconds */
  #cutBack(seconds) {
    const last = this.#last;
    if (!last || last.end <= seconds) return;
    while (this.#length > 0 && this.#times[this.#length - 1] >= seconds) {
      this.#length -= 1;
      this.#lost.delete(this.#length);
    }
    this.#between = this.#between.filter(({ at }) => at < this.#length);
    this.#last = this.#length > 0 ? { ...last, end: seconds, sample: Infinity } : null;
  }

  /** What lies between the last column and the next. @param {Pick<Piece, "epoch" | "sample" | "stride" | "dt" | "byTime">} next @param {number} seconds @param {number} skip columns of `next` */
  #part({ epoch, sample, stride, dt, byTime }, seconds, skip) {
    const last = this.#last;
    if (!last) return;
    const isNear = seconds - last.end <= NEAR * Math.max(dt, last.dt) + 1e-9;
    const isNext = epoch === last.epoch && !byTime && (last.sample === sample + skip * stride || isNear || dt === 0);
    if (isNext || (byTime && isNear)) return;
    this.#times[this.#length] = last.end;
    for (const row of this.#rows) row[this.#length] = NaN;
    if (epoch === last.epoch && !byTime) this.#lost.add(this.#length);
    else this.#between.push({ from: last.end, to: seconds, before: last.epoch, after: epoch, at: this.#length });
    this.#length += 1;
  }

  /** @param {{epoch: number, stretch: number, sample: number, stride: number, end: number, dt: number}} last */
  #took(last) {
    const { stride, dt } = last;
    this.#last = last;
    this.#longest = Math.max(this.#longest, dt);
    this.#stride = Math.max(this.#stride, stride < 2 ** 20 ? stride : 1);
  }

  /** @param {number} signal @param {Piece} piece @param {number | null} place @param {number} k */
  #value(signal, { rows, envelope }, place, k) {
    const [low, high] = envelope && place !== null ? [2 * place, 2 * place + 1] : [place, place];
    const at = this.#length;
    if (!this.#envelope) this.#rows[signal][at] = low === null ? NaN : rows[low][k];
    else {
      this.#rows[2 * signal][at] = low === null ? NaN : rows[low][k];
      this.#rows[2 * signal + 1][at] = high === null ? NaN : rows[high][k];
    }
  }

  /** @param {number} signal @param {Source} source @param {number} from @param {number} to */
  #liveValue(signal, { ring, envelope }, from, to) {
    const at = this.#length;
    const [low, high] = envelope ? [2 * signal, 2 * signal + 1] : [signal, signal];
    if (!this.#envelope) {
      this.#rows[signal][at] = ring.at(low, from);
      return;
    }
    const least = to === from + 1 ? ring.at(low, from) : ring.extremes(low, from, to).low;
    const most = to === from + 1 ? ring.at(high, from) : ring.extremes(high, from, to).high;
    this.#rows[2 * signal][at] = least <= most ? least : NaN;
    this.#rows[2 * signal + 1][at] = least <= most ? most : NaN;
  }
}

/** Which indices of what is live are taken, and how many of them as one. @param {NonNullable<How["live"]>} live */
function foldOf({ source, from, to, columns }) {
  const range = indicesWithin(source, from, to);
  const length = Math.max(0, range.to - range.from);
  const per = length <= SINGLE * columns ? 1 : 2 ** Math.ceil(Math.log2(length / columns));
  const begin = Math.ceil(range.from / per) * per;
  return {
    ...{ from: begin, to: range.to, per, envelope: source.envelope || per > 1 },
    count: Math.ceil(length / per) + 1,
    gaps: 1,
  };
}

/** Neighbours as one gap. @param {number[]} indices */
function gapsOf(indices) {
  /** @type {{first: number, next: number}[]} */
  const gaps = [];
  for (const index of indices.sort((a, b) => a - b)) {
    const last = gaps[gaps.length - 1];
    if (last?.next === index) last.next += 1;
    else gaps.push({ first: index, next: index + 1 });
  }
  return gaps;
}

/** @template T @param {number} count @param {() => T} make @returns {T[]} */
function rowsFor(count, make) {
  return Array.from({ length: count }, make);
}
