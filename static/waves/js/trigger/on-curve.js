/** Where a window stands whose trigger is seen on a curve, and was found on the straight line. */

import { pointsPerSample, Smooth } from "../samples/smooth.js";

/**
 * @import { Line } from "../samples/line.js"
 * @import { Source } from "../samples/window-samples.js"
 * @import { Place } from "./placing.js"
 */

const curve = new Smooth();

/**
 * The place at which the curve, not the straight line, passes the level at the zero of the picture:
 * a view that runs is moved, in a frozen one the zero. The place as it is where no curve is drawn.
 * @param {Place} place
 * @param {{source: Source, k: number, line: Line, window: number, columns: number, isFrozen: boolean}} view
 * @returns {Place}
 */
export function onCurve(place, { source, k, line, window, columns, isFrozen }) {
  const { trigger } = place;
  const { ring, period, envelope } = source;
  const isCurve = line.smooth && line.shape === "linear" && !envelope && !ring.times;
  if (!trigger || !isCurve || pointsPerSample(window / period / columns) === 1) return place;
  const { sample, fraction } = trigger.position;
  const position = { sample, fraction: curve.crossing(ring, k, sample, fraction) };
  const shift = (position.fraction - fraction) * period;
  const moved = isFrozen ? { zero: place.zero + shift } : { edge: place.edge + shift };
  return { ...place, ...moved, trigger: { position, at: trigger.at + shift } };
}
