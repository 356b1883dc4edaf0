/**
 * Which units take a prefix of the SI, and what a unit that is written with one stands for.
 *
 * A unit takes one where people say it with it and a prefix is a plain factor. Everything that is
 * not listed takes none, as nobody can know what a prefix would mean there: of a power it is
 * raised too (1 km² is 1,000,000 m²), of a quotient it may be meant for either part, a unit
 * that has one takes no second, of a logarithm (dB, pH) it is no factor, a part of a whole (%,
 * ppm) is one already, and a number without a unit would be taken for metres or millis: "500 m".
 */

/** Prefixes and their powers of ten; "µ" is two characters that look alike. @type {Record<string, number>} */
export const PREFIXES = { f: -15, p: -12, n: -9, µ: -6, m: -3, "": 0, k: 3, M: 6, G: 9, T: 12, P: 15 };
/** Those that are read only, as in hPa and cm: nobody would count on in them. @type {Record<string, number>} */
const READ_ONLY = { c: -2, d: -1, h: 2 };

/** Units that are said with small and with large prefixes; C is left out, as it is written for °C too. */
const BOTH = [..."V A W Pa m g J N F H T S".split(" "), ..."Hz eV Ω VA var Wh Ah Wb bar Bq Gy lm lx".split(" ")];
/** Said with small ones only: nobody says kiloseconds, kilokelvin or megalitres. */
const DOWN = "s K L l mol rad Sv cd".split(" ");
/** What is counted has no thousandths: "868 mS/s" is nothing that anyone says. */
const UP = "B B/s bit bit/s S/s Sa/s Bd".split(" ");
/** Written like a prefix and a unit, and none: pH is no picohenry, dB no tenth of a byte, min no milli-inch. */
const WHOLE = new Set(["pH", "dB", "min", "cd", "ha", "PS"]);
/** A noise density is said in nV/√Hz: the prefix can only be the numerator's. */
const DENSITY = "/√Hz";

/** @typedef {{low: number, high: number}} Span powers of ten that prefixes may have; 0 to 0 for none */

/** @type {Map<string, Span>} */
const SPANS = new Map();
for (const unit of BOTH) SPANS.set(unit, { low: -15, high: 15 });
for (const unit of DOWN) SPANS.set(unit, { low: -15, high: 0 });
for (const unit of UP) SPANS.set(unit, { low: 0, high: 15 });
const NO_PREFIX = { low: 0, high: 0 };

/** The same letters as the list has: Ω and µ have two code points each. @param {string} unit */
function written(unit) {
  return unit.replaceAll("\u2126", "Ω").replaceAll("\u03bc", "µ");
}

/** The powers of ten that a unit's prefixes may have. @param {string} unit @returns {Span} */
export function prefixSpan(unit) {
  const known = SPANS.get(unit);
  if (known) return known;
  const plain = written(unit);
  return SPANS.get(plain.endsWith(DENSITY) ? plain.slice(0, -DENSITY.length) : plain) ?? NO_PREFIX;
}

/** Whether a unit is ever written with a prefix. @param {string} unit */
export function takesPrefix(unit) {
  return prefixSpan(unit) !== NO_PREFIX;
}

/**
 * What a unit counts in, and how much of it: "mV" is 0.001 V, "hPa" 100 Pa, "V" 1 V.
 * @param {string} unit
 * @returns {{base: string, power: number}} `power` of ten
 */
export function partsOf(unit) {
  const plain = written(unit);
  const base = plain.slice(1);
  const power = PREFIXES[plain[0]] ?? READ_ONLY[plain[0]];
  if (takesPrefix(plain) || WHOLE.has(plain) || power === undefined || !takesPrefix(base)) {
    return { base: plain, power: 0 };
  }
  return { base, power };
}
