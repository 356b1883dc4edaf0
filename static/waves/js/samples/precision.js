/** What a sample type cannot tell apart. */

/** Bits of the fraction of a float32. */
const BITS = 23;
/** A signal that moves by no more steps than this is drawn as stairs. */
const STAIRS = 4;
/**
 * From here on a signal that does not move at all is worth a word. Below it a step is less than a
 * sixteen-thousandth, and what stands still there does so of itself, as a rule.
 */
const LARGE = 1000;

/**
 * The step of float32 at a signal's values, where its changes are no larger: a ripple between two
 * steps is lost. 0 where they are seen.
 * @param {number} low of what is seen of the signal; above `high` where there is nothing
 * @param {number} high
 */
export function lostBelow(low, high) {
  const largest = Math.max(Math.abs(low), Math.abs(high));
  if (!(low <= high) || largest === 0) return 0;
  const step = 2 ** (Math.floor(Math.log2(largest)) - BITS);
  const isStill = low === high;
  return (isStill && largest >= LARGE) || (!isStill && high - low <= STAIRS * step) ? step : 0;
}
