/** Instants as dates and times: what was long ago, or will be read later, has its date. */

import { clockTime, dateOf, LAST_INSTANT, NONE } from "./quantities.js";

/** @typedef {"local" | "utc"} Zone the browser's, or UTC */

/** @typedef {{year: number, month: number, day: number, hour: number, minute: number, second: number, offset: number}} Parts `offset` from UTC in minutes */

/** Seconds of a division from which on nobody reads seconds of it. */
const TO_MINUTES = 600;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/**
 * The date and the time of an instant, as clocks in that zone have them.
 * @param {number} unixSeconds
 * @param {Zone} zone
 * @returns {Parts}
 */
export function partsOf(unixSeconds, zone) {
  const there = dateOf(unixSeconds);
  const offset = zone === "utc" ? 0 : -there.getTimezoneOffset();
  const as = new Date(there.getTime() + offset * 60_000);
  return {
    year: as.getUTCFullYear(),
    month: as.getUTCMonth() + 1,
    day: as.getUTCDate(),
    hour: as.getUTCHours(),
    minute: as.getUTCMinutes(),
    second: as.getUTCSeconds(),
    offset,
  };
}

/** "26 Nov", with its year where that is not this one. @param {number} unixSeconds @param {Zone} zone @param {number} now unix seconds */
export function dayText(unixSeconds, zone, now) {
  if (!isInstant(unixSeconds)) return NONE;
  const { year, month, day } = partsOf(unixSeconds, zone);
  const ofYear = year === partsOf(now, zone).year ? "" : ` ${year}`;
  return `${day} ${MONTHS[month - 1]}${ofYear}`;
}

/** "Nov", and in January the year that begins. @param {number} unixSeconds @param {Zone} zone */
export function monthText(unixSeconds, zone) {
  const { year, month } = partsOf(unixSeconds, zone);
  return month === 1 ? String(year) : MONTHS[month - 1];
}

/** The same where it is not today, else nothing. @param {number} unixSeconds @param {Zone} zone @param {number} now */
export function otherDayText(unixSeconds, zone, now) {
  return dateNumber(unixSeconds, zone) === dateNumber(now, zone) ? "" : dayText(unixSeconds, zone, now);
}

/** "14:03:27.482", with its date where it is not today's. @param {number} unixSeconds @param {Zone} zone @param {number} now */
export function instantText(unixSeconds, zone, now) {
  if (!isInstant(unixSeconds)) return NONE;
  return `${otherDayText(unixSeconds, zone, now)} ${clockTime(unixSeconds, zone)}`.trim();
}

/**
 * The same as exactly as a division of the screen is read: "26 Nov 14:03".
 * @param {number} unixSeconds
 * @param {Zone} zone
 * @param {number} now
 * @param {number} division seconds
 */
export function roughInstant(unixSeconds, zone, now, division) {
  const text = instantText(unixSeconds, zone, now).replace(/\.\d+$/, "");
  return division < TO_MINUTES ? text : text.replace(/:\d\d$/, "");
}

/** "2026-11-26 14:03:27.482 UTC+01:00": whole, for what is read at another time and place. @param {number} unixSeconds @param {Zone} zone */
export function fullInstant(unixSeconds, zone) {
  if (!isInstant(unixSeconds)) return NONE;
  const { offset } = partsOf(unixSeconds, zone);
  return `${isoDate(unixSeconds, zone)} ${clockTime(unixSeconds, zone)} UTC${offset === 0 ? "" : offsetText(offset, ":")}`;
}

/** "2026-11-26T140327+0100", or with a Z for UTC: a part of a file's name. @param {number} unixSeconds @param {Zone} zone */
export function fileStamp(unixSeconds, zone) {
  const { hour, minute, second, offset } = partsOf(unixSeconds, zone);
  const time = [hour, minute, second].map(two).join("");
  return `${isoDate(unixSeconds, zone)}T${time}${offset === 0 ? "Z" : offsetText(offset, "")}`;
}

/** What is typed as "2026-11-28 14:02", or as a field for dates gives it, with seconds or without. */
const TYPED = /^(\d{4})-(\d{2})-(\d{2})(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2}(?:\.\d+)?))?)?$/;

/** Unix seconds of a date and a time; null where a text says none. @param {string} text @param {Zone} zone */
export function typedInstant(text, zone) {
  const found = TYPED.exec(text.trim());
  if (!found) return null;
  const [year, month, day, hour, minute, second] = found.slice(1).map((part) => Number(part ?? 0));
  if (!(month >= 1 && month <= 12 && day >= 1 && day <= 31 && hour < 24 && minute < 60 && second < 60)) return null;
  const whole =
    zone === "utc"
      ? Date.UTC(year, month - 1, day, hour, minute)
      : new Date(year, month - 1, day, hour, minute).getTime();
  // There is no 31 June.
  return partsOf(whole / 1000, zone).day === day ? whole / 1000 + second : null;
}

/** @param {number} unixSeconds */
function isInstant(unixSeconds) {
  return Math.abs(unixSeconds) <= LAST_INSTANT;
}

/** @param {number} unixSeconds @param {Zone} zone */
function isoDate(unixSeconds, zone) {
  const { year, month, day } = partsOf(unixSeconds, zone);
  return `${String(year).padStart(4, "0")}-${two(month)}-${two(day)}`;
}

/** A number that is another each day. @param {number} unixSeconds @param {Zone} zone */
function dateNumber(unixSeconds, zone) {
  const { year, month, day } = partsOf(unixSeconds, zone);
  return (year * 100 + month) * 100 + day;
}

/** @param {number} minutes @param {string} between */
function offsetText(minutes, between) {
  const size = Math.abs(minutes);
  return `${minutes < 0 ? "-" : "+"}${two(Math.floor(size / 60))}${between}${two(size % 60)}`;
}

/** @param {number} number */
function two(number) {
  return String(number).padStart(2, "0");
}
