/**
 * The tools that come after the first picture of a first visit: a third of the modules, which need not
 * hold it up. Their hooks are called in this order, after those of `first-tools.js`.
 */

import { Autoset } from "../tools/autoset.js";
import { Cursors } from "../tools/cursors.js";
import { Export } from "../tools/export.js";
import { Measurements } from "../tools/measurements.js";
import { Page } from "../tools/page.js";
import { References } from "../tools/references.js";
import { Spectrum } from "../tools/spectrum.js";
import { Table } from "../tools/table.js";
import { ViewButtons } from "../tools/view-buttons.js";
import { Welcome } from "../tools/welcome.js";

/** @import { Parts, Tool } from "../tools/parts.js" */

/** @param {Parts} parts @returns {Tool[]} */
export function laterTools(parts) {
  return [
    new ViewButtons(parts),
    new Spectrum(parts),
    new Table(parts),
    new References(parts),
    new Autoset(parts),
    new Export(parts),
    new Cursors(parts),
    new Measurements(parts),
    new Page(parts),
    new Welcome(),
  ];
}
