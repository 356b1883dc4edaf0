/** What stands over an exported picture: title, time, and a legend of the signals. */

import { FONT, fitted, TEXT_SIZE, textWidth } from "../text/fitting.js";

/** @import { Graphic, Shape } from "../../vendor/echarts/echarts.esm.min.js" */

/**
 * @typedef {{text: string, aside: string, colour: string, dash: number[] | null}} Entry of the legend: a name, and what
 *   stands behind it
 *
 * @typedef {object} Caption
 * @property {string} title
 * @property {string} aside
 * @property {Entry[]} entries of the legend
 */

/** @typedef {{colour: (name: string) => string, width: number}} Look */

/** @typedef {(text: string) => number} Width of a text in pixels */

const PAD = 20;
const TITLE_SIZE = 15;
const TITLE_WEIGHT = 600;
const LINE = 20;
/** Pixels of the stroke before a name, and of its distances. */
const STROKE = 22;
const STROKE_SPACE = 50;
const STROKE_WIDTH = 3;
/** A name takes at most this share of a line: two stand beside one another. */
const SHARE = 0.5;

/**
 * Where the entries of a legend go.
 * @param {string[]} texts
 * @param {number} width
 * @param {Width} [wide]
 * @returns {{places: {x: number, line: number}[], lines: number}} x in pixels of each, and its line
 */
export function flow(texts, width, wide = textWidth) {
  let [x, line] = [PAD, 0];
  const places = texts.map((text) => {
    const space = wide(text) + STROKE_SPACE;
    if (x > PAD && x + space > width - PAD) [x, line] = [PAD, line + 1];
    const place = { x, line };
    x += space;
    return place;
  });
  return { places, lines: texts.length > 0 ? line + 1 : 0 };
}

/**
 * The texts of a legend: names are shortened where there is no room, what stands behind them is not.
 * @param {Entry[]} entries
 * @param {number} width
 * @param {Width} [wide]
 */
export function legend(entries, width, wide = textWidth) {
  return entries.map(({ text, aside }) => {
    const rest = aside ? `  ${aside}` : "";
    return fitted(text, SHARE * (width - 2 * PAD) - STROKE_SPACE - wide(rest), wide) + rest;
  });
}

/**
 * Pixels that a caption needs.
 * @param {Caption} caption
 * @param {number} width
 */
export function captionHeight(caption, width) {
  return headHeight(caption, width) + flow(legend(caption.entries, width), width).lines * LINE;
}

/** Title and time stand on one line where there is room for both. @param {Caption} caption @param {number} width */
function headHeight({ title = "", aside = "" }, width) {
  const both = titleWidth(title) + textWidth(aside) + 3 * PAD;
  return PAD + (both > width ? 2 : 1) * LINE;
}

/** @param {string} text */
function titleWidth(text) {
  return textWidth(text, TITLE_SIZE, TITLE_WEIGHT);
}

/**
 * @param {Caption} caption
 * @param {Pick<Graphic, "Text" | "Line">} graphic constructors of shapes
 * @param {Look} look
 * @returns {Shape[]}
 */
export function captionShapes(caption, { Text, Line }, { colour, width }) {
  const { title, aside, entries } = caption;
  const text = (/** @type {object} */ style) =>
    new Text({
      style: { fill: colour("--text"), fontSize: TEXT_SIZE, fontFamily: FONT, verticalAlign: "middle", ...style },
    });
  const head = headHeight(caption, width);
  const room = width - 2 * PAD;
  const texts = legend(entries, width);
  const { places } = flow(texts, width);
  const named = fitted(title, room, titleWidth);
  return [
    text({ text: named, x: PAD, y: PAD, fontSize: TITLE_SIZE, fontWeight: TITLE_WEIGHT }),
    text({
      text: fitted(aside, room, textWidth),
      x: width - PAD,
      y: head - LINE,
      align: "right",
      fill: colour("--dim"),
    }),
    ...entries.flatMap((entry, k) => {
      const { x, line } = places[k];
      const y = head + line * LINE;
      const shape = { x1: x, x2: x + STROKE, y1: y, y2: y };
      const lineDash = entry.dash?.map((length) => length * (STROKE_WIDTH / 2)) ?? null;
      return [
        new Line({ shape, style: { stroke: entry.colour, lineWidth: STROKE_WIDTH, lineDash } }),
        text({ text: texts[k], x: x + STROKE + 7, y }),
      ];
    }),
  ];
}
