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
  const mean = base + average(course, spans, (sample) => sample - base);
  return { mean, variance: average(course, spans, (sample) => (sample - mean) ** 2) };
}

/**
 * @param {Course} course
 * @param {Span[]} spans
 * @param {(sample: number) => number} of
 */
function average(course, spans, of) {
  const { samples } = course;
  let [weights, sum] = [0, 0];
  for (const { from, to } of spans) {
    for (let index = course.search(from); index < samples.length && course.begin(index) < to; index += 1) {
      if (Number.isNaN(samples[index])) continue;
      const weight = Math.min(to, course.end(index)) - Math.max(from, course.begin(index));
      weights += weight;
      sum += weight * of(samples[index]);
    }
  }
  return sum / weights;
}

/** @param {ArrayLike<number>} samples */
function firstOf(samples) {
  let index = 0;
  while (index < samples.length && Number.isNaN(samples[index])) index += 1;
  return samples[index] ?? NaN;
}
