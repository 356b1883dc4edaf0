/**
 * The low and the high state of a signal, after IEEE Std 181: the modes of the lower and the upper
 * half of its histogram.
 *
 * The standard's mode is the middle of the fullest bin, and so no finer than a bin. Here it is the
 * mean of the samples in and around that bin, or the extreme where the signal dwells there: exact
 * for clean signals, steady under noise.
 */

/** @typedef {{counts: Uint32Array, sums: Float64Array}} Bins */

/** Bins in each half of the histogram: even 1,000 samples then leave 30 in a bin. */
const BINS = 32;
/** A neighbour belongs to the mode as long as it holds this share of the fullest bin. */
const SHOULDER = 0.5;
/** Where a signal dwells, a bin holds this many times what an average one does. */
const PROMINENT = 2;
/** States closer than this share of the whole range are those of noise (normal noise: 0.15). */
const CLOSEST = 0.25;

/**
 * Low and high level of a signal in its own unit; both NaN where it has no two states, as for a
 * constant or for noise alone.
 * @param {ArrayLike<number>} samples with NaN for "no value"
 * @param {number} min the smallest of them, and `max` the largest
 * @param {number} max
 */
export function statesOf(samples, min, max) {
  const middle = min + (max - min) / 2;
  if (!(min < middle && middle < max)) return { low: NaN, high: NaN };
  const low = state(samples, min, middle);
  const high = state(samples, max, middle);
  return high - low < CLOSEST * (max - min) ? { low: NaN, high: NaN } : { low, high };
}

/**
 * The state between an extreme and the middle.
 * @param {ArrayLike<number>} samples
 * @param {number} extreme
 * @param {number} middle
 */
function state(samples, extreme, middle) {
  const bins = histogram(samples, extreme, middle);
  const mode = modeOf(bins);
  const width = (middle - extreme) / BINS;
  const edge = () => histogram(samples, extreme, extreme + width);
  // Nowhere to dwell, as on a ramp; or at the extreme itself, as a sine or a clean level does.
  if (mode.height < PROMINENT) return extreme;
  if (height(bins, 0) >= PROMINENT && height(edge(), 0) >= PROMINENT) return extreme;
  if (mode.first < mode.last) return mode.mean;
  // All in one bin, which a histogram of its own resolves.
  const start = extreme + mode.first * width;
  return modeOf(histogram(samples, start, start + width)).mean;
}

/**
 * Counts and sums of the samples per bin; bin 0 lies at `from`, whichever side `to` is on.
 * @param {ArrayLike<number>} samples
 * @param {number} from
 * @param {number} to
 * @returns {Bins}
 */
function histogram(samples, from, to) {
  const counts = new Uint32Array(BINS);
  const sums = new Float64Array(BINS);
  const scale = BINS / (to - from);
  for (let index = 0; index < samples.length; index += 1) {
    const position = (samples[index] - from) * scale;
    // False for NaN as well.
    if (position >= 0 && position < BINS) {
      const bin = Math.trunc(position);
      counts[bin] += 1;
      sums[bin] += samples[index];
    }
  }
  return { counts, sums };
}

/** The fullest bin (of equals the outermost) with its shoulders, and the mean in them. @param {Bins} bins */
function modeOf(bins) {
  const { counts, sums } = bins;
  const peak = counts.indexOf(Math.max(...counts));
  const enough = counts[peak] * SHOULDER;
  let [first, last] = [peak, peak];
  while (first > 0 && counts[first - 1] >= enough) first -= 1;
  while (last < BINS - 1 && counts[last + 1] >= enough) last += 1;
  const mean = total(sums.subarray(first, last + 1)) / total(counts.subarray(first, last + 1));
  return { first, last, mean, height: height(bins, peak) };
}

/**
 * The count of a bin against that of an average bin.
 * @param {Pick<Bins, "counts">} bins
 * @param {number} bin
 */
function height({ counts }, bin) {
  return (counts[bin] * BINS) / total(counts);
}

/** @param {Uint32Array | Float64Array} values */
function total(values) {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}
