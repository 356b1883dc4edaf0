/** The tools without which no picture is drawn, in the order in which their hooks are called: see `tools/parts.js`. */

import { Clock } from "../tools/clock.js";
import { Signals } from "../tools/signals.js";
import { Time } from "../tools/time.js";
import { Trigger } from "../tools/trigger.js";
import { Vertical } from "../tools/vertical.js";

/** @import { Parts, Tool } from "../tools/parts.js" */

/** @param {Parts} parts @returns {Tool[]} */
export function firstTools(parts) {
  return [new Trigger(parts), new Time(parts), new Signals(parts), new Vertical(parts), new Clock(parts)];
}
