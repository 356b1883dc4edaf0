/** Colours of traces: what the admin chose, made legible on either background. */

/** WCAG 2.2 asks for 3:1 between graphics and what is behind them. */
const CONTRAST = 3;

/**
 * `colour` ("#rrggbb") moved towards black or white until it stands out from `background`.
 * @param {string} colour
 * @param {string} background
 */
export function legible(colour, background) {
  const behind = channels(background);
  const target = luminance(behind) > 0.4 ? [0, 0, 0] : [255, 255, 255];
  let mixed = channels(colour);
  for (let share = 0; contrast(mixed, behind) < CONTRAST && share < 1; share += 0.05) {
    mixed = channels(colour).map((c, k) => Math.round(c + (target[k] - c) * share));
  }
  return `rgb(${mixed.join(", ")})`;
}

/**
 * [r, g, b] of "#rrggbb" or "rgb(r, g, b)".
 * @param {string} colour
 * @returns {number[]}
 */
export function channels(colour) {
  if (colour.startsWith("#")) {
    return [1, 3, 5].map((start) => parseInt(colour.slice(start, start + 2), 16));
  }
  return (colour.match(/[\d.]+/g) ?? []).slice(0, 3).map(Number);
}

/**
 * Contrast ratio as WCAG defines it.
 * @param {number[]} a
 * @param {number[]} b
 */
export function contrast(a, b) {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

/** @param {number[]} rgb */
function luminance(rgb) {
  const [r, g, b] = rgb.map((c) => {
    const share = c / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
