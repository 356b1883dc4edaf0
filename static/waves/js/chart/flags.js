/** Flags of cursors, and what is read at them: where both stand, in pixels. */

import { FONT, grown, textSize, textWidth } from "../text/fitting.js";

/** @import { Graphic, Shape } from "../../vendor/echarts/echarts.esm.min.js" */

/** @typedef {{text: string, colour: string}} Row of what is read at a cursor */

/** @typedef {{x: number, y: number, width: number, height: number}} Box */

/** @typedef {Box & {label: string}} Flag */

/** @typedef {{line?: string, label?: string, px: number, py: number, beyond: boolean}} Standing an item, in pixels */

/** Half the width of a handle, in CSS pixels; a triangle is as high as it is half wide. */
export const halfHandle = () => grown(7);
/** CSS pixels between a flag and what is read at it, and between two flags at the border. */
const APART = 3;
/** How much of what is behind the rows is covered. */
const COVER = 0.86;
/** Of the size of a text, from one row to the next. */
const LEADING = 1.35;

/**
 * The flag of a cursor. One that is beyond the plot stands within its border and points to where it is: for
 * time one below another, for level one beside another.
 * @param {Standing} item
 * @param {Box} plot
 * @param {Map<string, number>} beyondSoFar how many stand at each border already
 * @returns {Flag}
 */
export function flagOf({ line, label = "", px, py, beyond }, plot, beyondSoFar) {
  const [right, bottom] = [plot.x + plot.width, plot.y + plot.height];
  const isTime = line === "vertical";
  const isLow = isTime ? px <= plot.x : py >= bottom;
  const text = beyond ? pointing(label, isTime, isLow) : label;
  const half = Math.max(halfHandle(), text.length * textSize() * 0.33);
  const high = halfHandle() + 2;
  const box = (/** @type {number} */ x, /** @type {number} */ y) => {
    return { x: x - half, y: y - high, width: 2 * half, height: 2 * high, label: text };
  };
  if (!beyond) return isTime ? box(px, plot.y + high) : box(right - halfHandle(), py);
  const border = `${line} ${isLow}`;
  const order = beyondSoFar.get(border) ?? 0;
  beyondSoFar.set(border, order + 1);
  const step = grown(APART) + 2 * (isTime ? high : half);
  if (isTime) return box(isLow ? plot.x + half : right - half, plot.y + high + order * step);
  // Those of time have the corner.
  return box(right - half - (order + 1) * step, isLow ? bottom - high : plot.y + high);
}

/** @param {string} label @param {boolean} isTime @param {boolean} isLow */
function pointing(label, isTime, isLow) {
  if (isTime) return isLow ? `← ${label}` : `${label} →`;
  return `${isLow ? "↓" : "↑"} ${label}`;
}

/** @param {Graphic} graphic @param {Flag} flag @param {boolean} beyond @param {string} tone @param {string} ground @returns {Shape[]} */
export function flagShapes(graphic, { label, ...box }, beyond, tone, ground) {
  // Beyond it is hollow: no cursor stands there.
  const style = beyond ? { fill: ground, stroke: tone, lineWidth: 1 } : { fill: tone };
  const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2, align: "center", verticalAlign: "middle" };
  const text = { text: label, fill: beyond ? tone : ground, fontSize: textSize(), fontFamily: FONT, ...middle };
  return [
    new graphic.Rect({ shape: { ...box, r: 3 }, style, silent: true, z: 7 }),
    new graphic.Text({ style: text, silent: true, z: 8 }),
  ];
}

/**
 * Where the rows of a cursor stand: beside its flag, on the other side where there is no room, and below those of
 * the other cursor where both are near.
 * @param {{line?: string, px: number, py: number, rows: Row[], side: number}} item
 * @param {Box} plot
 * @param {Box[]} taken
 * @returns {Box}
 */
export function boxOf({ line, px, py, rows, side }, plot, taken) {
  const [right, bottom] = [plot.x + plot.width, plot.y + plot.height];
  const width = Math.max(...rows.map(({ text }) => textWidth(text))) + grown(2 * APART);
  const height = rows.length * textSize() * LEADING + grown(2);
  if (line === "horizontal") {
    const away = 2 * halfHandle() + grown(APART);
    const [above, under] = [py - height - 1, py + 1].map((y) => Math.min(bottom - height, Math.max(plot.y, y)));
    const ys = side < 0 ? [above, under] : [under, above];
    // At its flag, else at the other end of its line, else at its flag below what stands there.
    const ways = [right - away - width, plot.x + away].flatMap((x) => ys.map((y) => ({ x, y, width, height })));
    const over = taken.filter((other) => overlap(ways[0], other));
    const below = { ...ways[0], y: Math.max(0, ...over.map((other) => other.y + other.height)) + 1 };
    return [...ways, below].find((way) => !taken.some((other) => overlap(way, other))) ?? ways[0];
  }
  const away = halfHandle() + grown(APART);
  const [before, after] = [px - away - width, px + away];
  const x = side < 0 ? (before >= plot.x ? before : after) : after + width <= right ? after : before;
  const box = { x, y: plot.y, width, height };
  const over = taken.find((other) => overlap(box, other));
  return over ? { ...box, y: over.y + over.height + grown(APART) } : box;
}

/** The triangle of a vertical line, where it is one: nothing that is read stands on it. @param {{line?: string, handle?: string, px: number}} item @param {Box} plot @returns {Box[]} */
export function triangleOf({ line, handle, px }, plot) {
  if (line !== "vertical" || handle !== "triangle") return [];
  return [{ x: px - halfHandle(), y: plot.y, width: 2 * halfHandle(), height: halfHandle() + 3 }];
}

/** How many rows have room in a plot of a height. @param {number} height */
export const rowsIn = (height) => Math.floor((height - grown(2)) / (textSize() * LEADING));

/** @param {Box} one @param {Box} other */
function overlap(one, other) {
  const isBeside = one.x >= other.x + other.width || other.x >= one.x + one.width;
  return !isBeside && one.y < other.y + other.height && other.y < one.y + one.height;
}

/** @param {Graphic} graphic @param {Row[]} rows @param {Box} box @param {(colour: string) => string} toned @returns {Shape[]} */
export function rowShapes(graphic, rows, box, toned) {
  const ground = { fill: toned("--plot"), opacity: COVER };
  const line = textSize() * LEADING;
  const look = { fontSize: textSize(), fontFamily: FONT, verticalAlign: "middle" };
  const texts = rows.map(({ text, colour }, k) => {
    const at = { x: box.x + grown(APART), y: box.y + grown(1) + (k + 0.5) * line };
    return new graphic.Text({ style: { text, fill: toned(colour), ...at, ...look }, silent: true, z: 6 });
  });
  return [new graphic.Rect({ shape: { ...box, r: 3 }, style: ground, silent: true, z: 5 }), ...texts];
}
