/** What stands over an exported picture: title, time, and a legend of the signals. */

import { FONT, fitted, grown, textSize, textWidth } from "../text/fitting.js";

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

/** CSS pixels, as large as the screen has its texts. */
const pad = () => grown(20);
const titleSize = () => grown(15);
const TITLE_WEIGHT = 600;
const lineHeight = () => grown(20);
/** Pixels of the stroke before a name, and of its distances. */
const stroke = () => grown(22);
const strokeSpace = () => grown(50);
const strokeWidth = () => grown(3);
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
  let [x, line] = [pad(), 0];
  const places = texts.map((text) => {
    const space = wide(text) + strokeSpace();
    if (x > pad() && x + space > width - pad()) [x, line] = [pad(), line + 1];
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
    return fitted(text, SHARE * (width - 2 * pad()) - strokeSpace() - wide(rest), wide) + rest;
  });
}

/**
 * Pixels that a caption needs.
 * @param {Caption} caption
 * @param {number} width
 */
export function captionHeight(caption, width) {
  return headHeight(caption, width) + flow(legend(caption.entries, width), width).lines * lineHeight();
}

/** Title and time stand on one line where there is room for both. @param {Caption} caption @param {number} width */
function headHeight({ title = "", aside = "" }, width) {
  const both = titleWidth(title) + textWidth(aside) + 3 * pad();
  return pad() + (both > width ? 2 : 1) * lineHeight();
}

/** @param {string} text */
function titleWidth(text) {
  return textWidth(text, titleSize(), TITLE_WEIGHT);
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
      style: { fill: colour("--text"), fontSize: textSize(), fontFamily: FONT, verticalAlign: "middle", ...style },
    });
  const head = headHeight(caption, width);
  const room = width - 2 * pad();
  const texts = legend(entries, width);
  const { places } = flow(texts, width);
  const named = fitted(title, room, titleWidth);
  return [
    text({ text: named, x: pad(), y: pad(), fontSize: titleSize(), fontWeight: TITLE_WEIGHT }),
    text({
      text: fitted(aside, room, textWidth),
      x: width - pad(),
      y: head - lineHeight(),
      align: "right",
      fill: colour("--dim"),
    }),
    ...entries.flatMap((entry, k) => {
      const { x, line } = places[k];
      const y = head + line * lineHeight();
      const shape = { x1: x, x2: x + stroke(), y1: y, y2: y };
      const lineDash = entry.dash?.map((length) => length * (strokeWidth() / 2)) ?? null;
      return [
        new Line({ shape, style: { stroke: entry.colour, lineWidth: strokeWidth(), lineDash } }),
        text({ text: texts[k], x: x + stroke() + grown(7), y }),
      ];
    }),
  ];
}
