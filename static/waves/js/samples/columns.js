/** A pixel column that holds several samples, as a part of a line. */

import { pass } from "./pen.js";

/**
 * @import { Line } from "./line.js"
 * @import { Pen } from "./pen.js"
 */

/**
 * @typedef {object} Column low > high where it has no value
 * @property {number} first NaN where the order is not known, as in columns of the server's
 * @property {number} low
 * @property {number} high
 * @property {number} last
 * @property {boolean} opens whether nothing is missing before the first value
 * @property {boolean} closes whether nothing is missing after the last
 */

/**
 * The line goes through the column; where something is missing at either end of it, it stops or
 * goes on as the signal's line does. Within a column nobody can see a hole.
 * @param {Pen} pen
 * @param {number} left x of its first value
 * @param {number} right x of its last
 * @param {Column} column
 * @param {Line} line
 */
export function drawColumn(pen, left, right, { first, low, high, last, opens, closes }, line) {
  if (!(low <= high)) {
    pen.leave();
    return pass(pen, left, line);
  }
  if (!opens) pass(pen, left, line);
  if (line.shape === "step" && pen.down) pen.to(left, pen.last);
  pen.column(left, right, first, low, high, last);
  if (line.shape === "points") pen.lift();
  else if (!closes) pass(pen, right, line);
}
