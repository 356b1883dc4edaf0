/** An axis whose two ends lie further apart than a number can say. */

/** @import { Labelled, YAxis } from "./axis-labels.js" */

/** What everything is divided by, so that the library can subtract; it costs no digit. */
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
