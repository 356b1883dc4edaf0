/** The divisions of the screen: how many there are, and the 1-2-5 steps of what one stands for. */

/** Divisions of the time axis, and of any other x axis. */
export const COLUMNS = 10;
/** Divisions of a y axis. */
export const ROWS = 8;
/** A window shorter than this (s) is watched standing still; a longer one is watched going by. */
const STILL = 0.5;

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

/** Seconds of a time division from which on people divide time by 60, and what they take then. */
const [MINUTE, HOUR, DAY] = [60, 3600, 86_400];
const LONG = [
  ...[10, 20, 30],
  ...[1, 2, 5, 10, 20, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 4, 6, 12].map((hours) => hours * HOUR),
  ...[1, 2, 5, 10, 20, 40].map((days) => days * DAY),
];

/** The smallest time division that is not below `seconds`. @param {number} seconds */
export function ceilTime(seconds) {
  const long = LONG.find((step) => step >= seconds * (1 - 1e-9)) ?? LONG[LONG.length - 1];
  return seconds > LONG[0] ? long : ceil125(seconds);
}

/** The neighbour of a time division; `direction` is 1 or -1. @param {number} seconds @param {number} direction */
export function stepTime(seconds, direction) {
  if (direction > 0) return ceilTime(seconds * 1.01);
  const below = LONG.filter((step) => step < seconds * (1 - 1e-9)).pop();
  return below ?? step125(seconds, -1);
}

/** Whether a window goes by, where nobody asked for a trigger. @param {number} window seconds */
export function rolls(window) {
  return window >= STILL;
}
