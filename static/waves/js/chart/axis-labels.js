/** What axes span, and what stands at their divisions. */

import { ROWS } from "../text/divisions.js";
import { axisScale } from "../text/quantities.js";

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
 */

/** Labels that count from `zero`. @param {XAxis} axis @returns {Label} */
export function timeLabel({ min, max, perDivision, unit, zero = 0 }) {
  const whole = Math.abs(zero / perDivision - Math.round(zero / perDivision)) < 1e-6;
  const scale = axisScale(min - zero, max - zero, perDivision / (whole ? 1 : 100), unit);
  const label = withUnit(scale, max - zero);
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

/** As many decimals as the first division needs: a range that was dragged begins anywhere. @param {YAxis} axis */
export function yScale({ min, max, unit }) {
  const step = (max - min) / ROWS;
  const isWhole = (/** @type {number} */ part) => Math.abs(min / step / part - Math.round(min / step / part)) < 1e-6;
  const scale = axisScale(min, max, step * ([1, 0.1, 0.01].find(isWhole) ?? 0.01), unit);
  return { min, max, interval: step, label: withUnit(scale, max) };
}

/**
 * Labels of an axis; the one at `end` carries the unit.
 * @param {{unit: string, label: Label}} scale
 * @param {number} end
 * @returns {Label}
 */
function withUnit(scale, end) {
  return (value) => {
    const last = Math.abs(value - end) < 1e-9 * (1 + Math.abs(end));
    return last ? `${scale.label(value)} ${scale.unit}` : scale.label(value);
  };
}
