/** The tools of a picture without controls, on a wall or in a page of others; their hooks are called in this order. */

import { EpochMarks } from "../tools/epoch-marks.js";
import { Lanes } from "../tools/lanes.js";
import { Legend } from "../tools/legend.js";
import { Spectrum } from "../tools/spectrum.js";
import { Trigger } from "../tools/trigger.js";
import { ViewButtons } from "../tools/view-buttons.js";
import { wholeParts } from "./picture-parts.js";

/** @import { FirstParts, Tool } from "../tools/parts.js" */

export { chartExtras, heldTicks } from "./picture-parts.js";
export { onWall } from "./wall.js";

/** All tools, those that are there among them. @param {FirstParts} parts @param {Tool[]} first @returns {Tool[]} */
export function allTools(parts, first) {
  const whole = wholeParts(parts);
  return [
    new Trigger(whole),
    new EpochMarks(whole),
    ...first,
    new Legend(whole),
    new Lanes(whole),
    new ViewButtons(whole),
    new Spectrum(whole),
  ];
}
