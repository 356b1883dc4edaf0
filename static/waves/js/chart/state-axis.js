/** A y axis at whose codes stand the names of states. */

import { fitted } from "../text/fitting.js";
import { codesOf, stateName } from "../text/states.js";
import { textWidth } from "./text-width.js";

/** @import { Labelled, YAxis } from "./axis-labels.js" */

/** CSS pixels of a name beside the plot; the rest of a longer one stands in the title. */
const ROOM = 130;

/**
 * Names at the codes of states.
 * @param {YAxis & {states: Record<string, string>}} axis
 * @param {number} [room] CSS pixels of a label
 * @returns {Labelled}
 */
export function stateLabels({ min, max, states }, room = ROOM) {
  const label = (/** @type {number} */ value) => fitted(stateName(states, value) ?? "", room, textWidth);
  const marks = codesOf(states).filter((code) => code >= min && code <= max);
  return { label, offset: "", marks, texts: marks.map((code) => label(code)) };
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
