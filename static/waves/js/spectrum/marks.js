/** What lies over spectra: labels of peaks, harmonics and cursors, in the coordinates of the axes. */

import { grown, textSize, textWidth } from "../text/fitting.js";
import { quantity } from "../text/quantities.js";

/**
 * @import { Frequencies } from "./frequencies.js"
 */

/**
 * @typedef {object} Screen where things stand
 * @property {(x: number, y: number) => {px: number, py: number}} pixel
 * @property {{min: number, max: number}} x
 * @property {{min: number, max: number}} y
 *
 * @typedef {{id: string, text: string, x: number, y: number, align: string, colour: string, boxed: boolean}} Label
 */

/** CSS pixels from a peak to the middle of its label, from label to label, and to the border. */
const LIFT = 14;
const APART = 10;
const BORDER = 6;
/** How many labels' heights a label may be lifted. */
const ROWS_UP = [0, 1];

/**
 * Labels of the peaks, the highest first: one that would cover another is left out, and none is cut off.
 * @param {Frequencies} frequencies
 * @param {Screen} screen
 * @param {(key: string | undefined) => string} colourOf
 * @returns {Label[]}
 */
export function peakLabels(frequencies, screen, colourOf) {
  const { x: across, y: up } = screen;
  const [top, bottom] = [screen.pixel(across.min, up.max), screen.pixel(across.max, up.min)];
  const perPixel = (up.max - up.min) / (bottom.py - top.py);
  const peaks = frequencies.spectra.flatMap(({ key, peaks: found }) => found.map((peak) => ({ ...peak, key })));
  /** @type {{label: Label, px: number, py: number, half: number}[]} */
  const kept = [];
  const height = textSize() + grown(APART);
  for (const { key, frequency, value } of peaks.sort((a, b) => b.value - a.value)) {
    const x = frequencies.place(frequency);
    const text = quantity(frequency, "Hz");
    if (x < across.min || x > across.max || value < up.min) continue;
    const half = textWidth(text) / 2 + grown(BORDER);
    const at = screen.pixel(x, value);
    const align = at.px - half < top.px ? "left" : at.px + half > bottom.px ? "right" : "center";
    const px = at.px + (align === "left" ? half : align === "right" ? -half : 0);
    const isFree = (/** @type {number} */ py) =>
      !kept.some((other) => Math.abs(other.px - px) < other.half + half && Math.abs(other.py - py) < height);
    // Above the label of a higher peak beside it, where there is room.
    const py = ROWS_UP.map((row) => at.py - grown(LIFT) - row * height)
      .map((wanted) => Math.max(top.py + height / 2, wanted))
      .find(isFree);
    if (py === undefined) continue;
    const y = up.max - (py - top.py) * perPixel;
    const label = { id: `peak-${key}-${frequency}`, text, x, y, align, colour: colourOf(key), boxed: true };
    kept.push({ label, px, py, half });
  }
  return kept.map(({ label }) => label);
}

/**
 * A line at each harmonic of the chosen peak, with its name where there is room.
 * @param {Frequencies} frequencies
 * @param {Screen} screen
 * @param {(key: string | undefined) => string} colourOf
 */
export function harmonicLines(frequencies, screen, colourOf) {
  const colour = colourOf(frequencies.chosen?.key);
  let free = -Infinity;
  const cursors = (frequencies.cursors ?? []).map((hertz) => screen.pixel(frequencies.place(hertz), screen.y.max).px);
  return frequencies.harmonics.map(({ n, frequency }) => {
    const x = frequencies.place(frequency);
    const label = harmonicName(n);
    const { px } = screen.pixel(x, screen.y.max);
    const half = textWidth(label) / 2 + grown(BORDER);
    // Flags of cursors stand at the same height.
    const isNamed = px - half > free && cursors.every((cursor) => Math.abs(cursor - px) > 2 * half);
    if (isNamed) free = px + half;
    return {
      id: `harmonic-${n}`,
      line: /** @type {const} */ ("vertical"),
      x,
      colour,
      dash: true,
      ...(isNamed ? { handle: "flag", label } : {}),
    };
  });
}

/** @param {number} n */
export function harmonicName(n) {
  return n === 1 ? "f" : `${n}f`;
}

/** @param {Frequencies} frequencies */
export function cursorLines(frequencies) {
  return (frequencies.cursors ?? []).map((hertz, which) => ({
    id: `frequency-cursor-${which}`,
    line: /** @type {const} */ ("vertical"),
    x: frequencies.place(hertz),
    colour: "--accent",
    handle: "flag",
    label: String(which + 1),
    drag: (/** @type {{x: number}} */ { x }) => frequencies.moveCursor(which, frequencies.hertz(x)),
  }));
}
