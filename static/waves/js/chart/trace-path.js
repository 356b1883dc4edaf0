/**
 * The path of a trace, for every canvas and file alike: a line through its points, and a mark where
 * one stands alone, or where all of a line is smaller than a pixel: that nobody would see.
 */

/**
 * @import { Values } from "../protocol/frames.js"
 * @import { Linear } from "./overlay.js"
 */

/** @typedef {{moveTo: (x: number, y: number) => unknown, lineTo: (x: number, y: number) => unknown}} Path */

/** Pixels: a value far beyond the plot, or infinite, is drawn as a line that leaves it. */
const FAR = 1e5;

/**
 * Where low to high fills `size` pixels, up or down: pixels a unit. By halves, since the whole of a
 * range may be more than a number can be.
 * @param {number} low
 * @param {number} high
 * @param {number} size pixels
 */
export function scaleOf(low, high, size) {
  return size / 2 / (high / 2 - low / 2);
}

/** The pixel of a value, by halves as well, which lose no digit. @param {number} value @param {Linear} scale */
export function pixelOf(value, { from, scale, pixel }) {
  return (value / 2 - from / 2) * (2 * scale) + pixel;
}

/**
 * @param {Path} path
 * @param {Values} points x, y, x, y …; the line ends where a value is NaN
 * @param {Linear} x
 * @param {Linear} y
 * @param {number} half pixels from the middle of a mark to its sides
 */
export function tracePath(path, points, x, y, half) {
  const [xFrom, xScale, yFrom, yScale] = [x.from / 2, 2 * x.scale, y.from / 2, 2 * y.scale];
  let beginX = 0;
  let beginY = 0;
  let drawing = false;
  let seen = true;
  for (let at = 0; at < points.length; at += 2) {
    const up = (points[at + 1] / 2 - yFrom) * yScale + y.pixel;
    if (Number.isNaN(up)) {
      if (!seen) markAt(path, beginX, beginY, half);
      drawing = false;
      seen = true;
      continue;
    }
    const px = (points[at] / 2 - xFrom) * xScale + x.pixel;
    const py = Math.min(FAR, Math.max(-FAR, up));
    if (drawing) {
      path.lineTo(px, py);
      seen ||= Math.abs(px - beginX) >= 1 || Math.abs(py - beginY) >= 1;
    } else {
      path.moveTo(px, py);
      beginX = px;
      beginY = py;
      drawing = true;
      seen = false;
    }
  }
  if (!seen) markAt(path, beginX, beginY, half);
}

/** Marks at points: x, y, x, y …. @param {Path} path @param {Values} points @param {Linear} x @param {Linear} y @param {number} half */
export function marksPath(path, points, x, y, half) {
  for (let at = 0; at < points.length; at += 2) {
    const py = pixelOf(points[at + 1], y);
    if (Math.abs(py) < FAR) markAt(path, pixelOf(points[at], x), py, half);
  }
}

/** A square that a stroke of a pixel fills. @param {Path} path @param {number} x @param {number} y @param {number} half */
function markAt(path, x, y, half) {
  path.moveTo(x - half, y - half);
  path.lineTo(x + half, y - half);
  path.lineTo(x + half, y + half);
  path.lineTo(x - half, y + half);
  path.lineTo(x - half, y - half);
  path.moveTo(x - half, y);
  path.lineTo(x + half, y);
}
