/** The whole periods of a signal, and whether they are alike enough to be called a period. */

/**
 * @import { Course } from "./course.js"
 * @import { Transition } from "./transitions.js"
 */

/**
 * @typedef {{from: number, to: number, high: number, spread: number}} Period in units of the course; how long of it the high state lasts, and over how much its worst edge spreads
 */

/** Periods within this share of the middle one are counted; others are those of missed or doubled edges. */
const LOOSE = 0.25;
/** So many must be counted, where the signal is also like itself a period later … */
const MOST_LOOSE = 0.6;
/** … by this correlation: that of white noise is 0 ± 1/√n, of a sine with noise of 20 % it is 0.93. */
const LIKE = 0.5;
/** Or so many lie within this share: the periods of noise do not. */
const TIGHT = 0.1;
const MOST_TIGHT = 0.75;
/** An edge that noise crosses for longer than this share of a period has no instant. */
export const MOST_SPREAD = 0.4;
/** So many alike are no chance, even where a state lasts fewer samples than what follows, as one of noise does. */
export const ENOUGH = 5;
const NARROW = 6;
/** So many periods may be looked back on for a whole number of samples, to this share of a period. */
const MOST_BACK = 4;
const CLOSE = 0.05;

/**
 * Whole periods of every unbroken run, one after the other from its first transition.
 * @param {Transition[]} transitions
 * @returns {Period[]}
 */
export function periodsOf(transitions) {
  /** @type {Period[]} */
  const periods = [];
  let start = 0;
  while (start + 2 < transitions.length) {
    const [first, middle, last] = transitions.slice(start, start + 3);
    const whole = first.run === last.run;
    const high = first.rising ? middle.at - first.at : last.at - middle.at;
    const spread = Math.max(first.spread, last.spread);
    if (whole) periods.push({ from: first.at, to: last.at, high, spread });
    start += whole ? 2 : 1;
  }
  return periods;
}

/**
 * Those periods that are alike; none where they scatter as those of noise do.
 * @param {Course} course
 * @param {Period[]} periods
 * @returns {Period[]}
 */
export function alike(course, periods) {
  const sharp = periods.filter((period) => period.spread <= MOST_SPREAD * lengthOf(period));
  const middle = middleOf(sharp.map(lengthOf));
  const within = (/** @type {number} */ allowed) =>
    sharp.filter((period) => Math.abs(lengthOf(period) - middle) <= allowed);
  const tight = within(TIGHT * middle);
  if (tight.length > 1 && tight.length >= MOST_TIGHT * periods.length)
    return within(Math.max(course.grain, TIGHT * middle));
  const loose = within(Math.max(course.grain, LOOSE * middle));
  return loose.length >= MOST_LOOSE * periods.length && likeness(course, middle) >= LIKE ? loose : [];
}

/**
 * Whether one of the states lasts a few samples only, as of noise.
 * @param {Course} course
 * @param {Transition[]} transitions
 */
export function haveNarrow({ times }, transitions) {
  const lasting = (/** @type {boolean} */ high) =>
    middleOf(
      transitions.slice(1).flatMap(({ at, rising, run }, k) => {
        const former = transitions[k];
        return rising !== high && run === former.run ? at - former.at : [];
      }),
    );
  return times === null && Math.min(lasting(true) || Infinity, lasting(false) || Infinity) < NARROW;
}

/**
 * The correlation of a signal with itself a period later; NaN on a timed clock.
 * @param {Course} course
 * @param {number} period in samples
 */
function likeness({ samples, times }, period) {
  if (times) return NaN;
  const lag = lagOf(period, samples.length);
  const mean = meanOf(samples);
  let [product, earlier, later] = [0, 0, 0];
  for (let at = lag; at < samples.length; at += 1) {
    const [one, two] = [samples[at - lag] - mean, samples[at] - mean];
    // False where one of them is missing.
    if (!(Number.isFinite(one) && Number.isFinite(two))) continue;
    product += one * two;
    earlier += one * one;
    later += two * two;
  }
  return product / Math.sqrt(earlier * later);
}

/**
 * One period or several in whole samples, as nearly as a few periods allow.
 * @param {number} period
 * @param {number} count samples that there are
 */
function lagOf(period, count) {
  let best = 1;
  const off = (/** @type {number} */ k) => Math.abs(k * period - Math.round(k * period)) / period;
  for (let k = 2; k <= MOST_BACK && 2 * k * period <= count && off(best) > CLOSE; k += 1) {
    if (off(k) < off(best)) best = k;
  }
  return Math.round(best * period);
}

/** @param {ArrayLike<number>} samples */
function meanOf(samples) {
  let [count, sum] = [0, 0];
  for (let at = 0; at < samples.length; at += 1) {
    if (!Number.isFinite(samples[at])) continue;
    count += 1;
    sum += samples[at];
  }
  return sum / count;
}

/** @param {Period} period */
function lengthOf({ from, to }) {
  return to - from;
}

/** Of an even number the lower of the two. @param {number[]} values */
function middleOf(values) {
  return values.sort((a, b) => a - b)[(values.length - 1) >> 1] ?? NaN;
}
