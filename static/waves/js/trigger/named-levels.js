/**
 * The level of a trigger by the name of a state. A level lies half a code beside the state that is
 * entered, on the side that it is entered from: so a line in steps passes it at the sample that
 * brings the state, whatever codes lie between.
 */

import { codeOf, codesOf, stateName } from "../text/states.js";

/**
 * @import { States } from "../text/states.js"
 * @import { LevelField, Settings } from "./settings.js"
 */

const HALF = 0.5;

/** Whether a state is entered at this level from above. @param {LevelField} field @param {Settings["slope"]} slope */
function isFromAbove(field, slope) {
  return field === "high" || (field === "level" && slope === "falling");
}

/**
 * Where the level must be to fire on entering a state, by its name; of a window the border that
 * still holds it. Null where no state is called that.
 * @param {LevelField} field
 * @param {string} text
 * @param {States | undefined} states
 * @param {Settings["slope"]} slope
 */
export function levelOf(field, text, states, slope) {
  const code = field === "hysteresis" ? null : codeOf(states, text);
  return code === null ? null : code + (isFromAbove(field, slope) ? HALF : -HALF);
}

/**
 * The name of the state that is entered at a level; null where there is none.
 * @param {LevelField} field
 * @param {number | null} level
 * @param {States | undefined} states
 * @param {Settings["slope"]} slope
 */
export function nameAt(field, level, states, slope) {
  if (!states || level === null || field === "hysteresis") return null;
  const codes = codesOf(states);
  const entered = isFromAbove(field, slope)
    ? codes.findLast((code) => code <= level)
    : codes.find((code) => code >= level);
  return entered === undefined ? null : stateName(states, entered);
}

/** A level between two codes, near to where a hand puts it. @param {number} value */
export function betweenCodes(value) {
  return Math.floor(value) + HALF;
}

/**
 * Levels of states that are not chosen yet: between two codes, and without a hysteresis, as they have no noise.
 * @param {Settings} settings
 * @param {number} low
 * @param {number} high
 * @returns {Settings}
 */
export function ofStates(settings, low, high) {
  const middle = betweenCodes((low + high) / 2 - 0.5);
  const chosen = { level: middle, hysteresis: 0, low: middle, high: Math.max(middle + 1, high - 0.5) };
  const missing = Object.entries(chosen).filter(([field]) => settings[/** @type {LevelField} */ (field)] === null);
  return { ...settings, ...Object.fromEntries(missing) };
}
