/** What is read at a cursor, in words: a value with its unit, or the name of a state. */

import { NONE, quantity } from "../text/quantities.js";
import { stateName } from "../text/states.js";

/**
 * @typedef {{low: number, high: number}} Value of a signal at an instant; equal, unless it is of a column
 * @typedef {{unit: string, states?: Record<string, string>}} Named a signal
 */

export const DIGITS = 4;
export const NO_DIFFERENCE = "States have no difference.";
/** There are two extremes in the room of a value. */
const DIGITS_OF_EXTREMES = 3;

/** @param {Value} value @param {Named} signal @param {number} division units of a division */
export function valueText(value, { unit, states }, division) {
  return (states && statesText(value, states)) ?? rangeText(value, unit, division);
}

/** From one value to another; between two states there is none. @param {Value[]} values @param {Named} signal @param {number} division */
export function differenceText([one, two], { unit, states }, division) {
  const isExact = one.low === one.high && two.low === two.high && !states;
  return isExact ? quantity(two.low - one.low, unit, DIGITS, division) : NONE;
}

/** One value, or both extremes of a column. @param {Value} value @param {string} unit @param {number} division */
function rangeText({ low, high }, unit, division) {
  if (low === high) return quantity(low, unit, DIGITS, division);
  if (Number.isNaN(low)) return NONE;
  return [low, high].map((value) => quantity(value, unit, DIGITS_OF_EXTREMES, division)).join(" … ");
}

/** The name of one value, or of both extremes of a column; null where one has none. @param {Value} value @param {Record<string, string>} states */
function statesText({ low, high }, states) {
  const [one, other] = [stateName(states, low), stateName(states, high)];
  if (one === null || other === null) return null;
  return low === high ? one : `${one} … ${other}`;
}
