/** What stands over an exported picture: title, time, and a legend of the signals. */

/** @import { Graphic, Shape } from "../../vendor/echarts/echarts.esm.min.js" */

/**
 * @typedef {object} Caption
 * @property {string} title
 * @property {string} aside
 * @property {{text: string, colour: string}[]} entries of the legend
 */

/** @typedef {{colour: (name: string) => string, width: number, font: string}} Look */

const PAD = 20;
const TITLE_SIZE = 15;
const TEXT_SIZE = 11.5;
const LINE = 20;
/** Pixels of a character, on the average, and of the stroke before a name with its distances. */
const CHARACTER = 6.6;
const STROKE = 16;
const STROKE_SPACE = 44;

/**
 * Where the entries of a legend go.
 * @param {string[]} texts
 * @param {number} width
 * @returns {{places: {x: number, line: number}[], lines: number}} x in pixels of each, and its line
 */
export function flow(texts, width) {
  let [x, line] = [PAD, 0];
  const places = texts.map((text) => {
    const wide = text.length * CHARACTER + STROKE_SPACE;
    if (x > PAD && x + wide > width - PAD) [x, line] = [PAD, line + 1];
    const place = { x, line };
    x += wide;
    return place;
  });
  return { places, lines: texts.length > 0 ? line + 1 : 0 };
}

/**
 * Pixels that a caption needs.
 * @param {Caption} caption
 * @param {number} width
 */
export function captionHeight({ entries }, width) {
  return (
    PAD +
    LINE +
    flow(
      entries.map(({ text }) => text),
      width,
    ).lines *
      LINE
  );
}

/**
 * @param {Caption} caption
 * @param {Pick<Graphic, "Text" | "Line">} graphic constructors of shapes
 * @param {Look} look
 * @returns {Shape[]}
 */
export function captionShapes({ title, aside, entries }, { Text, Line }, { colour, width, font }) {
  const text = (/** @type {object} */ style) =>
    new Text({
      style: { fill: colour("--text"), fontSize: TEXT_SIZE, fontFamily: font, verticalAlign: "middle", ...style },
    });
  const { places } = flow(
    entries.map((entry) => entry.text),
    width,
  );
  const head = PAD;
  return [
    text({ text: title, x: PAD, y: head, fontSize: TITLE_SIZE, fontWeight: 600 }),
    text({ text: aside, x: width - PAD, y: head, align: "right", fill: colour("--dim") }),
    ...entries.flatMap((entry, k) => {
      const { x, line } = places[k];
      const y = head + (line + 1) * LINE;
      const shape = { x1: x, x2: x + STROKE, y1: y, y2: y };
      return [
        new Line({ shape, style: { stroke: entry.colour, lineWidth: 3 } }),
        text({ text: entry.text, x: x + STROKE + 7, y }),
      ];
    }),
  ];
}
