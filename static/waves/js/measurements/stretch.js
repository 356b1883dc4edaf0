/**
 * Measurements of a stretch of what is seen, signal by signal, within a few milliseconds: of many
 * samples only the latest are measured, and where there are columns, those that were fetched.
 */

import { searchKnown } from "../samples/known.js";
import { indicesWithin } from "../samples/window-samples.js";
import { fill, known, PLAIN } from "./line-values.js";
import { Columns, lackOf, MEASUREMENTS, measure, Signal } from "./measurements.js";

/**
 * @import { Values } from "../protocol/frames.js"
 * @import { Source } from "../samples/window-samples.js"
 * @import { Course } from "./line-values.js"
 */

/**
 * @typedef {{values: Values[], dt: number, edge: number, whole?: boolean}} Latest full-rate samples by signal, up to the second `edge`; `whole`: all of the window
 */

/**
 * @typedef {object} Stretch from a second of the stream to another
 * @property {Source} source
 * @property {number} first
 * @property {number} last
 * @property {Latest | null} [latest] where the source is an envelope
 * @property {Course[]} [lines] by signal
 * @property {number} [longest] seconds beyond which nothing joins two samples of a timed clock
 */

/**
 * @typedef {object} Measured
 * @property {Record<string, number>[]} values by signal
 * @property {(k: number, key: string) => string} lack why a signal has no answer, in words
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
  const { source, first, last, latest = null } = stretch;
  const { from, to } = indicesWithin(source, first, last);
  const count = visible.filter(Boolean).length || 1;
  const begin = source.envelope ? from : Math.max(from, to - Math.floor(MOST / count));
  const part = source.envelope || begin > from;
  const wanted = visible.map((on, k) => on || k === reference);
  const signals = source.envelope
    ? latestSignals(latest, stretch)
    : wanted.map((on, k) => (on ? ownSignal(stretch, k, { begin, to }) : null));
  const of = (/** @type {number} */ k) => signals[k] ?? null;
  const values = visible.map((on, k) => {
    if (!on) return {};
    const signal = of(k);
    const all = signal ? measure(keys, signal, of(reference)) : {};
    // What was fetched whole says the extremes, too, and exactly from one instant to the other.
    return part && !latest?.whole ? { ...blank(keys), ...all, ...ofColumns(keys, source, k, from, to) } : all;
  });
  const samples = signals.find(Boolean)?.samples.length ?? 0;
  const seconds = samples * ((source.envelope ? latest?.dt : source.period) || NaN);
  return {
    values,
    lack: (k, key) => lackOf(key, of(k), of(reference)),
    samples,
    seconds,
    part: part && !latest?.whole,
  };
}

/**
 * A signal of the samples that a page holds.
 * @param {Stretch} stretch
 * @param {number} k
 * @param {{begin: number, to: number}} range
 */
function ownSignal(stretch, k, { begin, to }) {
  const { source, lines = [] } = stretch;
  const line = lines[k] ?? PLAIN;
  if (source.ring.times) return timedSignal(stretch, k, { begin, to, line });
  const row = source.ring.slice(k, begin, to);
  // What was held when the stretch began.
  if (goesOn(line) && Number.isNaN(row[0])) row[0] = source.ring.at(k, searchKnown(source.ring, k, begin, -1));
  return signalOf(row, source.period, line);
}

/**
 * On a timed clock: what stood when the stretch began is a part of a line of steps.
 * @param {Stretch} stretch
 * @param {number} k
 * @param {{begin: number, to: number, line: Course}} range
 */
function timedSignal({ source: { ring }, first, last, longest = Infinity }, k, { begin, to, line }) {
  const former = goesOn(line) ? searchKnown(ring, k, begin - 1, -1) : begin;
  const start = former >= ring.first ? former : begin;
  const instants = Float64Array.from({ length: Math.max(0, to - start) }, (_, at) =>
    Math.max(first, ring.timeAt(start + at)),
  );
  const { row, times } = known(ring.slice(k, start, to), instants, line);
  const stands = goesOn(line) || (to < ring.next && ring.timeAt(to) - ring.timeAt(to - 1) <= longest);
  const timing = { times, until: stands ? last : NaN, longest: goesOn(line) ? Infinity : longest };
  return row.length > 0 ? new Signal(row, NaN, { timing, step: line.shape === "step" }) : null;
}

/**
 * Signals of the latest samples that were asked for.
 * @param {Latest | null} latest
 * @param {Stretch} stretch
 */
function latestSignals(latest, { first, last, lines = [] }) {
  if (!latest) return [];
  return within(latest, first, last).map((row, k) => signalOf(row, latest.dt, lines[k] ?? PLAIN));
}

/** @param {Values} row @param {number} dt @param {Course} line */
function signalOf(row, dt, line) {
  fill(row, line);
  return row.length > 0 ? new Signal(row, dt, { step: line.shape === "step" }) : null;
}

/** Whether a value stands until the next one comes, however long that takes. @param {Course} line */
function goesOn({ shape, missing }) {
  return shape === "step" || missing === "held";
}

/**
 * Of the latest samples those between two seconds, by signal.
 * @param {Latest} latest
 * @param {number} first
 * @param {number} last
 * @returns {Values[]}
 */
function within({ values, dt, edge }, first, last) {
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
