/** An axis whose two ends lie further apart than a number can say. */

/** @import { YAxis } from "./axis-labels.js" */

/** What everything is divided by, so that the library can subtract; it costs no digit. */
const PART = 2 ** 8;

/** Whether an axis is one of these. @param {Pick<YAxis, "min" | "max">} axis */
export function isHuge({ min, max }) {
  return max - min === Infinity;
}

/** As `yScale` gives it. @param {YAxis} axis */
export function hugeScale({ min, max, perDivision, unit }) {
  const label = (/** @type {number} */ part) => {
    const text = (part * PART).toExponential(2);
    return part < max / PART ? text : `${text} ${unit}`.trim();
  };
  return { min: min / PART, max: max / PART, interval: perDivision / PART, label };
}
