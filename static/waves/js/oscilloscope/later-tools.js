/**
 * All that comes after the first picture of a first visit: more than a third of the modules, which need not hold it up.
 * The hooks of tools are called in the order in which they stand here.
 */

import { Autoset } from "../tools/autoset.js";
import { BoxZoom } from "../tools/box-zoom.js";
import { Crossings } from "../tools/crossings.js";
import { Cursors } from "../tools/cursors.js";
import { EpochMarks } from "../tools/epoch-marks.js";
import { Export } from "../tools/export.js";
import { HistoryBar } from "../tools/history-bar.js";
import { Lanes } from "../tools/lanes.js";
import { Log } from "../tools/log.js";
import { Measurements } from "../tools/measurements.js";
import { Minimap } from "../tools/minimap.js";
import { Page } from "../tools/page.js";
import { PlotMenu } from "../tools/plot-menu.js";
import { Readout } from "../tools/readout.js";
import { References } from "../tools/references.js";
import { Sharing } from "../tools/sharing.js";
import { SignalOrder } from "../tools/signal-order.js";
import { Spectrum } from "../tools/spectrum.js";
import { SpectrumReading } from "../tools/spectrum-reading.js";
import { StateTimes } from "../tools/state-times.js";
import { StreamControl } from "../tools/stream-control.js";
import { Table } from "../tools/table.js";
import { Trigger } from "../tools/trigger.js";
import { ViewButtons } from "../tools/view-buttons.js";
import { Welcome } from "../tools/welcome.js";
import { wholeParts } from "./picture-parts.js";

/** @import { FirstParts, Tool } from "../tools/parts.js" */

export { chartExtras, heldTicks } from "./picture-parts.js";

/** All tools, those that are there among them. @param {FirstParts} parts @param {Tool[]} first @returns {Tool[]} */
export function allTools(parts, first) {
  const whole = wholeParts(parts);
  return [
    new Trigger(whole),
    new EpochMarks(whole),
    new Crossings(whole),
    ...first,
    new SignalOrder(whole),
    new Lanes(whole),
    new ViewButtons(whole),
    new Spectrum(whole),
    new SpectrumReading(whole),
    new Table(whole),
    new References(whole),
    new Autoset(whole),
    new Export(whole),
    new Cursors(whole),
    new BoxZoom(whole),
    new Readout(whole),
    new PlotMenu(whole),
    new Measurements(whole),
    new StateTimes(whole),
    new StreamControl(whole),
    new Log(whole),
    new Page(whole),
    new Sharing(whole),
    new HistoryBar(whole),
    new Minimap(whole),
    new Welcome(whole),
  ];
}
