/** The tools of the oscilloscope, in the order in which their hooks are called (see `scope.js`). */

import { Autoset } from "../tools/autoset.js";
import { Clock } from "../tools/clock.js";
import { Cursors } from "../tools/cursors.js";
import { Export } from "../tools/export.js";
import { FullRate } from "../tools/latest-samples.js";
import { Measurements } from "../tools/measurements.js";
import { Page } from "../tools/page.js";
import { References } from "../tools/references.js";
import { Signals } from "../tools/signals.js";
import { Spectrum } from "../tools/spectrum.js";
import { Table } from "../tools/table.js";
import { Time } from "../tools/time.js";
import { Trigger } from "../tools/trigger.js";
import { Vertical } from "../tools/vertical.js";
import { Views } from "../tools/views.js";
import { Welcome } from "../tools/welcome.js";

/** Tools by name: `scope.tools.time` is how one tool finds another. */
export const TOOLS = {
  trigger: Trigger,
  time: Time,
  signals: Signals,
  vertical: Vertical,
  fullRate: FullRate,
  views: Views,
  spectrum: Spectrum,
  table: Table,
  references: References,
  autoset: Autoset,
  export: Export,
  cursors: Cursors,
  measurements: Measurements,
  clock: Clock,
  page: Page,
  welcome: Welcome,
};
