/** Samples of one epoch of a regular clock as a ring by their own numbers, as what is live is held. */

import { Ring } from "./ring.js";

/**
 * @import { Values } from "../protocol/frames.js"
 * @import { Piece } from "./recorded-tiles.js"
 * @import { Source } from "./window-samples.js"
 */

/** @typedef {{ring: Ring, period: number, shift: number}} Regular sample i is `shift` seconds after i · period of the stream */

/**
 * @typedef {object} How
 * @property {number} signals
 * @property {(piece: Piece, k: number) => number} secondsOf a column's beginning, in seconds of the stream
 * @property {(epoch: number, count: number) => (number | null)[] | null} placesOf the row of each signal in pieces of an
 *   epoch; null where it is not known
 * @property {{source: Source, from: number, to: number, columns: number, epoch: number} | null} live what is live: from
 *   which second, and to which
 */

/** Indices of what is live that are taken one by one, in columns of the view: more are folded. */
export const SINGLE = 4;
/** Samples that such a ring spans at most, what lacks among them too. */
const MOST = 4_000_000;
/** Of a sample: pieces whose clocks differ by more do not stand on one grid. */
const OFF = 0.5;

/**
 * @param {Piece[]} pieces
 * @param {How} how
 * @returns {Regular | null} null where they are of several epochs, columns, or of a timed clock
 */
export function regularOf(pieces, how) {
  const { live, signals } = how;
  const own = live && live.source.period > 0 && !live.source.envelope && live.source.ring.stride === 1 ? live : null;
  if ((live && !own) || (pieces.length === 0 && !own)) return null;
  const period = pieces[0]?.dt ?? own?.source.period ?? 0;
  const epoch = pieces[0]?.epoch ?? own?.epoch;
  const isOf = (/** @type {Piece} */ piece) =>
    piece.epoch === epoch && piece.dt === period && !piece.envelope && !piece.times && !piece.byTime;
  if (!(period > 0) || !pieces.every(isOf) || (own && (own.epoch !== epoch || own.source.period !== period)))
    return null;
  const shifts = pieces.map((piece) => how.secondsOf(piece, 0) - piece.sample * period);
  const [shift] = own ? [0] : shifts;
  if (shifts.some((each) => Math.abs(each - shift) > OFF * period)) return null;
  const range = own ? indices(own) : null;
  if (own && range && range.to - range.from > SINGLE * own.columns) return null;
  const [first, next] = [
    Math.min(...pieces.map(({ sample }) => sample), range?.from ?? Infinity),
    Math.max(...pieces.map(({ sample, n }) => sample + n), range?.to ?? -Infinity),
  ];
  if (!(next > first) || next - first > MOST) return null;
  const float64 = pieces.some(({ rows }) => rows[0] instanceof Float64Array) || Boolean(own?.source.ring.float64);
  const ring = new Ring({ rows: signals, capacity: next - first, float64 });
  for (const piece of [...pieces].sort((a, b) => a.sample - b.sample)) {
    const places = how.placesOf(piece.epoch, piece.rows.length);
    if (!places) return null;
    const rows = places.map((place) => (place === null ? missing(piece.n) : piece.rows[place]));
    ring.write(piece.sample, rows);
  }
  if (own && range && range.to > range.from) {
    const { ring: source } = own.source;
    const rows = Array.from({ length: signals }, (_, k) => source.slice(k, range.from, range.to));
    ring.write(range.from, rows);
    keepGaps(ring, source, range);
  }
  return { ring, period, shift };
}

/** What is live and never came is lost here, too. @param {Ring} ring @param {Ring} source @param {{from: number, to: number}} range */
function keepGaps(ring, source, { from, to }) {
  const within = source.gaps
    .map((gap) => ({ first: Math.max(gap.first, from), next: Math.min(gap.next, to) }))
    .filter((gap) => gap.first < gap.next);
  ring.gaps = [...ring.gaps, ...within].sort((a, b) => a.first - b.first);
}

/** @param {NonNullable<How["live"]>} live */
function indices({ source: { ring, period }, from, to }) {
  const begin = Math.max(ring.first, Math.ceil(from / period - 1e-6));
  return { from: begin, to: Math.max(begin, Math.min(ring.next, Math.floor(to / period + 1e-6) + 1)) };
}

/** @param {number} n @returns {Values} */
function missing(n) {
  return new Float32Array(n).fill(NaN);
}
