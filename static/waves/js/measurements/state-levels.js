/**
 * The low and the high state of a signal, after IEEE Std 181: the modes of the lower and the upper
 * half of its histogram.
 *
 * The standard's mode is the middle of the fullest bin, and so no finer than a bin. Here it is the
 * mean of the samples in and around that bin, or the extreme where the signal dwells there: exact
 * for clean signals. Of one with noise, an extreme is one of noise: there the outermost tenth has
 * the level, unless the signal clearly dwells.
 */

/** @typedef {{counts: Uint32Array, sums: Float64Array}} Bins */

/** @typedef {{dwelt: number, otherwise: number}} Half the level that a signal dwells at, NaN where it does not; and what its state then is */

/** Bins in each half of the histogram: even 1,000 samples then leave 30 in a bin. */
const BINS = 32;
/** A neighbour belongs to the mode as long as it holds this share of the fullest bin. */
const SHOULDER = 0.5;
/** Where a signal dwells, a bin holds this many times what an average one does. */
const PROMINENT = 2;
/** States closer than this share of the whole range are those of noise (normal noise: 0.15). */
const CLOSEST = 0.25;
/** Noise of less than this share of the range leaves an extreme what it is. */
const NEGLIGIBLE = 0.001;
/** Between two levels that a signal dwells at, the innermost bins hold less than this of the fullest. */
const VALLEY = 0.1;
const INNERMOST = BINS / 4;
/** What it dwells at has this share of its half: of a sine with a few samples in a period each value has less. */
const MOST_OF_HALF = 0.6;
/** Where it dwells nowhere, a level is the mean of this share of its half, the outermost. */
const OUTERMOST = 0.1;

/**
 * Low and high level of a signal in its own unit; both NaN where it has no two states, as for a
 * constant or for noise alone.
 * @param {ArrayLike<number>} samples with NaN for "no value"
 * @param {{min: number, max: number}} extremes of them
 * @param {number} [noise] its standard deviation; NaN where all of it looks like noise
 */
export function statesOf(samples, { min, max }, noise = 0) {
  const middle = min / 2 + max / 2;
  if (!(min < middle && middle < max)) return { low: NaN, high: NaN };
  const half = noise > NEGLIGIBLE * (max - min) ? noisyHalf : cleanHalf;
  const [one, two] = [min, max].map((extreme) => half(samples, extreme, { middle, noise }));
  // Both are decided together: a mode in one half and an extreme in the other have no middle.
  const dwells = !Number.isNaN(one.dwelt + two.dwelt);
  const [low, high] = dwells ? [one.dwelt, two.dwelt] : [one.otherwise, two.otherwise];
  return high - low < CLOSEST * (max - min) ? { low: NaN, high: NaN } : { low, high };
}

/**
 * The state between an extreme and the middle, where the extreme is one of noise: the mode where
 * few samples lie between it and the middle, else what lies outermost. A mode of a noisy sine may
 * be anywhere.
 * @param {ArrayLike<number>} samples
 * @param {number} extreme
 * @param {{middle: number}} other
 * @returns {Half}
 */
function noisyHalf(samples, extreme, { middle }) {
  const bins = histogram(samples, extreme, middle);
  const mode = modeOf(bins);
  const dwells = mode.height >= PROMINENT && mode.share >= MOST_OF_HALF && hasValley(bins);
  return { dwelt: dwells ? mode.mean : NaN, otherwise: outermost(bins) };
}

/** Whether few samples lie between the mode and the middle. @param {Bins} bins */
function hasValley({ counts }) {
  return total(counts.subarray(BINS - INNERMOST)) / INNERMOST < VALLEY * Math.max(...counts);
}

/** The mean of the outermost tenth. @param {Bins} bins */
function outermost({ counts, sums }) {
  const wanted = OUTERMOST * total(counts);
  let [count, sum] = [0, 0];
  for (let bin = 0; count < wanted && bin < BINS; bin += 1) {
    if (counts[bin] === 0) continue;
    const share = Math.min(1, (wanted - count) / counts[bin]);
    count += share * counts[bin];
    sum += share * sums[bin];
  }
  return sum / count;
}

/**
 * The state between an extreme and the middle of a signal with little noise, or of noise alone.
 * @param {ArrayLike<number>} samples
 * @param {number} extreme
 * @param {{middle: number, noise: number}} other
 * @returns {Half}
 */
function cleanHalf(samples, extreme, { middle, noise }) {
  const bins = histogram(samples, extreme, middle);
  const mode = modeOf(bins);
  const width = (middle - extreme) / BINS;
  const edge = () => histogram(samples, extreme, extreme + width);
  // At the extreme itself, as a sine or a clean level does; or nowhere, as on a ramp.
  if (height(bins, 0) >= PROMINENT && height(edge(), 0) >= PROMINENT) return { dwelt: extreme, otherwise: extreme };
  const dwells = mode.height >= PROMINENT && mode.share >= MOST_OF_HALF;
  // What is nearest to the middle, as of a sine that swells and fades, is no state.
  if (!dwells || !(Number.isNaN(noise) || hasValley(bins))) return { dwelt: NaN, otherwise: extreme };
  if (mode.first < mode.last) return { dwelt: mode.mean, otherwise: extreme };
  // All in one bin, which a histogram of its own resolves.
  const start = extreme + mode.first * width;
  return { dwelt: modeOf(histogram(samples, start, start + width)).mean, otherwise: extreme };
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

/** The fullest bin (of equals the outermost) with its shoulders: the mean in them, and their share. @param {Bins} bins */
function modeOf(bins) {
  const { counts, sums } = bins;
  const peak = counts.indexOf(Math.max(...counts));
  const enough = counts[peak] * SHOULDER;
  let [first, last] = [peak, peak];
  while (first > 0 && counts[first - 1] >= enough) first -= 1;
  while (last < BINS - 1 && counts[last + 1] >= enough) last += 1;
  const inside = total(counts.subarray(first, last + 1));
  const mean = total(sums.subarray(first, last + 1)) / inside;
  return { first, last, mean, share: inside / total(counts), height: height(bins, peak) };
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
