/** Which trace a place of the plot belongs to. */

import { pixelOf } from "./trace-path.js";

/**
 * @import { Pixel } from "./gestures.js"
 * @import { Scales } from "./overlay.js"
 * @import { Drawn } from "./trace-shapes.js"
 */

/**
 * Place in a list of the trace that is nearest, or -1 where none is within reach.
 * @param {Pick<Drawn, "points" | "axis">[]} traces
 * @param {Pick<Scales, "x" | "y">} scales
 * @param {Pixel} at
 * @param {number} reach pixels
 */
export function nearestTrace(traces, scales, at, reach) {
  let [nearest, least] = [-1, reach];
  traces.forEach(({ points, axis }, k) => {
    const distance = distanceTo(points, scales.x, scales.y(axis), at, reach);
    // Of those at the same place the last is drawn on top.
    if (distance <= least) [nearest, least] = [k, distance];
  });
  return nearest;
}

/** @param {Drawn["points"]} points @param {Scales["x"]} x @param {Scales["x"]} y @param {Pixel} at @param {number} reach */
function distanceTo(points, x, y, { px, py }, reach) {
  let least = Infinity;
  let [lastX, lastY] = [NaN, NaN];
  for (let i = 0; i < points.length; i += 2) {
    const [nowX, nowY] = [pixelOf(points[i], x) - px, pixelOf(points[i + 1], y) - py];
    if (nowX >= -reach && lastX <= reach) least = Math.min(least, fromLine(lastX, lastY, nowX, nowY));
    if (Math.abs(nowX) <= reach && !Number.isNaN(nowY)) least = Math.min(least, Math.hypot(nowX, nowY));
    [lastX, lastY] = [nowX, nowY];
  }
  return least;
}

/** From 0, 0 to a line between two places; Infinity where the line is broken. @param {number} ax @param {number} ay @param {number} bx @param {number} by */
function fromLine(ax, ay, bx, by) {
  const [dx, dy] = [bx - ax, by - ay];
  const along = Math.min(1, Math.max(0, -(ax * dx + ay * dy) / (dx * dx + dy * dy || 1)));
  const distance = Math.hypot(ax + along * dx, ay + along * dy);
  return Number.isNaN(distance) ? Infinity : distance;
}
