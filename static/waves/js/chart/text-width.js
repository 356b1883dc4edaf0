/** How wide texts are, as the browser draws them. */

/** No double quotes: ECharts writes it into an attribute of an SVG as it is. */
export const FONT = "ui-sans-serif, system-ui, 'Segoe UI', Roboto, sans-serif";
/** Of labels, legends and handles, in CSS pixels. */
export const TEXT_SIZE = 11.5;

/** Of a character on the average, where there is no screen to ask. */
const CHARACTER = 6.6 / TEXT_SIZE;

/** @type {CanvasRenderingContext2D | null} */
let context = null;

/** CSS pixels of a text. @param {string} text @param {number} [size] @param {number} [weight] */
export function textWidth(text, size = TEXT_SIZE, weight = 400) {
  context ??= globalThis.document?.createElement("canvas").getContext("2d") ?? null;
  if (!context) return text.length * CHARACTER * size;
  context.font = `${weight} ${size}px ${FONT}`;
  return context.measureText(text).width;
}
