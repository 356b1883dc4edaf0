/** The peaks of a spectrum that are tones: neither side lobes, nor what the mean leaves beside 0 Hz. */

import { upperTone } from "./upper-tone.js";
import { leakage, lobeOf, WINDOWS } from "./windows.js";

/** @import { Values } from "../protocol/frames.js" */

/**
 * @typedef {object} Given
 * @property {Float64Array} powers by bin
 * @property {string} window of `WINDOWS`
 * @property {number} inner how many times an inner bin stands for what an outer one does
 * @property {Values} run the samples that were transformed
 * @property {number} most how many are wanted
 */

/** @typedef {{bin: number, power: number}} Peak */

/** Nothing this much smaller than the highest peak is labelled: a sine rounded to float32 has lines at −118 dB. */
const PEAK_RANGE = 1e-5;
/** A tone is so many times what the higher ones may leave where it stands. */
const CLEAR = 2;

/**
 * The highest tones, from the highest down, between bins where they lie there.
 * @param {Given} given
 * @returns {Peak[]}
 */
export function peaksOf(given) {
  const { powers, window, inner, run, most } = given;
  const last = powers.length - 1;
  // As high as their own lobes beside them, of which every bin stands for two.
  const even = powers.slice();
  even[0] *= inner;
  even[last] *= inner;
  const perBin = run.length / (2 * last);
  const reach = lobeOf(window) / perBin;
  const floor = PEAK_RANGE ** 2 * even.reduce((highest, power) => Math.max(highest, power));
  const low = lowest(even, reach);
  /** @type {Peak[]} */
  const found = [];
  for (const bin of maximaOf(even)) {
    if (found.length === most || even[bin] < floor) break;
    if (!isHighest(even, bin, reach)) continue;
    const left = leftAt(bin, given, { found: [...found, low], perBin });
    if (Math.sqrt(even[bin]) > CLEAR * left) found.push(toneAt(bin, given, { perBin, reach }));
  }
  return found;
}

/**
 * What stands at 0 Hz or too close to it for a label: the mean, or a sine that turns slowly.
 * @param {Float64Array} even
 * @param {number} reach
 * @returns {Peak}
 */
function lowest(even, reach) {
  const near = even.subarray(0, Math.ceil(reach));
  const power = Math.max(...near);
  return { bin: near.indexOf(power), power };
}

/**
 * What the mean and the higher tones leave at a bin; a tone has images below 0 and above the rate.
 * @param {number} bin
 * @param {Given} given
 * @param {{found: Peak[], perBin: number}} known
 */
function leftAt(bin, { powers, window }, { found, perBin }) {
  const share = (/** @type {number} */ bins) => leakage(window, Math.abs(bins) * perBin);
  const rate = 2 * (powers.length - 1);
  return found.reduce((sum, { bin: at, power }) => {
    const image = at > 0 ? share(bin + at) + share(rate - bin - at) : 0;
    return sum + Math.sqrt(power) * (share(bin - at) + image);
  }, 0);
}

/**
 * @param {number} bin
 * @param {Given} given
 * @param {{perBin: number, reach: number}} known
 * @returns {Peak}
 */
function toneAt(bin, { powers, window, inner, run }, { perBin, reach }) {
  const last = powers.length - 1;
  if (bin < last - reach - 1 / perBin) return interpolated(powers, bin, WINDOWS[window].bend);
  // Its image beyond half the rate stands in its lobe: only the samples can tell them apart.
  const { below, amplitude } = upperTone(run, window);
  return { bin: last - below / perBin, power: amplitude ** 2 * (below === 0 ? 1 : inner / 4) };
}

/**
 * Bins higher than their neighbours, from the highest down; dc has no frequency to label.
 * @param {Float64Array} powers
 */
function maximaOf(powers) {
  /** @type {number[]} */
  const maxima = [];
  for (let bin = 1; bin < powers.length; bin += 1) {
    if (powers[bin] > powers[bin - 1] && !(powers[bin] < powers[bin + 1])) maxima.push(bin);
  }
  return maxima.sort((a, b) => powers[b] - powers[a]);
}

/**
 * Whether nothing within `reach` bins is higher: beside a side lobe there is always one that is.
 * @param {Float64Array} powers
 * @param {number} bin
 * @param {number} reach
 */
function isHighest(powers, bin, reach) {
  for (let at = Math.max(0, Math.ceil(bin - reach)); at <= Math.min(powers.length - 1, bin + reach); at += 1) {
    if (powers[at] > powers[bin]) return false;
  }
  return true;
}

/**
 * Top of the parabola through three bins, of amplitudes raised to the power `bend`.
 * @param {Float64Array} powers
 * @param {number} bin
 * @param {number} bend
 * @returns {Peak}
 */
function interpolated(powers, bin, bend) {
  const bent = (/** @type {number} */ index) => (powers[index] / powers[bin]) ** (bend / 2);
  const [left, right] = [bent(bin - 1), bent(bin + 1)];
  const offset = (left - right) / 2 / (left - 2 + right);
  const top = 1 - ((left - right) * offset) / 4;
  return { bin: bin + offset, power: powers[bin] * top ** (2 / bend) };
}
