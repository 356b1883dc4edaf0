/** Times of day at the x axis, on whole seconds, minutes, hours and days of the browser's zone or of UTC. */

import { grown } from "../text/fitting.js";
import { dayText, monthText, otherDayText, partsOf } from "../text/instants.js";

/** @import { Zone } from "../text/instants.js" */

/** @typedef {{x: number, text: string}} Mark x in seconds from the right end; NaN where it has no place */

const [MINUTE, HOUR, DAY] = [60, 3600, 86_400];
/** Seconds of a month on the average: as a step it stands for one of the calendar. */
const MONTH = 2_629_746;
/** Seconds between marks, as people divide time. */
const STEPS = [
  ...[1, 2, 5, 10, 15, 30],
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 3, 6, 12].map((hours) => hours * HOUR),
  ...[1, 2, 7, 14].map((days) => days * DAY),
  ...[1, 2, 3, 6, 12].map((months) => months * MONTH),
];
/** A clock with one mark tells no distance. */
const LEAST_MARKS = 2;
/** CSS pixels of a label and what stands between it and the next: with seconds, and without. */
const WITH_SECONDS = 62;
const WITHOUT = 48;
/** Up to this step (s) every zone counts as UTC does: their distances are quarters of an hour. */
const QUARTER = 15 * MINUTE;
/** Of a step: how far a mark may be from where its time is, before it is left out. */
const NEAR = 1e-3;
/** A mark is looked for so often where the clock was set within the window. */
const LOOKS = 3;

/**
 * The step between marks: not shorter than a division, and with room for labels.
 * @param {number} window seconds
 * @param {number} divisions of it
 * @param {number} width CSS pixels across the window
 * @returns {number | null} seconds; null where the window is too short for a clock
 */
export function clockStep(window, divisions, width) {
  const fits = (/** @type {number} */ step) =>
    step >= (window / divisions) * (1 - 1e-9) &&
    (step / window) * width >= grown(step < MINUTE ? WITH_SECONDS : WITHOUT);
  const step = STEPS.find(fits) ?? STEPS[STEPS.length - 1];
  return window / step >= LEAST_MARKS ? step : null;
}

/**
 * The times that marks stand at, after `from` and up to `to`.
 * @param {number} from unix seconds
 * @param {number} to
 * @param {number} step of `clockStep`
 * @param {Zone} zone
 * @returns {number[]} unix seconds
 */
export function clockTimes(from, to, step, zone) {
  if (step >= MONTH) return monthTimes(from, to, Math.round(step / MONTH), zone);
  if (step <= QUARTER || zone === "utc") return evenTimes(from, to, step, step > DAY ? MONDAY : 0);
  return step < DAY ? hourTimes(from, to, step) : dayTimes(from, to, step / DAY);
}

/** A Monday: weeks begin there. */
const MONDAY = 4 * DAY;

/** @param {number} from @param {number} to @param {number} step @param {number} origin */
function evenTimes(from, to, step, origin) {
  const times = [];
  for (let k = Math.ceil((from - origin) / step); origin + k * step <= to; k += 1) times.push(origin + k * step);
  return times;
}

/** Whole hours of the browser's zone; when its clocks are set there is one more, or one less. @param {number} from @param {number} to @param {number} step */
function hourTimes(from, to, step) {
  const quarters = evenTimes(from, to, QUARTER, 0);
  return quarters.filter((time) => {
    const { hour, minute } = partsOf(time, "local");
    return (hour * HOUR + minute * MINUTE) % step === 0;
  });
}

/** Midnights of the browser's zone. @param {number} from @param {number} to @param {number} days */
function dayTimes(from, to, days) {
  const { year, month, day } = partsOf(from, "local");
  const first = Math.floor((Date.UTC(year, month - 1, day) / 1000 - MONDAY) / DAY);
  const times = [];
  for (let k = Math.floor(first / days) * days; ; k += days) {
    const { year: y, month: m, day: d } = partsOf(MONDAY + k * DAY, "utc");
    const time = new Date(y, m - 1, d).getTime() / 1000;
    if (time > to) return times;
    if (time >= from) times.push(time);
  }
}

/** First days of months, of which January is one. @param {number} from @param {number} to @param {number} months @param {Zone} zone */
function monthTimes(from, to, months, zone) {
  const { year } = partsOf(from, zone);
  const times = [];
  for (let month = 0; ; month += months) {
    const time = (zone === "utc" ? Date.UTC(year, month) : new Date(year, month).getTime()) / 1000;
    if (time > to) return times;
    if (time >= from) times.push(time);
  }
}

/**
 * What a mark says: the time as exactly as the step asks for; midnight is the day that begins, January the year.
 * @param {number} time unix seconds
 * @param {number} step
 * @param {Zone} zone
 * @param {number} now unix seconds
 */
export function markText(time, step, zone, now) {
  if (step >= MONTH) return monthText(time, zone);
  const { hour, minute, second } = partsOf(time, zone);
  if (step >= DAY || (step >= MINUTE && hour === 0 && minute === 0)) return dayText(time, zone, now);
  const parts = step < MINUTE ? [hour, minute, second] : [hour, minute];
  return parts.map((part) => String(part).padStart(2, "0")).join(":");
}

/** The marks of a window that moves: made anew where others are seen, else moved. */
export class ClockTicks {
  /** @type {Mark[]} */
  marks = [];
  /** @type {number[]} */
  #times = [];
  #step = 1;
  note = "";
  key = "";

  /**
   * @param {{window: number, width: number, divisions: number, zone: Zone}} view seconds, CSS pixels
   * @param {(x: number) => number} wall unix seconds at x, in seconds from the right end
   * @param {number} now unix seconds
   * @returns {ClockTicks | null} null where there is no clock to be shown
   */
  update({ window, width, divisions, zone }, wall, now) {
    const step = clockStep(window, divisions, width);
    const to = wall(0);
    if (step === null || !Number.isFinite(to)) return null;
    // A clock that was set far within the window leaves only what came since.
    const from = Math.max(Math.min(wall(-window), to - window), to - 2 * window);
    const key = `${Math.ceil(from / step)} ${Math.floor(to / step)} ${Math.floor(now / HOUR)} ${step} ${window} ${zone}`;
    if (key !== this.key) this.#make(key, { from, to, step, zone, now });
    for (let k = 0; k < this.marks.length; k += 1) this.marks[k].x = this.#place(this.#times[k], to, window, wall);
    return this.marks.length > 0 ? this : null;
  }

  /** @param {string} key @param {{from: number, to: number, step: number, zone: Zone, now: number}} view */
  #make(key, { from, to, step, zone, now }) {
    this.key = key;
    this.#step = step;
    this.#times = clockTimes(from, to, step, zone);
    this.marks = this.#times.map((time) => ({ x: NaN, text: markText(time, step, zone, now) }));
    const day = step < DAY ? otherDayText(from, zone, now) : "";
    this.note = [day, zone === "utc" ? "UTC" : ""].filter(Boolean).join(" ");
  }

  /**
   * Where a time is in the window. A clock that was set within it makes it more than one look, and a
   * time that it jumped over is nowhere.
   * @param {number} time
   * @param {number} to
   * @param {number} window
   * @param {(x: number) => number} wall
   */
  #place(time, to, window, wall) {
    let x = time - to;
    for (let look = 0; look < LOOKS; look += 1) x += time - wall(x);
    const isThere = x >= -window && x <= 0 && Math.abs(wall(x) - time) < NEAR * this.#step;
    return isThere ? x : NaN;
  }
}
