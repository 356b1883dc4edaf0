/** A y axis at whose codes stand the names of states. */

import { fitted } from "../text/fitting.js";
import { codesOf, stateName } from "../text/states.js";
import { textWidth } from "./text-width.js";

/** @import { YAxis } from "./axis-labels.js" */

/** CSS pixels of a name beside the plot; the rest of a longer one stands in the title. */
const ROOM = 130;
/** From a name to the plot and to the border, together. */
const BESIDE = 12;

/**
 * As `yScale` gives it, with the codes at which its lines stand, and the texts of all labels, for
 * the room that they need.
 * @param {YAxis & {states: Record<string, string>}} axis
 * @param {number} [room] CSS pixels of a label
 */
export function stateScale({ min, max, perDivision, states }, room = ROOM) {
  const label = (/** @type {number} */ value) => fitted(stateName(states, value) ?? "", room, textWidth);
  const marks = codesOf(states).filter((code) => code >= min && code <= max);
  return { min, max, interval: perDivision, label, offset: "", marks, texts: marks.map((code) => label(code)) };
}

/**
 * The names that an axis has, where all of its signals have the same: what is 1 is not "open" to one
 * and "failed" to another.
 * @param {{states?: Record<string, string>}[]} signals
 */
export function sharedStates(signals) {
  const [first] = signals;
  if (!first?.states) return undefined;
  const names = JSON.stringify(first.states);
  return signals.every(({ states }) => states && JSON.stringify(states) === names) ? first.states : undefined;
}

/** CSS pixels that the names need beside the plot; 0 for an axis of numbers. @param {YAxis} axis */
export function roomOfNames(axis) {
  const { states } = axis;
  if (!states) return 0;
  const widths = stateScale({ ...axis, states }).texts.map((text) => textWidth(text));
  return Math.ceil(Math.max(0, ...widths)) + BESIDE;
}
