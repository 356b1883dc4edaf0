/** Where a view goes when it is scrolled and zoomed: seconds of the stream, nothing else. */

import { COLUMNS, ceilTime, stepTime } from "../text/divisions.js";
import { LONGEST, SHORTEST } from "./timebase.js";

/**
 * The edge for another window that leaves the instant at `x` (seconds from the right end, ≤ 0)
 * where it is on the screen.
 * @param {{edge: number, window: number}} view
 * @param {number} x
 * @param {number} wanted
 */
export function zoomAbout({ edge, window }, x, wanted) {
  return edge + x - (x / window) * wanted;
}

/**
 * An edge within what there is: not after `end`; and not before the window is filled by `first`.
 * @param {number} edge
 * @param {{first: number, end: number, window: number}} span
 */
export function within(edge, { first, end, window }) {
  return Math.max(Math.min(edge, end), Math.min(end, first + window));
}

/**
 * The window of divisions that people read nearest to a window, as fingers that pinch ask for it.
 * @param {number} window
 */
export function nearestWindow(window) {
  const above = ceilTime(window / COLUMNS);
  const below = stepTime(above, -1);
  const nearer = window / COLUMNS < Math.sqrt(above * below) ? below : above;
  return allowed(nearer) * COLUMNS;
}

/** time/div within what an oscilloscope offers. @param {number} perDivision */
export function allowed(perDivision) {
  return Math.min(LONGEST, Math.max(SHORTEST, perDivision));
}

/** Fewer samples in a division show nothing more. */
const FEWEST = 2;
/** What rounding may take. */
const HAIR = 1e-9;

/**
 * The shortest time/div that is gone to by steps. On a timed clock samples may be as near to each other as
 * they like.
 * @param {{clock: string, rate: number}} stream
 */
export function shortestOf({ clock, rate }) {
  return clock !== "timed" && rate > 0 ? allowed((FEWEST / rate) * (1 - HAIR)) : SHORTEST;
}
