/** Numbers for people: prefixes where a unit takes one, digits, durations, the time of day. */

import { PREFIXES, prefixSpan } from "./units.js";

/** @import { Span } from "./units.js" */

/** What stands for a number that does not exist. */
export const NONE = "–";
/** Digits that tell float64 apart; a counter up to 2^53 has as many. */
const MOST_DIGITS = 16;
/** What a float64 leaves of a number, as a share of it. */
const GRAIN = 4e-16;
/** Plain numbers from 10^-4 to 10^6; beyond, nobody counts zeros. */
const PLAIN = { low: -4, high: 6 };
/** What is this much smaller than a division is what rounding left of 0. */
const NOTHING = 1e-6;
/** A division can be read to a fifth, as the lines of an instrument's screen have it. */
const FIFTH = 5;
/** A label is this near to its line at least, in divisions. */
const NEAR = 5e-4;
/** Labels count in no smaller power of ten: its inverse would be no number. */
const LEAST_POWER = -300;
/** Ticks of an axis that are looked at; more nobody can read. */
const MOST_TICKS = 64;
/** Units that stand before their number. */
const BEFORE = new Set(["pH"]);
/** Prefixes by their powers of ten. */
const BY_POWER = new Map(Object.entries(PREFIXES).map(([prefix, power]) => [power, prefix]));

/**
 * A quantity with a fixed number of digits: (0.02, "s", 4) is "20.00 ms". Where `division` says how
 * much of the unit a division of the screen stands for, there are as many more digits as that resolves:
 * (50.0031, "Hz", 3, 0.005) is "50.003 Hz". Prefix and decimals are those of a number as large as `size`
 * at least, so that what changes stands still: (0.9987, "V", 4, NaN, 1.01) is "0.999 V".
 * @param {number} value
 * @param {string} [unit]
 * @param {number} [digits]
 * @param {number} [division]
 * @param {number} [size]
 */
export function quantity(value, unit = "", digits = 4, division = NaN, size = 0) {
  if (!Number.isFinite(value)) return NONE;
  const nothing = division > 0 ? division * NOTHING : 0;
  const seen = Math.abs(value) <= nothing ? 0 : value;
  const largest = Math.max(size, Math.abs(seen));
  if (largest <= nothing) return withUnit("0", unit);
  const place = division > 0 ? Math.floor(Math.log10(division / FIFTH) + 1e-9) : Infinity;
  const resolved = place === Infinity ? 0 : resolvedDigits(largest, place);
  const least = size > 0 ? Infinity : Math.max(digits - 1, -place);
  return written(seen, unit, Math.max(digits, resolved), least, largest);
}

/** Digits of a value down to that of 10^place. @param {number} value @param {number} place */
function resolvedDigits(value, place) {
  // Half of the last place may make a digit more of it: 9.9996 is 10.000.
  const exponent = exponentOf(Math.abs(value) + 10 ** place / 2, MOST_DIGITS);
  return Math.min(MOST_DIGITS, exponent - place + 1);
}

/**
 * A quantity without trailing zeros, for settings: (0.02, "s") is "20 ms".
 * @param {number} value
 * @param {string} [unit]
 * @param {number} [most] digits
 */
export function setting(value, unit = "", most = 6) {
  if (!Number.isFinite(value)) return NONE;
  const rounded = Number(value.toPrecision(most));
  if (rounded === 0) return withUnit("0", unit);
  const digits = rounded.toExponential().split("e")[0].replace(/[-.]/g, "").length;
  return written(rounded, unit, digits, 0);
}

/**
 * Labels of an axis: one prefix for all its ticks, and as many decimals as each of them needs to
 * be within a thousandth of `step` of its line.
 * @param {number} low the first tick
 * @param {number} high the end of the axis
 * @param {number} step from tick to tick
 * @param {string} [unit]
 * @returns {{unit: string, label: (value: number) => string, widest: number}} `widest` label in characters
 */
export function axisScale(low, high, step, unit = "") {
  const ticks = ticksOf(low, high, step);
  const size = Math.max(Math.abs(low), Math.abs(high));
  const exponent = exponentOf(size, 9);
  const { power, decimals, isExponential } = axisForm(exponent, prefixSpan(unit), ticks, step);
  const tail = isExponential ? `e${power}` : "";
  const label = (/** @type {number} */ value) =>
    Math.abs(value) < step * NOTHING ? "0" : minus(scaled(value, power).toFixed(decimals)) + tail;
  const prefix = isExponential ? "" : (BY_POWER.get(power) ?? "");
  return { unit: prefix + unit, label, widest: Math.max(...ticks.map((tick) => label(tick).length)) };
}

/** A whole number with thin spaces: 1 234 567. @param {number} value */
export function count(value) {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, "\u202f");
}

/** Seconds as the largest unit that fits: "12 min". @param {number} seconds */
export function duration(seconds) {
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86400) return `${(seconds / 3600).toFixed(1)} h`;
  return seconds < 100 * 86400 ? `${(seconds / 86400).toFixed(1)} d` : `${Math.floor(seconds / 86400)} d`;
}

/** A time that was set, such as time/div: "20 ms", from two minutes on "10 min", "1.5 h" or "20 d". @param {number} seconds */
export function timeSetting(seconds) {
  const whole = (/** @type {number} */ part) => Math.abs(seconds / part - Math.round(seconds / part)) < 1e-9;
  if (seconds >= 2 * 86400 && whole(8640)) return `${Math.round(seconds / 8640) / 10} d`;
  if (seconds >= 3600 && whole(360)) return `${Math.round(seconds / 360) / 10} h`;
  return seconds >= 120 && whole(60) ? `${Math.round(seconds / 60)} min` : setting(seconds, "s");
}

/** Seconds from which on nobody counts in seconds, and of what they are counted then. */
const LONG = 600;
/** @type {[string, number][]} */
const UNITS = [
  ["d", 86_400],
  ["h", 3600],
  ["min", 60],
  ["s", 1],
];

/**
 * A stretch of time as it is read: "12.30 ms", and what is long in two units at least, in more where a division of the
 * screen is shorter than these: "−193 d 10 h". What is long and looked at finer than by seconds is in seconds up to a day.
 * @param {number} seconds
 * @param {number} digits
 * @param {number} division seconds
 */
export function spanText(seconds, digits, division) {
  const size = Math.round(Math.abs(seconds));
  if (!(size >= LONG) || size === Infinity || (division < 1 && size < UNITS[0][1])) {
    return quantity(seconds, "s", digits, division);
  }
  const begin = UNITS.findIndex(([, unit]) => size >= unit);
  const fine = UNITS.findIndex(([, unit]) => unit <= division);
  const last = Math.min(UNITS.length - 1, Math.max(begin + 1, fine < 0 ? UNITS.length : fine));
  const least = UNITS[last][1];
  let left = Math.round(Math.abs(seconds) / least) * least;
  const parts = UNITS.slice(0, last + 1).map(([name, unit]) => {
    const whole = Math.floor(left / unit);
    left -= whole * unit;
    return { whole, text: `${whole} ${name}` };
  });
  const first = parts.findIndex(({ whole }) => whole > 0);
  const shown = parts.slice(first, first + last - begin + 1);
  return (seconds < 0 ? "−" : "") + shown.map(({ text }) => text).join(" ");
}

/** Seconds from 1970 to where dates end. */
export const LAST_INSTANT = 8.64e12;

/**
 * Wall time as 14:03:27.482; `zone` is "local", the browser's, or "utc".
 * @param {number} unixSeconds
 * @param {"local" | "utc"} [zone]
 */
export function clockTime(unixSeconds, zone = "local") {
  if (!(Math.abs(unixSeconds) <= LAST_INSTANT)) return NONE;
  const at = dateOf(unixSeconds);
  const [hours, minutes, seconds] =
    zone === "utc"
      ? [at.getUTCHours(), at.getUTCMinutes(), at.getUTCSeconds()]
      : [at.getHours(), at.getMinutes(), at.getSeconds()];
  const whole = [hours, minutes, seconds].map((part) => String(part).padStart(2, "0")).join(":");
  return `${whole}.${String(at.getUTCMilliseconds()).padStart(3, "0")}`;
}

/** To the nearest millisecond, which is as exact as dates are. @param {number} unixSeconds */
export function dateOf(unixSeconds) {
  return new Date(Math.round(unixSeconds * 1000));
}

/**
 * A number with its unit: with a prefix where the unit takes one, else plain; beyond what prefixes or
 * zeros can say with an exponent.
 * @param {number} value
 * @param {string} unit
 * @param {number} digits that count
 * @param {number} least decimals behind a "0."; trailing zeros beyond them are no news
 * @param {number} [size] whose prefix and decimals it has
 */
function written(value, unit, digits, least, size = value) {
  const exponent = exponentOf(size, digits);
  const span = prefixSpan(unit);
  const hasPrefix = exponent >= span.low && exponent < span.high + 3;
  if (!hasPrefix && isBeyondPlain(exponent, digits)) {
    return withUnit(minus(value.toExponential(digits - 1)).replace("e+", "e"), unit);
  }
  const power = hasPrefix ? Math.floor(exponent / 3) * 3 : 0;
  const decimals = Math.max(0, digits - 1 - exponent + power);
  const number = minus(scaled(value, power).toFixed(decimals));
  const prefix = BY_POWER.get(power) ?? "";
  return withUnit(exponent - power < 0 ? withoutZeros(number, least) : number, prefix + unit);
}

/**
 * Whether a plain number would have more zeros than anyone counts; where all of its digits count
 * it has none of these.
 * @param {number} exponent
 * @param {number} digits
 */
function isBeyondPlain(exponent, digits) {
  return exponent < PLAIN.low || (exponent >= PLAIN.high && digits <= exponent);
}

/**
 * How the labels of an axis are written: the power of ten that they count in, and whether that is
 * written as an exponent.
 * @param {number} exponent of the largest label
 * @param {Span} span of the unit's prefixes
 * @param {number[]} ticks
 * @param {number} step
 */
function axisForm(exponent, span, ticks, step) {
  const form = (/** @type {number} */ power, isExponential = false) => {
    return { power, isExponential, decimals: decimalsOf(ticks, step, power) };
  };
  const power = Math.max(LEAST_POWER, Math.floor(exponent / 3) * 3);
  if (exponent >= span.low && exponent < span.high + 3) return form(power);
  if (exponent >= PLAIN.low && exponent < PLAIN.high) return form(0);
  const short = form(power, true);
  // Where nearly all digits count, an exponent would only make labels longer.
  const digits = exponent - power + 2 + short.decimals + `e${power}`.length;
  return exponent > 0 && exponent < MOST_DIGITS && exponent + 1 < digits ? form(0) : short;
}

/** In halves, or the sum of two large numbers would be infinite on its way. @param {number} low @param {number} high @param {number} step */
function ticksOf(low, high, step) {
  const count = Math.min(MOST_TICKS, Math.floor(high / step - low / step + 1e-6) + 1);
  return Array.from({ length: Math.max(1, count || 1) }, (_, k) => 2 * (low / 2 + k * (step / 2)));
}

/**
 * The fewest decimals by which every tick is told from its neighbours, and stands where it is drawn.
 * @param {number[]} ticks
 * @param {number} step
 * @param {number} power of ten that labels count in
 */
function decimalsOf(ticks, step, power) {
  const near = scaled(step, power) * NEAR;
  const isExact = (/** @type {number} */ value, /** @type {number} */ decimals) =>
    Math.abs(Number(value.toFixed(decimals)) - value) <= near + Math.abs(value) * GRAIN;
  let decimals = 0;
  for (const tick of ticks) {
    const value = scaled(tick, power);
    while (decimals < MOST_DIGITS && !isExact(value, decimals)) decimals += 1;
  }
  return decimals;
}

/** The power of ten of a number's first digit, once it is rounded: of 99.996 with 4 digits it is 2. @param {number} value @param {number} digits */
function exponentOf(value, digits) {
  return value === 0 ? 0 : Number(value.toExponential(digits - 1).split("e")[1]);
}

/** Both ways exact where powers of ten are. @param {number} value @param {number} power */
function scaled(value, power) {
  return power < 0 ? value * 10 ** -power : value / 10 ** power;
}

/** A decimal fraction without zeros at its end, but for `least` places. @param {string} number @param {number} least */
function withoutZeros(number, least) {
  const point = number.indexOf(".");
  if (point < 0) return number;
  let end = number.length;
  while (end > point + 1 + least && number[end - 1] === "0") end -= 1;
  return number.slice(0, end === point + 1 ? point : end);
}

/** A true minus sign, and no minus zero. @param {string} text */
function minus(text) {
  if (/^-0(\.0*)?$/.test(text)) return text.slice(1);
  return text.startsWith("-") ? `−${text.slice(1)}` : text;
}

/** @param {string} number @param {string} unit */
function withUnit(number, unit) {
  if (BEFORE.has(unit)) return `${unit} ${number}`;
  return unit === "" ? number : `${number} ${unit}`;
}
