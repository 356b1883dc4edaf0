/** Where in a ring there is a value: a line may go on over what is missing. */

/** @import { Ring } from "./ring.js" */

/** So many samples are looked over for one that has a value. */
const MOST_MISSING = 100_000;

/**
 * The first index from `index` on, ahead or back, that has a value; one beyond what is held where
 * none has.
 * @param {Ring} ring
 * @param {number} row
 * @param {number} index
 * @param {1 | -1} step
 */
export function searchKnown(ring, row, index, step) {
  let at = step > 0 ? Math.max(index, ring.first) : Math.min(index, ring.next - 1);
  const isIn = () => at >= ring.first && at < ring.next && Math.abs(at - index) < MOST_MISSING;
  while (isIn() && Number.isNaN(ring.at(row, at))) at += step;
  return at;
}
