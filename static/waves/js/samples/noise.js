/**
 * How much noise a signal has, from what neighbouring samples differ by: a smooth signal leaves
 * little in the differences of a higher order, noise as much in each. Its steps are too few to
 * count in a median.
 */

/** Differences of these orders are looked at: the signal only adds to them, so the least is the noise. */
const ORDERS = [1, 2, 3, 5, 10];
const HIGHEST = 10;
/** Places that are looked at: the answer is then within about a tenth. */
const PLACES = 256;
/** Places follow each other by this share of the length, so that no period of the signal can hide. */
const GOLDEN = 0.6180339887498949;
/** Where the highest order has less than this of the one before, it is the signal that still shrinks. */
const SETTLED = 0.7;
/** The median of normal noise, sign left out, against its standard deviation. */
const MEDIAN = 0.6744897501960817;
/** Sizes of differences by order; filled anew by each call. */
const found = ORDERS.map(() => new Float64Array(PLACES));

/**
 * The standard deviation of white noise in a signal; 0 where there is none, or too little to tell.
 * Where a period has fewer than three samples it takes the signal itself for noise.
 * @param {ArrayLike<number>} samples with NaN for "no value"
 */
export function noiseOf(samples) {
  const room = samples.length - HIGHEST;
  if (room < 2 * HIGHEST) return 0;
  let count = 0;
  for (let k = 0; k < PLACES; k += 1) {
    const from = Math.floor(((k * GOLDEN) % 1) * room);
    if (differences(samples, from, count)) count += 1;
  }
  if (count < HIGHEST) return 0;
  const deviations = found.map((sizes, k) => deviation(sizes.subarray(0, count), ORDERS[k]));
  const [before, last] = deviations.slice(-2);
  return last >= SETTLED * before ? Math.min(...deviations) : 0;
}

/**
 * The differences of each order from a place on, their signs left out.
 * @param {ArrayLike<number>} samples
 * @param {number} from
 * @param {number} place where they go
 * @returns {boolean} whether nothing was missing
 */
function differences(samples, from, place) {
  // Against the first, so that little of a large offset is rounded.
  const first = samples[from];
  const a = samples[from + 1] - first;
  const b = samples[from + 2] - first;
  const c = samples[from + 3] - first;
  const d = samples[from + 4] - first;
  const e = samples[from + 5] - first;
  const f = samples[from + 6] - first;
  const g = samples[from + 7] - first;
  const h = samples[from + 8] - first;
  const i = samples[from + 9] - first;
  const j = samples[from + 10] - first;
  const tenth = j - 10 * (a + i) + 45 * (b + h) - 120 * (c + g) + 210 * (d + f) - 252 * e;
  found[0][place] = Math.abs(a);
  found[1][place] = Math.abs(b - 2 * a);
  found[2][place] = Math.abs(c - 3 * (b - a));
  found[3][place] = Math.abs(e - 5 * (d - a) + 10 * (c - b));
  found[4][place] = Math.abs(tenth);
  return Number.isFinite(tenth);
}

/**
 * Of the noise that differences of an order mean: of variance 1 it has (2k)! / (k!)² in them.
 * @param {Float64Array} sizes
 * @param {number} order
 */
function deviation(sizes, order) {
  let variance = 1;
  for (let k = 1; k <= order; k += 1) variance *= (4 * k - 2) / k;
  return ranked(sizes, sizes.length >> 1) / MEDIAN / Math.sqrt(variance);
}

/**
 * The value that would be at a place if they were sorted; they are moved about for it (Hoare's quickselect).
 * @param {Float64Array} values
 * @param {number} place
 */
function ranked(values, place) {
  let [low, high] = [0, values.length - 1];
  while (low < high) {
    const pivot = values[place];
    let [left, right] = [low, high];
    while (left <= right) {
      while (values[left] < pivot) left += 1;
      while (values[right] > pivot) right -= 1;
      if (left > right) break;
      const value = values[left];
      values[left] = values[right];
      values[right] = value;
      left += 1;
      right -= 1;
    }
    if (right < place) low = left;
    if (left > place) high = right;
  }
  return values[place];
}
