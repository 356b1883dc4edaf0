/** The tools of the oscilloscope, in the order in which their hooks are called: see `tools/parts.js`. */

import { Autoset } from "../tools/autoset.js";
import { Clock } from "../tools/clock.js";
import { Cursors } from "../tools/cursors.js";
import { Export } from "../tools/export.js";
import { Lanes } from "../tools/lanes.js";
import { Measurements } from "../tools/measurements.js";
import { Page } from "../tools/page.js";
import { References } from "../tools/references.js";
import { Signals } from "../tools/signals.js";
import { Spectrum } from "../tools/spectrum.js";
import { StateTimes } from "../tools/state-times.js";
import { Table } from "../tools/table.js";
import { Time } from "../tools/time.js";
import { Trigger } from "../tools/trigger.js";
import { Vertical } from "../tools/vertical.js";
import { ViewButtons } from "../tools/view-buttons.js";
import { Welcome } from "../tools/welcome.js";

/** @import { Parts, Tool } from "../tools/parts.js" */

/** @param {Parts} parts @returns {Tool[]} */
export function makeTools(parts) {
  return [
    new Trigger(parts),
    new Time(parts),
    new Signals(parts),
    new Vertical(parts),
    new Lanes(parts),
    new ViewButtons(parts),
    new Spectrum(parts),
    new Table(parts),
    new References(parts),
    new Autoset(parts),
    new Export(parts),
    new Cursors(parts),
    new Measurements(parts),
    new StateTimes(parts),
    new Clock(parts),
    new Page(parts),
    new Welcome(),
  ];
}
