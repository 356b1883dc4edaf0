/** Sums over samples, each by the time for which it stands: what means and deviations are made of. */

/** @import { Course } from "./course.js" */

/** @typedef {{from: number, to: number}} Span instants in units of a course */

/** @typedef {{mean: number, variance: number}} Moments the mean, and the mean of the squared distances from it */

/**
 * How many samples have a value, and the smallest and largest of them; NaN where none has.
 * @param {ArrayLike<number>} samples
 */
export function extremesOf(samples) {
  let [count, min, max] = [0, Infinity, -Infinity];
  for (let index = 0; index < samples.length; index += 1) {
    const value = samples[index];
    if (Number.isNaN(value)) continue;
    count += 1;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return count > 0 ? { count, min, max } : { count, min: NaN, max: NaN };
}

/**
 * Over some spans of a course, in which samples at the ends count in part, or over all of it. On a
 * timed clock a sample counts as long as it stands. NaN where nothing has a value, or a duration.
 * @param {Course} course
 * @param {Span[]} [spans]
 * @returns {Moments}
 */
export function momentsOf(course, spans = [{ from: -Infinity, to: Infinity }]) {
  // From a sample and not from 0, or little on much would lose its digits.
  const base = firstOf(course.samples);
  const sums = { weight: 0, sum: 0, squares: 0 };
  for (const span of spans) {
    if (course.times) addTimed(sums, course, span, base);
    else addRegular(sums, course, span, base);
  }
  const mean = sums.sum / sums.weight;
  return { mean: base + mean, variance: Math.max(0, sums.squares / sums.weight - mean * mean) };
}

/** @typedef {{weight: number, sum: number, squares: number}} Sums */

/** @param {Sums} sums @param {Course} course @param {Span} span @param {number} base */
function addRegular(sums, course, { from, to }, base) {
  const { samples } = course;
  const shift = course.begin(0);
  let [weights, sum, squares] = [0, 0, 0];
  for (let index = course.search(from); index < samples.length && index + shift < to; index += 1) {
    const begin = index + shift;
    const weight = Math.min(to, begin + 1) - Math.max(from, begin);
    const value = samples[index] - base;
    if (Number.isNaN(value)) continue;
    weights += weight;
    sum += weight * value;
    squares += weight * value * value;
  }
  sums.weight += weights;
  sums.sum += sum;
  sums.squares += squares;
}

/** @param {Sums} sums @param {Course} course @param {Span} span @param {number} base */
function addTimed(sums, course, { from, to }, base) {
  const { samples } = course;
  for (let index = course.search(from); index < samples.length && course.begin(index) < to; index += 1) {
    const weight = Math.min(to, course.end(index)) - Math.max(from, course.begin(index));
    const value = samples[index] - base;
    if (Number.isNaN(value)) continue;
    sums.weight += weight;
    sums.sum += weight * value;
    sums.squares += weight * value * value;
  }
}

/** @param {ArrayLike<number>} samples */
function firstOf(samples) {
  let index = 0;
  while (index < samples.length && Number.isNaN(samples[index])) index += 1;
  return samples[index] ?? NaN;
}
