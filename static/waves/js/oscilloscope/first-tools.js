/** The tools without which no picture is drawn, in the order in which their hooks are called: see `tools/parts.js`. */

import { Clock } from "../tools/clock.js";
import { Signals } from "../tools/signals.js";
import { Time } from "../tools/time.js";
import { Vertical } from "../tools/vertical.js";

/** @import { FirstParts, Tool } from "../tools/parts.js" */

/** @param {FirstParts} parts @returns {Tool[]} */
export function firstTools(parts) {
  return [new Time(parts), new Signals(parts), new Vertical(parts), new Clock(parts)];
}
