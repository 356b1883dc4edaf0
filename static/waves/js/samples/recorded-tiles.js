/** Tiles of a recording: stretches of time of one width of column each, and the pieces of frames that fill them. */

import { rowsOf } from "./record.js";

/** @import { Frame, Values } from "../protocol/frames.js" */

/** Columns of a tile. */
export const COLUMNS = 512;
/** Bit 3 of a frame's flags: its columns are by time, of all epochs together. */
export const BY_TIME = 8;
/** Bytes that a tile without a sample takes. */
const LEAST_BYTES = 256;

/**
 * @typedef {object} Piece columns, or samples, that follow each other, of one epoch
 * @property {number} epoch 0 for columns by time
 * @property {number} sample index of the first
 * @property {number} stride samples of a column
 * @property {boolean} envelope whether rows are minima and maxima
 * @property {boolean} byTime
 * @property {number} n
 * @property {number} t0 unix seconds of the first
 * @property {number} dt seconds from one to the next; 0 where `times` say it
 * @property {Float64Array | null} times unix seconds of each
 * @property {Values[]} rows
 *
 * @typedef {object} Tile
 * @property {number} level its columns are 2^level seconds wide
 * @property {number} number it begins at `number` times its length
 * @property {Piece[]} pieces in order of time
 * @property {number} bytes
 * @property {number} askedAt unix seconds by the clock of the server
 * @property {number} clock the same in page seconds
 */

/** The level whose columns are as wide as so many seconds at most. @param {number} seconds */
export function levelOf(seconds) {
  return Math.floor(Math.log2(seconds) + 1e-9);
}

/** Seconds of a tile. @param {number} level */
export function lengthOf(level) {
  return COLUMNS * 2 ** level;
}

/** @param {number} level @param {number} number */
export function keyOf(level, number) {
  return `${level}:${number}`;
}

/** @param {Frame} frame @returns {Piece} */
export function pieceOf(frame) {
  const { epoch, sample, stride, n, t0, dt } = frame;
  const times = frame.times ? Float64Array.from(frame.times, (seconds) => seconds + t0) : null;
  const byTime = (frame.flags & BY_TIME) !== 0;
  return { epoch, sample, stride, n, t0, dt, times, byTime, envelope: frame.kind === "envelope", rows: rowsOf(frame) };
}

/** Unix seconds of the beginning of column `k` of a piece; behind the last one of its end. @param {Piece} piece @param {number} k */
export function timeOf({ times, t0, dt, n }, k) {
  return times ? times[Math.min(k, n - 1)] : t0 + k * dt;
}

/**
 * The columns of a piece that begin from `from` to before `to`; null where there are none.
 * @param {Piece} piece
 * @param {number} from unix seconds
 * @param {number} to
 * @returns {Piece | null} views of the same memory
 */
export function cut(piece, from, to) {
  const [begin, end] = [firstFrom(piece, from), firstFrom(piece, to)];
  if (begin >= end) return null;
  if (begin === 0 && end === piece.n) return piece;
  return {
    ...piece,
    sample: piece.sample + begin * piece.stride,
    n: end - begin,
    t0: timeOf(piece, begin),
    times: piece.times?.subarray(begin, end) ?? null,
    rows: piece.rows.map((row) => row.subarray(begin, end)),
  };
}

/** The first column that begins at or after an instant. @param {Piece} piece @param {number} seconds */
function firstFrom({ times, t0, dt, n }, seconds) {
  if (!times) {
    const k = Math.min(n, Math.max(0, Math.ceil((seconds - t0) / dt)));
    // What is rounded in a division may be one off.
    if (k > 0 && t0 + (k - 1) * dt >= seconds) return k - 1;
    return k < n && t0 + k * dt < seconds ? k + 1 : k;
  }
  let [low, high] = [0, n];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] < seconds) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * A tile of what came, with memory of its own: frames are let go.
 * @param {number} level
 * @param {number} number
 * @param {Piece[]} pieces
 * @param {{askedAt: number, clock: number}} when
 * @returns {Tile}
 */
export function tileOf(level, number, pieces, when) {
  const length = lengthOf(level);
  const own = pieces.flatMap((piece) => {
    const part = cut(piece, number * length, (number + 1) * length);
    return part ? [{ ...part, times: part.times?.slice() ?? null, rows: part.rows.map((row) => row.slice()) }] : [];
  });
  const bytes = own.reduce(
    (sum, { times, rows }) => sum + (times?.byteLength ?? 0) + rows.reduce((all, row) => all + row.byteLength, 0),
    LEAST_BYTES,
  );
  return { level, number, pieces: own, bytes, ...when };
}
