/** Samples as their line has them: what is missing stands where the eye sees the line go on. */

/**
 * @import { Values } from "../protocol/frames.js"
 * @import { Line } from "../samples/line.js"
 */

/** @typedef {Pick<Line, "shape" | "missing"> & Partial<Line>} Course the part of a line that values depend on */

/** What holds where nothing is said. @type {Course} */
export const PLAIN = { shape: "linear", missing: "hole" };

/**
 * Fill what is missing in a row of a regular clock, in place, as its line goes on.
 * @param {Values} row
 * @param {Course} line
 */
export function fill(row, { shape, missing }) {
  if (missing === "hole" || shape === "points") return;
  const isStraight = missing === "joined" && shape === "linear";
  let known = -1;
  for (let index = 0; index < row.length; index += 1) {
    if (Number.isNaN(row[index])) continue;
    if (known >= 0 && index - known > 1) {
      if (isStraight) join(row, known, index);
      else row.fill(row[known], known + 1, index);
    }
    known = index;
  }
  // What is joined has nothing to go on to after its last value; what is held, or a step, goes on.
  if (known >= 0 && !isStraight) row.fill(row[known], known + 1);
}

/** A straight line between two indices. @param {Values} row @param {number} from @param {number} to */
function join(row, from, to) {
  const [before, after] = [row[from], row[to]];
  for (let index = from + 1; index < to; index += 1) {
    row[index] = before + ((after - before) * (index - from)) / (to - from);
  }
}

/**
 * The samples of a row of a timed clock that have a value, and their times, where its line goes on
 * over what is missing; all of them where that is a hole.
 * @param {Values} row
 * @param {Float64Array} times
 * @param {Course} line
 * @returns {{row: Values, times: Float64Array}}
 */
export function known(row, times, { missing }) {
  if (missing === "hole") return { row, times };
  const isKnown = (/** @type {number} */ _, /** @type {number} */ index) => !Number.isNaN(row[index]);
  return { row: row.filter(isKnown), times: times.filter(isKnown) };
}
