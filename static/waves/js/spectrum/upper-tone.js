/**
 * A tone at or close below half the rate. Every second sample turned over, it is a slow sine: less
 * than a few periods in all, which is found by least squares.
 */

import { lobeOf, windowOf } from "./windows.js";

/** @import { Values } from "../protocol/frames.js" */

/** @typedef {{weights: Float64Array, values: Float64Array, turns: Float64Array}} Slow sums over blocks, and where in the window these are, from −½ to ½ */

/** @typedef {{below: number, cos: number, sin: number, power: number}} Fitted periods in the window, amplitudes, and the power that they explain */

/** The slow sine is looked at in so many blocks: a few periods need no more. */
const BLOCKS = 1024;
/** Steps in which the frequency is looked for at first, in bins, and how often the step is then halved. */
const STEP = 0.125;
const HALVINGS = 40;
/** It lies below half the rate only where that leaves less than this of what is left otherwise: or noise would say where. */
const BETTER = 0.5;
/** What rounding leaves of a tone at half the rate. */
const ROUNDING = 1e-12;

/**
 * Its amplitude, and how many bins of the samples used it lies below half the rate.
 * @param {Values} run
 * @param {string} window of `WINDOWS`
 * @returns {{below: number, amplitude: number}}
 */
export function upperTone(run, window) {
  const slow = slowly(run, windowOf(window, run.length));
  const most = lobeOf(window) + 2;
  const at = fit(slow, 0);
  let best = at;
  for (let below = STEP; below <= most; below += STEP) best = better(best, slow, below);
  for (let [k, step] = [0, STEP / 2]; k < HALVINGS; k += 1, step /= 2) {
    const { below } = best;
    best = better(better(best, slow, below - step), slow, below + step);
  }
  const left = leftOf(slow, at, most);
  const isBelow = left > ROUNDING * leftOf(slow, { ...at, cos: 0 }, most) && leftOf(slow, best, most) < BETTER * left;
  const { below, cos, sin } = isBelow ? best : at;
  return { below, amplitude: Math.hypot(cos, sin) };
}

/**
 * The power that a sine leaves in the lowest bins; other tones have no part in it.
 * @param {Slow} slow
 * @param {Fitted} fitted
 * @param {number} most
 */
function leftOf({ weights, values, turns }, { below, cos, sin }, most) {
  let power = 0;
  for (let bin = 0; bin <= most; bin += 1) {
    let [re, im] = [0, 0];
    for (let k = 0; k < weights.length; k += 1) {
      const angle = 2 * Math.PI * turns[k];
      const left = values[k] - weights[k] * (cos * Math.cos(below * angle) + sin * Math.sin(below * angle));
      re += left * Math.cos(bin * angle);
      im += left * Math.sin(bin * angle);
    }
    power += re * re + im * im;
  }
  return power;
}

/**
 * @param {Fitted} best
 * @param {Slow} slow
 * @param {number} below
 * @returns {Fitted}
 */
function better(best, slow, below) {
  if (below <= 0) return best;
  const next = fit(slow, below);
  return next.power > best.power ? next : best;
}

/** @param {Values} run @param {Float64Array} window @returns {Slow} */
function slowly(run, window) {
  const blocks = Math.min(BLOCKS, run.length);
  const slow = {
    weights: new Float64Array(blocks),
    values: new Float64Array(blocks),
    turns: Float64Array.from({ length: blocks }, (_, k) => (k + 0.5) / blocks - 0.5),
  };
  for (let index = 0; index < run.length; index += 1) {
    const block = Math.floor((index * blocks) / run.length);
    const weight = window[index] ** 2;
    slow.weights[block] += weight;
    slow.values[block] += index % 2 ? -weight * run[index] : weight * run[index];
  }
  return slow;
}

/**
 * The sine with so many periods in the window that is nearest.
 * @param {Slow} slow
 * @param {number} below
 * @returns {Fitted}
 */
function fit({ weights, values, turns }, below) {
  let [cc, cs, ss, yc, ys] = [0, 0, 0, 0, 0];
  for (let k = 0; k < weights.length; k += 1) {
    const angle = 2 * Math.PI * below * turns[k];
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    cc += weights[k] * cos * cos;
    cs += weights[k] * cos * sin;
    ss += weights[k] * sin * sin;
    yc += values[k] * cos;
    ys += values[k] * sin;
  }
  const determinant = cc * ss - cs * cs;
  // Next to half the rate there is no sine to be told from the cosine.
  if (!(determinant > 1e-9 * cc * cc)) return { below, cos: yc / cc, sin: 0, power: (yc * yc) / cc };
  const [cos, sin] = [(yc * ss - ys * cs) / determinant, (ys * cc - yc * cs) / determinant];
  return { below, cos, sin, power: cos * yc + sin * ys };
}
