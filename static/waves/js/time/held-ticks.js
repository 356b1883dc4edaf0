/** The grid of a paused view: it moves with the samples, and stands on round times, of the clock or from the trigger. */

import { COLUMNS } from "../text/divisions.js";
import { grown } from "../text/fitting.js";
import { otherDayText, partsOf } from "../text/instants.js";
import { axisScale } from "../text/quantities.js";

/**
 * @import { Zone } from "../text/instants.js"
 * @import { Mark } from "./clock-ticks.js"
 */

/** Of a division: what rounding may take from a mark at the border. */
const HAIR = 1e-6;
/** CSS pixels of a digit, and between labels. */
const DIGIT = 6.6;
const APART = 14;
/** The most marks per second: of a microsecond. */
const FINEST = 6;

/** Marks of which only the places change, while the same ones are seen. */
class HeldTicks {
  /** @type {Mark[]} */
  marks = [];
  note = "";
  key = "";

  /**
   * @param {{from: number, to: number}} range places of the first and of the last one, counted from an origin
   * @param {{key: string, text: (place: number) => string, note: () => string, x: (place: number) => number}} how
   */
  show({ from, to }, { key, text, note, x }) {
    const whole = `${from} ${to} ${key}`;
    if (whole !== this.key) {
      this.key = whole;
      this.note = note();
      this.marks = Array.from({ length: Math.max(0, to - from + 1) }, (_, n) => ({ x: NaN, text: text(from + n) }));
    }
    for (let n = 0; n < this.marks.length; n += 1) this.marks[n].x = x(from + n);
    return this;
  }
}

/** Times of day within seconds: "11.820", behind the minute that stands once beside them. */
export class FineTicks extends HeldTicks {
  /**
   * @param {{edge: number, window: number, width: number, zone: Zone}} view seconds of the stream, CSS pixels
   * @param {(x: number) => number} wall unix seconds at x, in seconds from the right end
   * @param {number} now unix seconds
   * @returns {FineTicks | null} null where whole seconds are fine enough, or nothing is known of the clock
   */
  update({ edge, window, width, zone }, wall, now) {
    const decade = fineDecade(window, width);
    if (!decade) return null;
    const { step, decimals } = decade;
    // Of a time of day a number says microseconds at best: marks are counted from a whole second near by.
    const whole = Math.floor(edge);
    const at = wall(whole - edge);
    if (!Number.isFinite(at)) return null;
    const second = Math.floor(at);
    const origin = whole - edge - (at - second);
    const perSecond = Math.round(1 / step);
    const text = (/** @type {number} */ place) => {
      const behind = Math.floor(place / perSecond);
      const part = ((place - behind * perSecond) * step).toFixed(decimals).slice(1);
      return `${two(partsOf(second + behind, zone).second)}${part}`;
    };
    const note = () => {
      const { hour, minute } = partsOf(second + Math.floor(-window - origin), zone);
      const day = otherDayText(second, zone, now);
      return [day, `${two(hour)}:${two(minute)}`, zone === "utc" ? "UTC" : ""].filter(Boolean).join(" ");
    };
    const key = `${second} ${step} ${window} ${zone} ${Math.floor(now / 3600)}`;
    return /** @type {FineTicks} */ (
      this.show(seen(origin, step, window), { key, text, note, x: (place) => origin + place * step })
    );
  }
}

/** Times from the trigger. */
export class TriggerTicks extends HeldTicks {
  /** @param {{zero: number, window: number, width: number}} view where 0 is, in seconds from the right end */
  update({ zero, window, width }) {
    const division = window / COLUMNS;
    const range = seen(zero, division, window);
    const { label, unit, widest } = axisScale(range.from * division, range.to * division, division, "s");
    const room = (division / window) * width;
    const every = Math.ceil(grown(widest * DIGIT + APART) / room);
    const isLast = (/** @type {number} */ place) => place + every > range.to;
    const text = (/** @type {number} */ place) => {
      if (place % every !== 0) return "";
      return isLast(place) ? `${label(place * division)} ${unit}` : label(place * division);
    };
    const how = {
      key: `${division} ${width}`,
      text,
      note: () => "",
      x: (/** @type {number} */ k) => zero + k * division,
    };
    return this.show(range, how);
  }
}

/** Places of the marks that are seen. @param {number} origin @param {number} step @param {number} window */
function seen(origin, step, window) {
  const [from, to] = [Math.ceil((-window - origin) / step - HAIR), Math.floor(-origin / step + HAIR)];
  // No minus zero: it would be said.
  return { from: from + 0, to: to + 0 };
}

/**
 * The smallest step of 1, 2 or 5 parts of a second that is no shorter than a division and has room for its labels.
 * @param {number} window
 * @param {number} width
 */
function fineDecade(window, width) {
  for (let decimals = FINEST; decimals > 0; decimals -= 1) {
    for (const part of [1, 2, 5]) {
      const step = Number(`${part}e-${decimals}`);
      const room = (step / window) * width;
      const isLong = step >= (window / COLUMNS) * (1 - HAIR);
      if (isLong && room >= grown((3 + decimals) * DIGIT + APART)) return { step, decimals };
    }
  }
  return null;
}

/** @param {number} number */
function two(number) {
  return String(number).padStart(2, "0");
}

/** One of each: only one picture is paused. */
export const HELD = { fine: new FineTicks(), fromTrigger: new TriggerTicks() };
