/** Axes as ECharts takes them: their looks, what stands at their divisions, and the room around a plot that this needs. */

import { FONT, grown, textSize, textWidth } from "../text/fitting.js";

/**
 * @import { Label, Labelled, XAxis, YAxis } from "./axis-labels.js"
 */

/** @typedef {(colour: string) => string} Colour of the theme as rgb() */

/** How texts of the canvas are set. */
export const TYPE = { font: FONT, size: textSize, width: (/** @type {string} */ text) => textWidth(text) };

/** CSS pixels from a label to the plot. */
const GAP = 8;

/** What both axes look like. @param {Colour} toned @param {object} [more] @param {string} [colour] */
export function axisLook(toned, more = {}, colour = "--dim") {
  const line = { show: true, lineStyle: { color: toned("--grid"), width: 1 } };
  return {
    type: "value",
    splitLine: line,
    axisLine: { ...line, onZero: false },
    axisTick: { show: false },
    axisLabel: { color: toned(colour), fontSize: textSize(), fontFamily: FONT, margin: grown(GAP), hideOverlap: true },
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

/**
 * @typedef {object} Needed widths of labels in CSS pixels
 * @property {number} left the widest of the left axis
 * @property {number} right the widest of the right axis; 0 where it has none
 * @property {number} end the last one of the x axis, which stands under the right end
 *
 * @typedef {{left: number, right: number, top: number, bottom: number}} Margins in CSS pixels
 */

/** A phone has less room. */
const MARGINS = { left: 64, right: 28, top: 16, bottom: 32 };
const PHONE_MARGINS = { left: 54, right: 26, top: 14, bottom: 26 };
/** From a label to the border. */
const BORDER = 4;
/** Room grows in such steps, or the plot would move with each digit. */
const STEP = 10;

/** What axes have before anything is drawn. @type {Needed} */
export const NOTHING = { left: 0, right: 0, end: 0 };

/**
 * @param {boolean} isPhone
 * @param {Needed} needed
 * @returns {Margins}
 */
export function marginsFor(isPhone, { left, right, end }) {
  const least = isPhone ? PHONE_MARGINS : MARGINS;
  const [around, beside] = [grown(GAP + BORDER), grown(BORDER)];
  const besideLabels = right > 0 ? roomFor(grown(least.left), right + around) : grown(least.right);
  return {
    top: grown(least.top),
    bottom: grown(least.bottom),
    left: roomFor(grown(least.left), left + around),
    right: roomFor(besideLabels, end / 2 + beside),
  };
}

/** @param {number} least @param {number} needed */
function roomFor(least, needed) {
  const step = grown(STEP);
  return least + step * Math.max(0, Math.ceil((needed - least) / step));
}
