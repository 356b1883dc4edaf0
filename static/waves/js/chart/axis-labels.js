/** What axes span, and what stands at their divisions: numbers, however far apart, or names of states. */

import { fitted, shortUnit, textWidth } from "../text/fitting.js";
import { axisScale, setting } from "../text/quantities.js";
import { codesOf, stateName } from "../text/states.js";

/**
 * @typedef {object} XAxis
 * @property {number} min
 * @property {number} max
 * @property {number} perDivision
 * @property {string} unit
 * @property {number} [zero] what is labelled 0
 * @property {(value: number) => string} [tickLabel] what says all labels instead
 * @property {boolean} [log]
 *
 * @typedef {object} YAxis the first is at the left, a second one with `label` at the right, others are not seen
 * @property {number} min
 * @property {number} max
 * @property {number} perDivision
 * @property {string} unit
 * @property {boolean} [label]
 * @property {string} [colour]
 * @property {Record<string, string>} [states] names that stand at its codes in place of numbers
 *
 * @typedef {(value: number) => string} Label
 *
 * @typedef {object} Labelled
 * @property {Label} label
 * @property {string} offset what all labels are to be added to, with its unit; empty for nothing
 * @property {string[]} texts of all labels, for the room that they need
 * @property {number[] | null} [marks] values at which labels stand; without them at the divisions
 */

/** Characters of a label, sign and point included; what needs more counts from an offset. */
export const WIDEST = 8;
/** The same on a phone, whose plot needs the room. */
export const WIDEST_ON_PHONE = 6;

/** Labels that count from `zero`. @param {XAxis} axis @returns {Label} */
export function timeLabel({ min, max, perDivision, unit, zero = 0 }) {
  const label = withUnit(axisScale(min - zero, max - zero, perDivision, unit), max - zero, perDivision);
  return (value) => label(value - zero);
}

/** Every division has a label, or every second one, the last of them included. @param {XAxis} x @param {boolean} sparse @returns {Label} */
export function tickLabel(x, sparse) {
  const label = x.tickLabel ?? timeLabel(x);
  if (!sparse || x.log) return label;
  const last = Math.floor((x.max - x.min) / x.perDivision + 1e-6);
  const isShown = (/** @type {number} */ value) => (last - Math.round((value - x.min) / x.perDivision)) % 2 === 0;
  return (value) => (isShown(value) ? label(value) : "");
}

/**
 * Labels at the divisions of a y axis, each as exact as its line. Where little ripple on much would
 * make them too wide, they count from an offset that is written once, as instruments do.
 * @param {Pick<YAxis, "min" | "max" | "perDivision" | "unit">} axis
 * @param {number} [widest] characters of a label
 * @returns {Labelled}
 */
export function yLabels({ min, max, perDivision, unit: named }, widest = WIDEST) {
  const unit = shortUnit(named);
  const whole = axisScale(min, max, perDivision, unit);
  const offset = whole.widest > widest ? offsetOf(min, max) : 0;
  const scale = offset === 0 ? whole : axisScale(min - offset, max - offset, perDivision, unit);
  const label = withUnit(scale, max - offset, perDivision);
  const texts = [min, max - perDivision, max].map((value) => label(value - offset));
  return {
    label: (value) => label(value - offset),
    offset: offset === 0 ? "" : `${offset > 0 ? "+" : ""}${setting(offset, unit, 16)}`,
    texts,
  };
}

/** A number with few digits near the middle of a range, as seen from which labels are short. @param {number} min @param {number} max */
function offsetOf(min, max) {
  const step = 10 ** Math.floor(Math.log10(max - min));
  const offset = Math.round((min / 2 + max / 2) / step) * step;
  return Number.isFinite(offset) ? Number(offset.toPrecision(15)) : 0;
}

/**
 * Labels of an axis; the one at `end` carries the unit.
 * @param {{unit: string, label: Label}} scale
 * @param {number} end
 * @param {number} perDivision
 * @returns {Label}
 */
function withUnit(scale, end, perDivision) {
  return (value) => {
    const isLast = Math.abs(value - end) < perDivision / 2;
    return isLast && scale.unit ? `${scale.label(value)} ${scale.unit}` : scale.label(value);
  };
}

/** What everything is divided by where the two ends of an axis lie further apart than a number can say; it costs no digit. */
const PART = 2 ** 8;

/** Whether an axis is one of these. @param {Pick<YAxis, "min" | "max">} axis */
export function isHuge({ min, max }) {
  return max - min === Infinity;
}

/** An axis as the library takes it: a huge one in parts, any other as it is. @param {YAxis} axis @returns {YAxis} */
export function shrunk(axis) {
  if (!isHuge(axis)) return axis;
  const { min, max, perDivision } = axis;
  return { ...axis, min: min / PART, max: max / PART, perDivision: perDivision / PART };
}

/** Labels of a huge axis, at its parts. @param {YAxis} axis @returns {Labelled} */
export function hugeLabels({ min, max, unit }) {
  const label = (/** @type {number} */ part) => {
    const text = (part * PART).toExponential(2);
    return part < max / PART ? text : `${text} ${unit}`.trim();
  };
  return { label, offset: "", texts: [label(min / PART), label(max / PART)] };
}

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
