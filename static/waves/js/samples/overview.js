/** The whole of a recording in few columns, for the band under the plot. */

import { pieceOf, timeOf } from "./recorded-tiles.js";

/**
 * @import { Frame } from "../protocol/frames.js"
 * @import { Piece } from "./recorded-tiles.js"
 */

/** @typedef {{from: number, to: number, columns: number}} Asking unix seconds */

/** Columns of the whole. */
const COLUMNS = 400;
/** Seconds after which it is asked for again: it has grown by no more than can be seen, or not much. */
const AGAIN = 60;
/** Of its length: so much more of it is asked for at once. */
const GROWN = 0.02;
/** The least seconds between two requests. */
const LEAST = 5;

export class Overview {
  #ask;
  #came;
  #clock;
  #isAsking = false;
  #at = -Infinity;
  /** Unix seconds of its ends, as it was asked for. */
  from = NaN;
  to = NaN;
  /** @type {Piece[]} */
  pieces = [];
  /** Grows with every answer. */
  revision = 0;

  /**
   * @param {(asking: Asking) => Promise<Frame[]>} ask
   * @param {() => void} came
   * @param {() => number} [clock] page seconds
   */
  constructor(ask, came, clock = () => performance.now() / 1000) {
    this.#ask = ask;
    this.#came = came;
    this.#clock = clock;
  }

  /** What is there from one instant to another is wanted. @param {number} from unix seconds @param {number} to */
  async want(from, to) {
    const age = this.#clock() - this.#at;
    const hasGrown = !(Math.abs(to - this.to) < GROWN * (to - from)) || from !== this.from;
    if (this.#isAsking || !(to > from) || age < (hasGrown ? LEAST : AGAIN)) return;
    this.#isAsking = true;
    this.#at = this.#clock();
    try {
      const frames = await this.#ask({ from, to, columns: COLUMNS });
      this.pieces = frames.map(pieceOf);
      [this.from, this.to] = [from, to];
      this.revision += 1;
    } catch {
      // The view's own samples say what is wrong; this is asked for again later.
    }
    this.#isAsking = false;
    this.#came();
  }
}

/**
 * Lows and highs of a band so many pixels wide, from 0 to 1: each signal in its own range, all of them together.
 * @param {Piece[]} pieces
 * @param {{from: number, to: number, width: number, placesOf: (epoch: number, count: number) => (number | null)[] | null}} how unix seconds, pixels
 * @returns {{lows: Float32Array, highs: Float32Array}} low > high where there is nothing
 */
export function folded(pieces, { from, to, width, placesOf }) {
  const lows = new Float32Array(width).fill(2);
  const highs = new Float32Array(width).fill(-1);
  const parts = pieces.flatMap((piece) => {
    const places = placesOf(piece.epoch, piece.envelope ? piece.rows.length / 2 : piece.rows.length);
    return places ? [{ piece, places }] : [];
  });
  const ranges = rangesOf(parts);
  const pixel = (/** @type {number} */ unix) => Math.floor(((unix - from) / (to - from)) * width);
  for (const { piece, places } of parts) {
    for (let k = 0; k < piece.n; k += 1) {
      const begin = Math.max(0, pixel(timeOf(piece, k)));
      const end = Math.min(width - 1, Math.max(begin, pixel(timeOf(piece, k + 1)) - 1));
      for (const [signal, place] of places.entries()) {
        if (place === null) continue;
        const [low, high] = valuesOf(piece, place, k).map((value) => shareOf(value, ranges[signal]));
        if (!(low <= high)) continue;
        for (let x = begin; x <= end; x += 1) {
          if (low < lows[x]) lows[x] = low;
          if (high > highs[x]) highs[x] = high;
        }
      }
    }
  }
  return { lows, highs };
}

/** @typedef {{low: number, high: number}} Range */

/** The range of each signal. @param {{piece: Piece, places: (number | null)[]}[]} parts @returns {Range[]} */
function rangesOf(parts) {
  /** @type {Range[]} */
  const ranges = [];
  for (const { piece, places } of parts) {
    for (const [signal, place] of places.entries()) {
      ranges[signal] ??= { low: Infinity, high: -Infinity };
      if (place === null) continue;
      for (let k = 0; k < piece.n; k += 1) {
        const [low, high] = valuesOf(piece, place, k);
        if (low < ranges[signal].low) ranges[signal].low = low;
        if (high > ranges[signal].high) ranges[signal].high = high;
      }
    }
  }
  return ranges;
}

/** @param {Piece} piece @param {number} place @param {number} k */
function valuesOf({ rows, envelope }, place, k) {
  return envelope ? [rows[2 * place][k], rows[2 * place + 1][k]] : [rows[place][k], rows[place][k]];
}

/** By halves: the whole of a range may be more than a number can be. @param {number} value @param {Range} range */
function shareOf(value, { low, high }) {
  return high > low ? (value / 2 - low / 2) / (high / 2 - low / 2) : 0.5;
}
