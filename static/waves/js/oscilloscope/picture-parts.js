/** What every picture may need but the first of a first visit: lanes, gestures, the ticks of a paused view, the trigger. */

import { copyOf } from "../chart/copy.js";
import { bindGestures } from "../chart/gestures.js";
import { LaneShapes } from "../chart/lane-shapes.js";
import { nearestTrace } from "../chart/nearest.js";
import { TimeCursors } from "../measurements/time-cursors.js";
import { Frequencies } from "../spectrum/frequencies.js";
import { HELD } from "../time/held-ticks.js";
import { Triggering } from "../trigger/triggering.js";

/** @import { FirstParts, Parts } from "../tools/parts.js" */

/** What a chart does not need for its first picture. */
export const chartExtras = { LaneShapes, bindGestures, copyOf, nearestTrace };
/** What stands at the time axis of a paused view. */
export const heldTicks = HELD;

/** @param {FirstParts} parts @returns {Parts} */
export function wholeParts(parts) {
  const frequencies = new Frequencies(() => parts.screen.changed());
  return { ...parts, cursors: new TimeCursors(), frequencies, triggering: triggeringOf(parts) };
}

/** @param {FirstParts} parts */
function triggeringOf({ chart, config, past, record, screen, selection, server, timeline }) {
  return new Triggering({
    ...{ config, record, past, timeline, selection, ...server },
    changed: () => screen.changed(),
    redraw: () => screen.redraw(),
    columns: () => chart.columns,
    picture: () => screen.picture,
  });
}
