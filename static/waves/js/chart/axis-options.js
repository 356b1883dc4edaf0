/** Axes as ECharts takes them: their looks, and what stands at their divisions. */

import { FONT, TEXT_SIZE, textWidth } from "./text-width.js";

/**
 * @import { Label, Labelled, XAxis, YAxis } from "./axis-labels.js"
 * @import { Needed } from "./margins.js"
 */

/** @typedef {(colour: string) => string} Colour of the theme as rgb() */

/** What both axes look like. @param {Colour} toned @param {object} [more] @param {string} [colour] */
export function axisLook(toned, more = {}, colour = "--dim") {
  const line = { show: true, lineStyle: { color: toned("--grid"), width: 1 } };
  return {
    type: "value",
    splitLine: line,
    axisLine: { ...line, onZero: false },
    axisTick: { show: false },
    axisLabel: { color: toned(colour), fontSize: TEXT_SIZE, fontFamily: FONT, hideOverlap: true },
    ...more,
  };
}

/** The first axis is at the left, a second one with labels at the right. @param {Colour} toned @param {YAxis} axis @param {number} k */
export function yAxisLook(toned, { label, colour }, k) {
  // Without an id ECharts would take an axis for another one that had its name before.
  const id = `y-${k}`;
  if (k === 0) return axisLook(toned, { id }, colour);
  const show = Boolean(label) && k === 1;
  return axisLook(toned, { id, show, position: "right", splitLine: { show: false } }, colour);
}

/**
 * A y axis with its labels, and above the plot, where it may be as long as it is, what they are added to.
 * @param {Colour} toned
 * @param {YAxis} axis
 * @param {number} k
 * @param {Labelled} labelled
 * @param {number} above pixels from the plot to the middle of what stands above it
 * @param {boolean} [isSeen] whether anything is measured by it
 */
export function yAxisOption(toned, axis, k, { label, offset, marks = null }, above, isSeen = true) {
  const look = yAxisLook(toned, axis, k);
  const { min, max, perDivision: interval } = axis;
  const { color, fontSize, fontFamily } = look.axisLabel;
  return {
    ...look,
    ...{ min, max, interval, axisTick: { ...look.axisTick, customValues: marks } },
    axisLabel: { ...look.axisLabel, formatter: label, show: isSeen, customValues: marks },
    ...(isSeen ? {} : { splitLine: { show: false } }),
    ...{ name: offset, nameLocation: "end", nameGap: above, nameMoveOverlap: false },
    nameTextStyle: { color, fontSize, fontFamily, align: k === 0 ? "left" : "right", verticalAlign: "middle" },
  };
}

/**
 * The x axis; where times of day stand at it, its own divisions say nothing.
 * @param {XAxis} axis
 * @param {Label | null} label
 */
export function xAxisOption({ min, max, perDivision: interval }, label) {
  return { min, max, interval, axisLabel: { formatter: label ?? (() => "") }, splitLine: { show: label !== null } };
}

/**
 * The room that labels need.
 * @param {Labelled[]} labelled of the left axis, and of the right one where it is seen
 * @param {string} end the last label of the x axis
 * @returns {Needed}
 */
export function roomOf([left, right], end) {
  const widest = (/** @type {Labelled | undefined} */ of) =>
    Math.max(0, ...(of?.texts ?? []).map((text) => textWidth(text)));
  return { left: widest(left), right: widest(right), end: textWidth(end) };
}
