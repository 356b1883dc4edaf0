/** Samples as CSV, as the server writes them: sample index, unix time, the value of each signal. */

import { stateName } from "./states.js";

/** @import { States } from "./states.js" */

/** Lines that are made at a time: 20 ms, so that drawing goes on. */
const CHUNK = 10_000;
const END = "\r\n";

/**
 * What is written: rows of values by index; an index stands for `stride` samples.
 * @typedef {object} Held
 * @property {number} stride
 * @property {boolean} float64
 * @property {{first: number, next: number}[]} gaps indices of what never came
 * @property {(row: number, index: number) => number} at
 */

/**
 * The first line.
 * @param {{name: string, unit: string}[]} signals
 * @param {boolean} envelope
 */
export function csvHeading(signals, envelope) {
  const kinds = envelope ? [" min", " max"] : [""];
  const named = (/** @type {{name: string, unit: string}} */ { name, unit }) =>
    kinds.map((kind) => plain(`${name}${kind}${unit ? ` (${unit})` : ""}`));
  return ["sample", "time (s)", ...signals.flatMap(named)].map(quoted).join(",") + END;
}

/**
 * The lines of the indices [from, to), in pieces. A missing value is an empty field; what never
 * came has no line.
 * @param {Held} held
 * @param {{from: number, to: number}} range
 * @param {number[]} rows that are written
 * @param {(index: number) => number} timeOf unix seconds of an index
 * @param {(States | undefined)[]} [names] of the values of each row, where they have any
 */
export function* csvLines(held, { from, to }, rows, timeOf, names = []) {
  const number = held.float64 ? String : shortest;
  const quotedNames = names.map(
    (states) => states && Object.fromEntries(Object.entries(states).map(([code, name]) => [code, quoted(plain(name))])),
  );
  const text = (/** @type {number} */ value, /** @type {number} */ at) =>
    Number.isNaN(value) ? "" : (stateName(quotedNames[at], value) ?? number(value));
  const came = (/** @type {number} */ index) => !held.gaps.some((gap) => index >= gap.first && index < gap.next);
  for (let begin = from; begin < to; begin += CHUNK) {
    const lines = [];
    for (let index = begin; index < Math.min(to, begin + CHUNK); index += 1) {
      if (!came(index)) continue;
      const values = rows.map((row, at) => text(held.at(row, index), at));
      lines.push([index * held.stride, timeOf(index).toFixed(6), ...values].join(","));
    }
    if (lines.length > 0) yield lines.join(END) + END;
  }
}

/** The fewest digits that read back as the same float32. @param {number} value */
function shortest(value) {
  for (let digits = 6; digits < 9; digits += 1) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return String(short);
  }
  return String(Number(value.toPrecision(9)));
}

/**
 * A text that no spreadsheet takes for a formula, on one line. They look past what is not seen,
 * some take full-width signs for the plain ones, and some begin a cell at a semicolon.
 * @param {string} text
 */
function plain(text) {
  const line = text.replace(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/gu, " ");
  return line
    .split(";")
    .map((cell) => (isFormula(cell) ? `'${cell}` : cell))
    .join(";");
}

/** The fillers of Hangul are letters that nobody sees. @param {string} cell */
function isFormula(cell) {
  const [seen = ""] = cell.replace(/^[\p{Z}\p{C}\u115f\u1160\u3164\uffa0]+/u, "");
  return /^[=+\-@]/.test(seen.normalize("NFKC"));
}

/** @param {string} text */
function quoted(text) {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
