/** The line through samples where they are few, and on a timed clock; and how it reaches beyond the ends of a view. */

import { drawColumn, pass, reach } from "./pen.js";

/**
 * @import { Line } from "./line.js"
 * @import { Pen } from "./pen.js"
 * @import { Ring } from "./ring.js"
 */

/**
 * @typedef {object} Rows what is drawn of a ring
 * @property {Ring} ring
 * @property {number} low its row; of an envelope that of the minima
 * @property {number} high the same row; of an envelope that of the maxima
 * @property {(index: number) => number} xOf
 * @property {((index: number) => number) | null} columnOf which pixel column an index is in; null where each has its own
 * @property {number} longest seconds, on a timed clock: a longer silence is a hole
 */

/** How far beyond a view a value is looked for that a line comes from, or goes to: 20 µs a picture. */
const REACH = 4096;
/** What is drawn just now; filled anew for every column. */
const column = { first: NaN, low: 0, high: 0, last: NaN, opens: false, closes: false };

/**
 * Draw the indices [from, to), as far as they are held.
 * @param {Pen} pen
 * @param {Rows} rows
 * @param {number} from
 * @param {number} to
 * @param {Line} line
 */
export function drawSamples(pen, rows, from, to, line) {
  const { ring, low, high, xOf } = rows;
  const [begin, end] = [Math.max(from, ring.first), Math.min(to, ring.next)];
  if (begin >= end) return;
  joinBefore(pen, ring, low, begin, xOf, line);
  for (let index = begin, stop = begin; index < end; index = stop) {
    stop = endOf(rows, index, end);
    if (isSilent(rows, index, line)) pen.lift();
    if (stop > index + 1 || low !== high) drawColumn(pen, xOf(index), xOf(stop - 1), gathered(rows, index, stop), line);
    else drawSample(pen, xOf(index), ring.at(low, index), line);
  }
  joinAfter(pen, ring, low, end, xOf, line);
}

/**
 * @param {Pen} pen
 * @param {number} x
 * @param {number} y NaN where it is missing
 * @param {Line} line
 */
export function drawSample(pen, x, y, line) {
  if (Number.isNaN(y)) pass(pen, x, line);
  else reach(pen, x, y, line);
}

/**
 * Come from the last value before `index`, where the line passes what is missing there.
 * @param {Pen} pen
 * @param {Ring} ring
 * @param {number} row
 * @param {number} index the first that is drawn
 * @param {(index: number) => number} xOf
 * @param {Line} line
 */
export function joinBefore(pen, ring, row, index, xOf, line) {
  if (!passes(line) || !Number.isNaN(ring.at(row, index))) return;
  const floor = Math.max(ring.first, index - REACH);
  let at = index - 1;
  while (at >= floor && Number.isNaN(ring.at(row, at))) at -= 1;
  if (at >= floor) pen.to(xOf(at), ring.at(row, at));
}

/**
 * Go on to the next value from `index` on, where the line passes what is missing before it.
 * @param {Pen} pen
 * @param {Ring} ring
 * @param {number} row
 * @param {number} index the first that is not drawn
 * @param {(index: number) => number} xOf
 * @param {Line} line
 */
export function joinAfter(pen, ring, row, index, xOf, line) {
  if (!passes(line) || !pen.down || !Number.isNaN(ring.at(row, index - 1))) return;
  const ceiling = Math.min(ring.next, index + REACH);
  let at = index;
  while (at < ceiling && Number.isNaN(ring.at(row, at))) at += 1;
  if (at >= ceiling) return;
  if (line.missing === "held") pass(pen, xOf(at), line);
  else reach(pen, xOf(at), ring.at(row, at), line);
}

/** Whether a line goes on where values are missing. @param {Line} line */
function passes({ shape, missing }) {
  return missing !== "hole" && shape !== "points";
}

/** @param {Rows} rows @param {number} index @param {number} end */
function endOf({ columnOf }, index, end) {
  if (!columnOf) return index + 1;
  const column = columnOf(index);
  let stop = index + 1;
  while (stop < end && columnOf(stop) === column) stop += 1;
  return stop;
}

/** Whether too long nothing came before an index; what is held is held through it. @param {Rows} rows @param {number} index @param {Line} line */
function isSilent({ ring, longest }, index, { shape, missing }) {
  if (!ring.times || shape === "step" || missing === "held" || index === ring.first) return false;
  return ring.timeAt(index) - ring.timeAt(index - 1) > longest;
}

/** The indices [index, stop) as one column. @param {Rows} rows @param {number} index @param {number} stop */
function gathered({ ring, low, high }, index, stop) {
  column.first = column.last = NaN;
  column.low = Infinity;
  column.high = -Infinity;
  for (let at = index; at < stop; at += 1) gather(ring.at(low, at), ring.at(high, at), low === high);
  column.opens = !Number.isNaN(ring.at(low, index));
  column.closes = !Number.isNaN(ring.at(low, stop - 1));
  return column;
}

/** @param {number} low @param {number} high @param {boolean} isOrdered */
function gather(low, high, isOrdered) {
  // Comparisons with NaN are false: a missing value changes nothing.
  if (low < column.low) column.low = low;
  if (high > column.high) column.high = high;
  if (!isOrdered || Number.isNaN(low)) return;
  if (Number.isNaN(column.first)) column.first = low;
  column.last = low;
}
