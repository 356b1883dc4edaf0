/** The divisions of the screen: how many there are, and the 1-2-5 steps of what one stands for. */

/** Divisions of the time axis, and of any other x axis. */
export const COLUMNS = 10;
/** Divisions of a y axis. */
export const ROWS = 8;

/** The smallest of …, 0.1, 0.2, 0.5, 1, 2, 5, … that is not below `value`. @param {number} value */
export function ceil125(value) {
  const decade = Math.floor(Math.log10(value) + 1e-9);
  const mantissa = value / 10 ** decade;
  const step = [1, 2, 5, 10].find((candidate) => mantissa <= candidate * (1 + 1e-9));
  return Number(`${step}e${decade}`);
}

/**
 * The neighbour of `value` in the 1-2-5 sequence; `direction` is 1 or -1.
 * @param {number} value
 * @param {number} direction
 */
export function step125(value, direction) {
  if (direction > 0) return ceil125(value * 1.01);
  const above = ceil125(value);
  const decade = Math.floor(Math.log10(above) + 1e-9);
  const mantissa = Math.round(above / 10 ** decade);
  const below = mantissa === 1 ? 0.5 : mantissa === 2 ? 1 : 2;
  const floor = above > value * (1 + 1e-9) ? ceil125(value / 2.5) : Number(`${below}e${decade}`);
  return Math.min(floor, above);
}
