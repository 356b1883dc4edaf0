/** Numbers for people: SI prefixes, units, durations. */

const PREFIXES = ["f", "p", "n", "µ", "m", "", "k", "M", "G", "T", "P"];
const BASE = PREFIXES.indexOf("");
/** Units that take no prefix: nobody reads "50 m%". */
const PLAIN_UNITS = new Set(["%", "°", "°C", "°F", "dB", "min", "h", "d"]);
/** A unit that carries a prefix already, such as mV or kHz; "min", "m" and "mol" are none. */
const PREFIXED = /^([fpnµmkMGT])(V|A|W|Hz|s|S\/s|B|B\/s|Pa|Ω|F|H|J|N|T|m|g|bar|rad)$/;
/** What stands for a number that does not exist. */
export const NONE = "–";

/**
 * The prefix and its factor for a size, such as {prefix: "m", factor: 0.001} for 0.02.
 * @param {number} size
 * @param {string} [unit]
 */
export function prefixFor(size, unit = "") {
  const magnitude = Math.abs(size);
  if (!(magnitude > 0) || PLAIN_UNITS.has(unit)) return { prefix: "", factor: 1 };
  // Rounded to 9 digits first, so that 999.9999999999 m is 1 and not 1000 m.
  const exponent = Math.floor(Math.log10(Number(magnitude.toPrecision(9))) / 3);
  const index = Math.min(PREFIXES.length - 1, Math.max(0, exponent + BASE));
  return { prefix: PREFIXES[index], factor: 10 ** (3 * (index - BASE)) };
}

/** The unit without a prefix of its own, and what it counts in: "mV" is 0.001 V. @param {string} unit */
function plainUnit(unit) {
  const [, prefix, base] = PREFIXED.exec(unit) ?? [];
  if (!base) return { base: unit, scale: 1 };
  return { base, scale: 10 ** (3 * (PREFIXES.indexOf(prefix) - BASE)) };
}

/**
 * A quantity with a fixed number of digits: (0.02, "s", 4) is "20.00 ms".
 * @param {number} value
 * @param {string} [unit]
 * @param {number} [digits]
 */
export function quantity(value, unit = "", digits = 4) {
  if (!Number.isFinite(value)) return NONE;
  const { base, scale } = plainUnit(unit);
  const { prefix, factor } = prefixFor(Number((value * scale).toPrecision(digits)), base);
  return withUnit(fixedDigits((value * scale) / factor, digits), prefix + base);
}

/**
 * A quantity without trailing zeros, for settings: (0.02, "s") is "20 ms".
 * @param {number} value
 * @param {string} [unit]
 */
export function setting(value, unit = "") {
  if (!Number.isFinite(value)) return NONE;
  const { base, scale } = plainUnit(unit);
  const { prefix, factor } = prefixFor(value * scale, base);
  const number = String(Number(((value * scale) / factor).toPrecision(6)));
  return withUnit(minus(number), prefix + base);
}

/**
 * Labels of an axis: one prefix for all its ticks, as many decimals as `step` needs.
 * @param {number} low
 * @param {number} high
 * @param {number} step
 * @param {string} [unit]
 * @returns {{unit: string, label: (value: number) => string}}
 */
export function axisScale(low, high, step, unit = "") {
  const { base, scale } = plainUnit(unit);
  const { prefix, factor: shown } = prefixFor(Math.max(Math.abs(low), Math.abs(high)) * scale, base);
  const factor = shown / scale;
  const decimals = Math.max(0, Math.min(9, -Math.floor(Math.log10(step / factor) + 1e-9)));
  const isZero = (/** @type {number} */ value) => Math.abs(value) < step * 1e-6;
  const label = (/** @type {number} */ value) => (isZero(value) ? "0" : minus((value / factor).toFixed(decimals)));
  return { unit: prefix + base, label };
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
  return `${(seconds / 86400).toFixed(1)} d`;
}

/** @type {Intl.DateTimeFormatOptions} */
const CLOCK = {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  fractionalSecondDigits: 3,
};
const CLOCKS = {
  local: new Intl.DateTimeFormat("en-GB", CLOCK),
  utc: new Intl.DateTimeFormat("en-GB", { ...CLOCK, timeZone: "UTC" }),
};

/**
 * Wall time as 14:03:27.482; `zone` is "local", the browser's, or "utc".
 * @param {number} unixSeconds
 * @param {"local" | "utc"} [zone]
 */
export function clockTime(unixSeconds, zone = "local") {
  return Number.isFinite(unixSeconds) ? CLOCKS[zone].format(unixSeconds * 1000) : NONE;
}

/** @param {number} value @param {number} digits */
function fixedDigits(value, digits) {
  if (value === 0) return "0";
  const whole = Math.max(1, Math.floor(Math.log10(Math.abs(value) || 1)) + 1);
  return minus(value.toFixed(Math.max(0, digits - whole)));
}

/** A true minus sign, and no minus zero. @param {string} text */
function minus(text) {
  return /^-0(\.0*)?$/.test(text) ? text.slice(1) : text.replace("-", "−");
}

/** @param {string} number @param {string} unit */
function withUnit(number, unit) {
  return unit === "" ? number : `${number} ${unit}`;
}
