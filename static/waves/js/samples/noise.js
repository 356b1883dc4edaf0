/**
 * How much noise a signal has, from what neighbouring samples differ by: a smooth signal leaves
 * little in the differences of a higher order, noise as much in each. Its steps are too few to
 * count in a median.
 */

/** Differences of these orders are looked at: the signal only adds to them, so the least is the noise. */
const ORDERS = 10;
/** Places that are looked at: the answer is then within about a tenth. */
const PLACES = 512;
/** Places follow each other by this share of the length, so that no period of the signal can hide. */
const GOLDEN = 0.6180339887498949;
/** Where the highest order has less than this of the middle one, it is the signal that still shrinks. */
const SETTLED = 0.7;
/** The median of normal noise, sign left out, against its standard deviation. */
const MEDIAN = 0.6744897501960817;

/**
 * The standard deviation of white noise in a signal; 0 where there is none, or too little to tell.
 * Where a period has fewer than three samples it takes the signal itself for noise.
 * @param {ArrayLike<number>} samples with NaN for "no value"
 */
export function noiseOf(samples) {
  const room = samples.length - ORDERS;
  if (room < 2 * ORDERS) return 0;
  const found = Array.from({ length: ORDERS }, () => new Float64Array(PLACES));
  const run = new Float64Array(ORDERS + 1);
  let count = 0;
  for (let k = 0; k < PLACES; k += 1) {
    const from = Math.floor(((k * GOLDEN) % 1) * room);
    for (let at = 0; at <= ORDERS; at += 1) run[at] = samples[from + at];
    if (differences(run, found, count)) count += 1;
  }
  if (count < ORDERS) return 0;
  const deviations = found.map((sizes) => deviation(sizes.subarray(0, count)));
  const isSettled = deviations[ORDERS - 1] >= SETTLED * deviations[ORDERS / 2 - 1];
  return isSettled ? Math.min(...deviations) : 0;
}

/**
 * The differences of each order at the beginning of a run, as the deviation of a noise that they mean.
 * @param {Float64Array} run becomes its own differences
 * @param {Float64Array[]} found by order
 * @param {number} place where they go
 * @returns {boolean} whether nothing was missing
 */
function differences(run, found, place) {
  // White noise of variance 1 has this one in its differences: (2k)! / (k!)², order by order.
  let variance = 1;
  for (let order = 1; order <= ORDERS; order += 1) {
    variance *= (4 * order - 2) / order;
    for (let at = 0; at <= ORDERS - order; at += 1) run[at] = run[at + 1] - run[at];
    found[order - 1][place] = Math.abs(run[0]) / Math.sqrt(variance);
  }
  return Number.isFinite(run[0]);
}

/** @param {Float64Array} sizes of differences */
function deviation(sizes) {
  return sizes.sort()[sizes.length >> 1] / MEDIAN;
}
