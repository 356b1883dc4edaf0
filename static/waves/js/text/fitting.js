/** How wide texts are, as the browser draws them, and how they are shortened where there is no room. */

const SHORTENED = "…";
/** Characters of a unit at an axis; a longer one is whole where values are read. */
const UNIT = 12;
/** What a person takes for one character, however many it is of a string. */
const CHARACTERS = new Intl.Segmenter("en", { granularity: "grapheme" });

/**
 * As much of a text as there is room for; an ellipsis says what is left out: by itself the middle, since names often
 * differ at their ends.
 * @param {string} text
 * @param {number} room
 * @param {(text: string) => number} width of a text, in the same unit
 * @param {number} [tail] share of what stays that is its end
 */
export function fitted(text, room, width, tail = 0.5) {
  if (width(text) <= room) return text;
  const characters = Array.from(CHARACTERS.segment(text), ({ segment }) => segment);
  let [fits, tooMany] = [0, characters.length];
  while (tooMany - fits > 1) {
    const middle = Math.floor((fits + tooMany) / 2);
    if (width(shortened(characters, middle, tail)) <= room) fits = middle;
    else tooMany = middle;
  }
  return shortened(characters, fits, tail);
}

/** A unit as there is room for it beside numbers. @param {string} unit */
export function shortUnit(unit) {
  return fitted(unit, UNIT, (text) => text.length, 0);
}

/** @param {string[]} characters @param {number} count that stay @param {number} tail */
function shortened(characters, count, tail) {
  const last = Math.floor(count * tail);
  const end = last > 0 ? characters.slice(-last).join("").trimStart() : "";
  const begin = characters.slice(0, count - last).join("");
  return begin.trimEnd() + SHORTENED + end;
}

/** No double quotes: ECharts writes it into an attribute of an SVG as it is. */
export const FONT = "ui-sans-serif, system-ui, 'Segoe UI', Roboto, sans-serif";
/** Of labels, legends and handles, in CSS pixels on a desk. */
const TEXT_SIZE = 11.5;
/** CSS pixels of a rem on a desk: see `waves.css`. */
const REM = 13;
let growth = 1;

/** Take the size of a rem: on a wall, what is drawn is larger, as the page around it is. */
export function followRem() {
  growth = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) / REM || 1;
}

/** CSS pixels of what has so many on a desk. @param {number} pixels */
export const grown = (pixels) => pixels * growth;
/** Of labels, legends and handles, in CSS pixels. */
export const textSize = () => grown(TEXT_SIZE);

/** Of a character on the average, where there is no screen to ask. */
const CHARACTER = 6.6 / TEXT_SIZE;

/** @type {CanvasRenderingContext2D | null} */
let context = null;

/** CSS pixels of a text. @param {string} text @param {number} [size] @param {number} [weight] */
export function textWidth(text, size = textSize(), weight = 400) {
  context ??= globalThis.document?.createElement("canvas").getContext("2d") ?? null;
  if (!context) return text.length * CHARACTER * size;
  context.font = `${weight} ${size}px ${FONT}`;
  return context.measureText(text).width;
}
