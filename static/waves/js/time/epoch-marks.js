/** What stands at the beginning of an epoch on the time axis: a line and a name, or a tick where there is no room. */

import { textWidth } from "../text/fitting.js";
import { dayText, partsOf } from "../text/instants.js";
import { duration, setting } from "../text/quantities.js";

/**
 * @import { Epoch } from "../samples/epochs.js"
 * @import { Zone } from "../text/instants.js"
 */

/**
 * @typedef {object} EpochMark
 * @property {number} unix seconds at which the epoch begins
 * @property {number} epoch
 * @property {string} name
 * @property {boolean} isNamed whether there is room for the name
 * @property {"left" | "right"} side of its line on which the name stands
 * @property {number | null} beneath the epoch that a later one lies over, as the clock was set back
 */

/** CSS pixels between two names, and between two ticks. */
const APART = 12;
const TICKS = 3;
/** Seconds that two clocks may differ by before one was set. */
const SET = 1;
/** What says no more than when it was. */
const AS_EVER = new Set(["restarted", "recording began"]);
/** Seconds of a window from which on names have no seconds. */
const LONG = 600;

/**
 * The marks of the epochs that begin in a window. Of those that are nearer than a tick only one is there.
 * @param {Epoch[]} epochs in order of their numbers
 * @param {{from: number, to: number, width: number, zone: Zone, now: number}} view unix seconds, CSS pixels
 * @param {(text: string) => number} [measure] CSS pixels of a text
 * @returns {EpochMark[]}
 */
export function marksOf(epochs, { from, to, width, zone, now }, measure = textWidth) {
  const place = (/** @type {number} */ unix) => ((unix - from) / (to - from)) * width;
  /** @type {EpochMark[]} */
  const marks = [];
  const ordered = [...epochs].sort((a, b) => a.epoch - b.epoch);
  for (let k = 1; k < ordered.length; k += 1) {
    const [before, epoch] = [ordered[k - 1], ordered[k]];
    if (epoch.from < from || epoch.from > to) continue;
    const beneath = epoch.from < before.to - SET ? before.epoch : null;
    const last = marks[marks.length - 1];
    if (last && beneath === null && Math.abs(place(epoch.from) - place(last.unix)) < TICKS) continue;
    const name = nameOf(before, epoch, { zone, now, isLong: to - from > LONG });
    marks.push({ unix: epoch.from, epoch: epoch.epoch, name, isNamed: false, side: "right", beneath });
  }
  marks.sort((a, b) => a.unix - b.unix);
  let taken = 0;
  marks.forEach((mark, k) => {
    const [at, wide] = [place(mark.unix), measure(mark.name) + APART];
    const next = k === marks.length - 1 ? width + APART : place(marks[k + 1].unix);
    if (at >= taken && at + wide <= next) [mark.isNamed, taken] = [true, at + wide];
    else if (at - wide >= taken) [mark.isNamed, mark.side, taken] = [true, "left", at];
    else taken = Math.max(taken, at);
  });
  return marks;
}

/**
 * What became another, or that it began anew, and when.
 * @param {Epoch} before
 * @param {Epoch} epoch
 * @param {{zone: Zone, now: number, isLong: boolean}} how
 */
export function nameOf(before, epoch, { zone, now, isLong }) {
  if (epoch.from < before.to - SET) return `clock set back ${duration(before.to - epoch.from)}`;
  if (epoch.why && !AS_EVER.has(epoch.why)) return epoch.why;
  if (before.rate > 0 && epoch.rate > 0 && before.rate !== epoch.rate) {
    return `${setting(before.rate, "Hz")} → ${setting(epoch.rate, "Hz")}`;
  }
  if (before.keys.join("\n") !== epoch.keys.join("\n")) return "other signals";
  const { hour, minute, second } = partsOf(epoch.from, zone);
  const two = (/** @type {number} */ part) => String(part).padStart(2, "0");
  const time = [hour, minute, ...(isLong ? [] : [second])].map(two).join(":");
  const day = dayText(epoch.from, zone, now);
  return `restarted ${day === dayText(now, zone, now) ? "" : `${day} `}${time}`;
}
