/**
 * Measurements of a stretch of what is seen, signal by signal, within a few milliseconds: of many
 * samples only the latest are measured, and where there are columns, those that were fetched.
 */

import { indicesWithin } from "../samples/window-samples.js";
import { Columns, MEASUREMENTS, measure, Signal } from "./measurements.js";

/**
 * @import { Values } from "../protocol/frames.js"
 * @import { Source } from "../samples/window-samples.js"
 */

/**
 * @typedef {{values: Values[], dt: number, edge: number}} Latest full-rate samples by signal, up to the second `edge`
 */

/**
 * @typedef {{source: Source, first: number, last: number, latest: Latest | null}} Stretch from a second of the stream to another; `latest` where the source is an envelope
 */

/**
 * @typedef {object} Measured
 * @property {Record<string, number>[]} values by signal
 * @property {number} samples how many of each were measured
 * @property {number} seconds
 * @property {boolean} part whether these were only a part
 */

/** Values of all signals together that one update measures: about 5 ms. */
export const MOST = 120_000;

/** Of a sample: what rounding may take from an instant. */
const HAIR = 1e-6;

/**
 * @param {string[]} keys of `MEASUREMENTS`
 * @param {Stretch} stretch
 * @param {boolean[]} visible by signal; the others are not measured
 * @param {number} reference place of the signal that phases are against
 * @returns {Measured}
 */
export function measureStretch(keys, stretch, visible, reference) {
  const { source, first, last, latest } = stretch;
  const { from, to } = indicesWithin(source, first, last);
  const signals = visible.filter(Boolean).length || 1;
  const begin = source.envelope ? from : Math.max(from, to - Math.floor(MOST / signals));
  const part = source.envelope || begin > from;
  const own = (/** @type {number} */ k) => source.ring.slice(k, begin, to);
  const rows = source.envelope
    ? within(latest, first, last)
    : visible.map((on, k) => (on || k === reference ? own(k) : null));
  const dt = (source.envelope ? latest?.dt : source.period) || NaN;
  const known = visible.map((_, k) => signalOf(rows[k], dt));
  const values = visible.map((on, k) => {
    if (!on) return {};
    const signal = known[k];
    const all = signal ? measure(keys, signal, known[reference]) : {};
    return part ? { ...blank(keys), ...all, ...ofColumns(keys, source, k, from, to) } : all;
  });
  const samples = rows.find(Boolean)?.length ?? 0;
  return { values, samples, seconds: samples * dt, part };
}

/** @param {Values | null | undefined} row @param {number} dt */
function signalOf(row, dt) {
  return row && row.length > 0 ? new Signal(row, dt) : null;
}

/**
 * Of the latest samples those between two seconds, by signal.
 * @param {Latest | null} latest
 * @param {number} first
 * @param {number} last
 * @returns {Values[]}
 */
function within(latest, first, last) {
  if (!latest) return [];
  const { values, dt, edge } = latest;
  const index = (/** @type {number} */ seconds) => values[0].length - 1 - (edge - seconds) / dt;
  const [from, to] = [Math.max(0, Math.ceil(index(first) - HAIR)), Math.floor(index(last) + HAIR) + 1];
  return values.map((row) => row.subarray(from, Math.max(from, to)));
}

/** @param {string[]} keys */
function blank(keys) {
  return Object.fromEntries(keys.map((key) => [key, NaN]));
}

/**
 * What columns, or all of very many samples, give exactly.
 * @param {string[]} keys
 * @param {Source} source
 * @param {number} k
 * @param {number} from
 * @param {number} to
 */
function ofColumns(keys, { ring, envelope }, k, from, to) {
  const possible = keys.filter((key) => MEASUREMENTS[key].needs === "columns");
  if (possible.length === 0) return {};
  const lows = ring.extremes(envelope ? 2 * k : k, from, to);
  const highs = envelope ? ring.extremes(2 * k + 1, from, to) : lows;
  return measure(possible, new Columns(lows.low, highs.high));
}
