/**
 * Pieces of a recording whose times are those of others, too, as the clock was set back: over the time that two
 * stretches have the later one is drawn.
 */

import { cut, timeOf } from "./recorded-tiles.js";

/** @import { Piece } from "./recorded-tiles.js" */

/** @typedef {Piece & {stretch: number}} Seen a piece, and of which stretch it is: later ones have higher numbers */

/** @typedef {{from: number, to: number}} Range unix seconds */

/** Seconds that a clock goes back by where another stretch begins. */
const BACK = 1e-3;

/**
 * What is to be seen of pieces: nothing that a later stretch covers. Columns by time are of all stretches, and stay.
 * @param {Piece[]} pieces
 * @returns {Seen[]} in the same order
 */
export function uncovered(pieces) {
  const stretches = stretchesOf(pieces.filter(({ byTime }) => !byTime));
  /** @type {Range[]} disjoint, in order */
  let covered = [];
  /** @type {Map<Piece, Seen[]>} */
  const seen = new Map();
  for (let stretch = stretches.length - 1; stretch >= 0; stretch -= 1) {
    const own = stretches[stretch];
    for (const piece of own) {
      seen.set(
        piece,
        partsOutside(piece, covered).map((part) => ({ ...part, stretch })),
      );
    }
    covered = united([...covered, ...rangeOf(own)]);
  }
  return pieces.flatMap((piece) => seen.get(piece) ?? [{ ...piece, stretch: -1 }]);
}

/** Pieces by stretch, in the order in which they came. @param {Piece[]} pieces @returns {Piece[][]} */
function stretchesOf(pieces) {
  /** @type {Piece[][]} */
  const stretches = [];
  /** @type {Piece | null} */
  let before = null;
  for (const piece of [...pieces].sort((a, b) => a.epoch - b.epoch || a.sample - b.sample)) {
    if (before && goesOn(before, piece)) stretches[stretches.length - 1].push(piece);
    else stretches.push([piece]);
    before = piece;
  }
  return stretches;
}

/** Whether a piece is of the same stretch: its times are not before those that its place asks for. @param {Piece} before @param {Piece} piece */
function goesOn(before, piece) {
  if (piece.epoch !== before.epoch) return false;
  const k = Math.min(before.n, Math.floor((piece.sample - before.sample) / before.stride));
  return timeOf(piece, 0) >= timeOf(before, k) - before.dt - piece.dt - BACK;
}

/** From the first column to the middle of the last: what begins at its end is seen. @param {Piece[]} pieces of a stretch @returns {Range[]} */
function rangeOf(pieces) {
  const from = Math.min(...pieces.map((piece) => timeOf(piece, 0)));
  const to = Math.max(...pieces.map((piece) => timeOf(piece, piece.n) - piece.dt / 2));
  return from < to ? [{ from, to }] : [];
}

/** @param {Piece} piece @param {Range[]} covered disjoint, in order */
function partsOutside(piece, covered) {
  const [begin, end] = [timeOf(piece, 0), timeOf(piece, piece.n)];
  const over = covered.filter(({ from, to }) => from < end && to > begin);
  if (over.length === 0) return [piece];
  const borders = [-Infinity, ...over.flatMap(({ from, to }) => [from, to]), Infinity];
  /** @type {Piece[]} */
  const parts = [];
  for (let k = 0; k < borders.length; k += 2) {
    const part = cut(piece, borders[k], borders[k + 1]);
    if (part) parts.push(part);
  }
  return parts;
}

/** @param {Range[]} ranges @returns {Range[]} disjoint, in order */
function united(ranges) {
  /** @type {Range[]} */
  const found = [];
  for (const range of ranges.sort((a, b) => a.from - b.from)) {
    const last = found[found.length - 1];
    if (last && range.from <= last.to) last.to = Math.max(last.to, range.to);
    else found.push({ ...range });
  }
  return found;
}
