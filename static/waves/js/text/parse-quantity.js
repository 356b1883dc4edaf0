/** What people type into fields: "20 ms", "1.5k", "-3 mV", "0,5", "1 min". */

import { PREFIXES, partsOf, takesPrefix } from "./units.js";

/** Seconds of what times are said in. @type {Record<string, number>} */
const TIMES = { s: 1, sec: 1, min: 60, h: 3600, d: 86400 };
/** People type "u" for "µ", and "K" for thousands. @type {Record<string, string>} */
const TYPED = { u: "µ", "\u03bc": "µ", K: "k" };

const FORM = /^([+-]?)([\d., \u00a0\u202f']*\d[.,]?)(e[+-]?\d+)?\s*([^\d\s.,].*)?$/i;
/** Digits in threes, between which stand spaces, commas or points of one kind. */
const GROUPED = /^[1-9]\d{0,2}(?:([ \u00a0\u202f',.])\d{3})(?:\1\d{3})*(?=$|[.,])/;
/** One comma, and three digits behind it: thousands to some, thousandths to others. */
const UNCLEAR = /^[1-9]\d{0,2},\d{3}$/;

/**
 * The number in `unit` that a text says, or null where it says none, or may say two.
 * The unit may be left out, with its prefix or without; a "/div" behind it is let be.
 * @param {string} text
 * @param {string} [unit]
 */
export function parseQuantity(text, unit = "") {
  const [, sign, digits, exponent = "", suffix = ""] = FORM.exec(plain(text, unit)) ?? [];
  const number = digits === undefined ? null : decimalOf(digits);
  if (number === null) return null;
  const convert = converterOf(suffix.replace(/\s*\/\s*div$/i, "").trim(), unit);
  const value = convert?.(Number(`${sign}${number}${exponent}`)) ?? NaN;
  return Number.isFinite(value) ? value : null;
}

/**
 * What to ask where a text may say two numbers, or null.
 * @param {string} text
 */
export function ambiguity(text) {
  const [, sign, digits, , suffix = ""] = FORM.exec(plain(text, "")) ?? [];
  if (!UNCLEAR.test(digits ?? "")) return null;
  const both = [digits.replace(",", ""), digits.replace(",", ".")].map((number) => `${sign}${number} ${suffix}`.trim());
  return `Is “${text.trim()}” ${both.join(" or ")}? Please type one of these.`;
}

/** Minus signs as numbers have them, and without a unit that stands before. @param {string} text @param {string} unit */
function plain(text, unit) {
  const typed = text.trim().replaceAll("−", "-");
  return unit && /^\D+$/.test(unit) && typed.startsWith(`${unit} `) ? typed.slice(unit.length).trim() : typed;
}

/**
 * Digits as a number is written, without what stands between thousands; null where it is not clear.
 * @param {string} digits
 */
function decimalOf(digits) {
  if (UNCLEAR.test(digits)) return null;
  const [grouped, separator] = GROUPED.exec(digits) ?? [];
  // One point is a decimal one, as the page itself writes it.
  const isGrouped =
    grouped !== undefined && !/^\d+\.\d{3}$/.test(digits) && !digits.slice(grouped.length).startsWith(separator);
  const whole = isGrouped ? grouped.replaceAll(separator, "") : "";
  const number = (whole + (isGrouped ? digits.slice(grouped.length) : digits)).replace(",", ".");
  return /^(\d+\.?\d*|\.\d+)$/.test(number) ? number : null;
}

/**
 * From what was typed to `unit`; null where it is not known how.
 * @param {string} suffix
 * @param {string} unit
 * @returns {((value: number) => number) | null}
 */
function converterOf(suffix, unit) {
  if (suffix === "" || suffix === unit) return (value) => value;
  if (suffix in TIMES && unit in TIMES) return (value) => (value * TIMES[suffix]) / TIMES[unit];
  const typed = (TYPED[suffix[0]] ?? suffix[0]) + suffix.slice(1);
  if (typed in PREFIXES && (unit === "" || takesPrefix(unit))) return byPower(PREFIXES[typed]);
  const [one, other] = [partsOf(typed), partsOf(unit)];
  return one.base === other.base ? byPower(one.power - other.power) : null;
}

/** Divided where it gets smaller: 50 / 10^6 is 0.00005, and 50 · 10^-6 nearly so. @param {number} power */
function byPower(power) {
  return (/** @type {number} */ value) => (power < 0 ? value / 10 ** -power : value * 10 ** power);
}
