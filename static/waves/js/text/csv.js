/** Samples as CSV, as the server writes them: sample index, time, the value of each signal. */

/** Lines that are made at a time: 20 ms, so that drawing goes on. */
const CHUNK = 10_000;
const END = "\r\n";
/** Decimals of a time, at least; of unix seconds, at most: a number tells 0.24 µs apart. */
const LEAST_DECIMALS = 6;
const UNIX_DECIMALS = 7;
/** A number has so many decimals at most. */
const MOST_DECIMALS = 15;
/** Between two numbers near today's unix seconds (s). */
const UNIX_STEP = 2 ** -22;

/**
 * What is written: rows of values by index; an index stands for `stride` samples.
 * @typedef {object} Held
 * @property {number} stride
 * @property {boolean} float64
 * @property {{first: number, next: number}[]} gaps indices of what never came
 * @property {(row: number, index: number) => number} at
 */

/** @typedef {{mark: string, separator: string, point: string}} Style what stands before all, between fields, before decimals */

/** @typedef {{name: string, unit: string, states?: {[code: string]: string}}} Named */

/** As programs read it. @type {Style} */
export const PLAIN = { mark: "", separator: ",", point: "." };

/** As the spreadsheets of this browser's language open it. @param {string} [locale] @returns {Style} */
export function sheetStyle(locale) {
  const parts = new Intl.NumberFormat(locale).formatToParts(1.5);
  const comma = parts.some(({ type, value }) => type === "decimal" && value === ",");
  return { mark: "\ufeff", ...(comma ? { separator: ";", point: "," } : { separator: ",", point: "." }) };
}

/**
 * The times that stand in the lines: unix seconds; where these cannot tell indices apart, seconds after the first.
 * @param {number} first index
 * @param {number} period seconds between indices; 0 on a timed clock
 * @param {(index: number) => number} wallOf unix seconds of an index
 * @returns {{after: number | null, decimals: number, timeOf: (index: number) => number}}
 */
export function timesOf(first, period, wallOf) {
  const relative = period > 0 && period < 8 * UNIX_STEP;
  const needed = period > 0 ? 3 + Math.ceil(-Math.log10(period) - 1e-9) : UNIX_DECIMALS;
  const decimals = Math.min(relative ? MOST_DECIMALS : UNIX_DECIMALS, Math.max(LEAST_DECIMALS, needed));
  if (!relative) return { after: null, decimals, timeOf: wallOf };
  const after = wallOf(first);
  const timeOf = (/** @type {number} */ index) => {
    const passed = (index - first) * period;
    // Steps of the clock are seen by its labels, which are too coarse for anything else.
    const step = wallOf(index) - after - passed;
    return Math.abs(step) < 4 * UNIX_STEP ? passed : passed + step;
  };
  return { after, decimals, timeOf };
}

/**
 * The first line.
 * @param {Named[]} signals
 * @param {boolean} envelope
 * @param {Style} [style]
 * @param {number | null} [after] of `timesOf`
 */
export function csvHeading(signals, envelope, style = PLAIN, after = null) {
  const kinds = envelope ? [" min", " max"] : [""];
  const named = (/** @type {Named} */ { name, unit }) =>
    kinds.map((kind) => plain(`${name}${kind}${unit ? ` (${unit})` : ""}`));
  const time = after === null ? "time (s)" : `time (s after ${after.toFixed(UNIX_DECIMALS)})`;
  const names = ["sample", time, ...signals.flatMap(named), ...(envelope ? ["complete"] : [])];
  return style.mark + names.map((name) => quoted(name, style)).join(style.separator) + END;
}

/**
 * The lines of the indices [from, to), in pieces. A missing value is an empty field; what never
 * came has no line; a value that has a name is written as that.
 * @param {Held} held
 * @param {{from: number, to: number}} range
 * @param {{row: number, states?: {[code: string]: string}}[]} rows that are written
 * @param {{timeOf: (index: number) => number, decimals: number}} times of `timesOf`
 * @param {{envelope?: boolean, style?: Style}} [how]
 */
export function* csvLines(held, { from, to }, rows, { timeOf, decimals }, { envelope = false, style = PLAIN } = {}) {
  const local = (/** @type {string} */ number) => (style.point === "." ? number : number.replace(".", style.point));
  const names = rows.map(({ states }) => states && namesOf(states, style));
  const came = (/** @type {number} */ index) => !held.gaps.some((gap) => index >= gap.first && index < gap.next);
  const field =
    (/** @type {number} */ index) =>
    (/** @type {{row: number}} */ { row }, /** @type {number} */ k) => {
      const value = held.at(row, index);
      return Number.isNaN(value) ? "" : (names[k]?.get(value) ?? local(numberText(value, held.float64)));
    };
  for (let begin = from; begin < to; begin += CHUNK) {
    const lines = [];
    for (let index = begin; index < Math.min(to, begin + CHUNK); index += 1) {
      if (!came(index)) continue;
      const line = [index * held.stride, local(timeOf(index).toFixed(decimals)), ...rows.map(field(index))];
      lines.push((envelope ? [...line, 1] : line).join(style.separator));
    }
    if (lines.length > 0) yield lines.join(END) + END;
  }
}

/** @param {{[code: string]: string}} states @param {Style} style @returns {Map<number, string>} */
function namesOf(states, style) {
  return new Map(Object.entries(states).map(([code, name]) => [Number(code), quoted(plain(name), style)]));
}

/** The fewest digits that read back as the same number. @param {number} value @param {boolean} [float64] */
export function numberText(value, float64 = false) {
  return float64 ? String(value) : shortest(value);
}

/** @param {number} value of float32 */
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
export function plain(text) {
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

/** @param {string} text @param {Style} style */
function quoted(text, { separator }) {
  return /["\r\n]/.test(text) || text.includes(separator) ? `"${text.replaceAll('"', '""')}"` : text;
}
