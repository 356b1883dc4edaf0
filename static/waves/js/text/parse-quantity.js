/** What people type into fields: "20 ms", "1.5k", "-3 mV", "0,5". */

/** "µ" is two characters that look alike, and people type "u". @type {Record<string, number>} */
const FACTORS = {
  f: 1e-15,
  p: 1e-12,
  n: 1e-9,
  "\u00b5": 1e-6,
  "\u03bc": 1e-6,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  K: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
};
const FORM = /^([+\-−]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:e[+-]?\d+)?)\s*(.*)$/i;

/**
 * The number in `unit` that a text says, or null where it says none.
 * The unit may be left out, with its prefix or without; a "/div" behind it is let be.
 * @param {string} text
 * @param {string} [unit]
 */
export function parseQuantity(text, unit = "") {
  const [, number, rest] = FORM.exec(text.trim()) ?? [];
  if (number === undefined) return null;
  const value = Number(number.replace(",", ".").replace("−", "-"));
  const factor = factorOf(rest.replace(/\s*\/\s*div$/i, "").trim(), unit);
  return Number.isFinite(value) && factor !== null ? value * factor : null;
}

/** @param {string} suffix @param {string} unit */
function factorOf(suffix, unit) {
  if (suffix === "" || suffix === unit) return 1;
  const prefix = suffix.endsWith(unit) ? suffix.slice(0, suffix.length - unit.length) : suffix;
  return FACTORS[prefix] ?? null;
}
