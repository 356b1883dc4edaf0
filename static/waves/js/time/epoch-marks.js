/**
 * What stands at the beginning of an epoch on the time axis, and where its clock was set back: a line and a name, or a
 * tick where there is no room.
 */

import { SET } from "../samples/labels.js";
import { textWidth } from "../text/fitting.js";
import { dayText, partsOf } from "../text/instants.js";
import { duration, setting } from "../text/quantities.js";

/**
 * @import { Epoch, Stretch } from "../samples/epochs.js"
 * @import { Zone } from "../text/instants.js"
 */

/**
 * @typedef {object} EpochMark
 * @property {number} unix seconds at which the epoch begins, or a stretch of it
 * @property {number} epoch
 * @property {number} first sample of what begins there
 * @property {string} name
 * @property {boolean} isNamed whether there is room for the name
 * @property {"left" | "right"} side of its line on which the name stands
 * @property {Stretch | null} beneath what a later stretch lies over, as the clock was set back
 */

/** CSS pixels between two names, and between two ticks. */
const APART = 12;
const TICKS = 3;
/** What says no more than when it was. */
const AS_EVER = new Set(["restarted", "recording began"]);
/** Seconds of a window from which on names have no seconds. */
const LONG = 600;

/**
 * The marks of the epochs that begin in a window, and of the clock where it was set back. Of those that are nearer
 * than a tick only one is there, and one beneath which something lies beside it.
 * @param {Epoch[]} epochs in order of their numbers
 * @param {{from: number, to: number, width: number, zone: Zone, now: number}} view unix seconds, CSS pixels
 * @param {(text: string) => number} [measure] CSS pixels of a text
 * @returns {EpochMark[]}
 */
export function marksOf(epochs, { from, to, width, zone, now }, measure = textWidth) {
  const place = (/** @type {number} */ unix) => ((unix - from) / (to - from)) * width;
  /** @type {EpochMark[]} */
  const marks = [];
  const ordered = partsOfAll(epochs);
  for (let k = 1; k < ordered.length; k += 1) {
    const [before, part] = [ordered[k - 1], ordered[k]];
    const { epoch, first, from: unix } = part;
    if (unix < from || unix > to) continue;
    const isWide = epoch === before.epoch && place(before.to) - place(unix) >= 1;
    const beneath = isSetBack(before, part) || isWide ? before.stretch : null;
    if (epoch === before.epoch && beneath === null) continue;
    const isOne = marks.some(
      (mark) => Math.abs(place(mark.unix) - place(unix)) < TICKS && (beneath === null || mark.beneath !== null),
    );
    if (isOne) continue;
    const name = nameOf(before, part, { zone, now, isLong: to - from > LONG });
    marks.push({ unix, epoch, first, name, isNamed: false, side: "right", beneath });
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

/** @typedef {Epoch & {stretch: Stretch}} Part an epoch, with the ends of one of its stretches */

/** The stretches of all epochs, in the order in which they came. @param {Epoch[]} epochs @returns {Part[]} */
function partsOfAll(epochs) {
  return [...epochs]
    .sort((a, b) => a.epoch - b.epoch)
    .flatMap((epoch) => epoch.stretches.map((stretch) => ({ ...epoch, ...stretch, stretch })));
}

/** @param {Pick<Stretch, "to">} before @param {Pick<Stretch, "from">} part */
function isSetBack(before, { from }) {
  return from < before.to - SET;
}

/**
 * By how much: the next sample of an epoch is due a period later.
 * @param {Omit<Epoch, "stretches">} before
 * @param {Omit<Epoch, "stretches">} part
 */
function setBackBy(before, { epoch, first, from, rate, isTimed }) {
  const due = epoch === before.epoch && !isTimed && rate > 0 ? (first - before.last) / rate : 0;
  const back = before.to + due - from;
  return back < SET ? setting(Number(back.toPrecision(2)), "s") : duration(back + 0.5);
}

/**
 * What became another, or that it began anew, and when.
 * @param {Omit<Epoch, "stretches">} before
 * @param {Omit<Epoch, "stretches">} epoch
 * @param {{zone: Zone, now: number, isLong: boolean}} how
 */
export function nameOf(before, epoch, { zone, now, isLong }) {
  if (epoch.epoch === before.epoch || isSetBack(before, epoch)) return `clock set back by ${setBackBy(before, epoch)}`;
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
