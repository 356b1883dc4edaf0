/**
 * Amplitude spectra of sampled signals, with averaging, peak hold and labelled peaks;
 * docs/measurements.md says what each option does.
 */

import { RealFFT } from "./fft.js";
import { peaksOf } from "./peaks.js";
import { noiseBandwidth, WINDOWS, windowOf } from "./windows.js";

/** @import { Values } from "../protocol/frames.js" */

/**
 * @typedef {object} Options
 * @property {string} window of `WINDOWS`
 * @property {number} size
 * @property {string} amplitude of `AMPLITUDES`
 * @property {string} scale of `SCALES`
 * @property {string} averaging of `AVERAGING`
 * @property {number} averages
 * @property {boolean} hold
 * @property {number} peaks
 */

/**
 * @typedef {object} Spectrum
 * @property {undefined} [refused]
 * @property {number} step width of a bin in Hz
 * @property {Float64Array<ArrayBuffer>} values one number for each of size/2 + 1 bins
 * @property {Float64Array<ArrayBuffer> | null} held the same
 * @property {{frequency: number, value: number}[]} peaks from the highest down
 * @property {number} used samples transformed
 * @property {number} averaged how many spectra the values are the mean of
 */

/**
 * @typedef {{refused: string, values?: undefined, held?: undefined, peaks?: undefined}} Refused the reason why there is none
 */

/** @typedef {{key: string, samples: Values, dt: number}} Trace */

/** Sizes of the transform. */
export const SIZES = [256, 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536];
export const AVERAGING = { off: "Off", linear: "Linear", exponential: "Exponential" };
export const AMPLITUDES = { peak: "Peak", rms: "RMS" };
/** @type {Record<string, {label: string, isDecibel?: boolean, isDensity?: boolean}>} */
export const SCALES = {
  linear: { label: "Linear" },
  db: { label: "dB", isDecibel: true },
  density: { label: "Noise density", isDensity: true },
  densityDb: { label: "Noise density, dB", isDecibel: true, isDensity: true },
};
/** Linear averaging keeps this many spectra at most: 17 MB at the largest size. */
export const MOST_AVERAGES = 64;

/** @type {Options} */
export const DEFAULTS = {
  window: "hann",
  size: 4096,
  amplitude: "rms",
  scale: "db",
  averaging: "off",
  averages: 8,
  hold: false,
  peaks: 5,
};

/** Fewer samples than this make no spectrum: a bin would be wider than a tenth of the screen. */
const FEWEST = 64;
/** What 0 becomes in dB, far below what float32 samples resolve (−150 dB). */
const LOWEST_DB = -300;

/**
 * The samples that a spectrum of `size` is made of: the newest unbroken run that fills it, else
 * the longest one (of equals the newest). A hole (NaN) cannot be transformed.
 * @param {Values} samples
 * @param {number} size
 * @returns {Values}
 */
export function unbrokenRun(samples, size) {
  let best = samples.subarray(0, 0);
  for (let end = samples.length; end > best.length && best.length < size; ) {
    let start = end;
    while (start > 0 && end - start < size && !Number.isNaN(samples[start - 1])) start -= 1;
    if (end - start > best.length) best = samples.subarray(start, end);
    end = start - 1;
  }
  return best;
}

/** The spectra of one signal, one after the other, with the same options. */
export class Analyser {
  step = NaN;
  count = 0;
  /** @type {Float64Array<ArrayBuffer>[]} */
  recent = [];
  /** @type {Float64Array<ArrayBuffer> | null} */
  average = null;
  /** @type {Float64Array<ArrayBuffer> | null} */
  held = null;

  /** @param {Partial<Options>} [options] what differs from `DEFAULTS` */
  constructor(options = {}) {
    this.options = { ...DEFAULTS, ...options };
    this.fft = new RealFFT(this.options.size);
    this.input = new Float64Array(this.options.size);
    this.window = new Float64Array(0);
    const { averaging, averages, amplitude, scale } = this.options;
    /** An inner bin stands for two; a density is always one of RMS. */
    this.inner = amplitude === "rms" || SCALES[scale].isDensity ? 2 : 4;
    /** Hz that a bin is wide for noise, where that is what values are to be divided by. */
    this.band = 1;
    this.most = averaging === "off" ? 1 : Math.min(averages, MOST_AVERAGES);
  }

  /** Forget averages and held peaks. */
  reset() {
    this.step = NaN;
    this.count = 0;
    this.recent = [];
    this.average = null;
    this.held = null;
  }

  /**
   * The spectrum of the latest samples, averaged with those before.
   * @param {Values} samples the window, oldest first, NaN for "no value"
   * @param {number} dt seconds between samples
   * @returns {Spectrum | Refused}
   */
  add(samples, dt) {
    const { size, hold } = this.options;
    if (!(dt > 0)) return { refused: "A spectrum needs samples at a constant rate." };
    const run = unbrokenRun(samples, size);
    if (run.length < FEWEST) return { refused: tooFew(run.length) };
    const step = 1 / (size * dt);
    if (step !== this.step) this.reset();
    this.step = step;
    if (SCALES[this.options.scale].isDensity) this.band = noiseBandwidth(this.options.window) / (run.length * dt);
    const powers = this.#powers(run);
    const averaged = this.#averaged(powers);
    if (hold) this.held = this.held?.map((held, bin) => Math.max(held, powers[bin])) ?? powers;
    return {
      step,
      values: this.#scaled(averaged),
      held: hold && this.held ? this.#scaled(this.held) : null,
      peaks: this.#peaks(averaged, run),
      used: run.length,
      averaged: this.count,
    };
  }

  /**
   * Squared amplitudes in the signal's unit, bin by bin.
   * @param {Values} run
   * @returns {Float64Array<ArrayBuffer>}
   */
  #powers(run) {
    const { window, size } = this.options;
    if (this.window.length !== run.length) this.window = windowOf(window, run.length);
    this.input.fill(0);
    for (let index = 0; index < run.length; index += 1) {
      this.input[index] = run[index] * this.window[index];
    }
    const { re, im } = this.fft.transform(this.input);
    // The window's coherent gain is its mean, a0. Every bin but the outer two stands for two.
    const gain = WINDOWS[window].terms[0] * run.length;
    const inner = this.inner / gain ** 2;
    const outer = 1 / gain ** 2;
    return Float64Array.from(
      re,
      (real, bin) => (real * real + im[bin] * im[bin]) * (bin === 0 || bin === size / 2 ? outer : inner),
    );
  }

  /** @param {Float64Array<ArrayBuffer>} powers */
  #averaged(powers) {
    this.count = Math.min(this.count + 1, this.most);
    if (this.options.averaging === "linear") {
      this.recent = [...this.recent, powers].slice(-this.most);
      return meanOf(this.recent);
    }
    // A share of 1 is no averaging.
    this.average = this.average?.map((old, bin) => old + (powers[bin] - old) / this.most) ?? powers;
    return this.average;
  }

  /** @param {Float64Array<ArrayBuffer>} powers */
  #scaled(powers) {
    return powers.map((power) => this.#level(power));
  }

  /** @param {number} power */
  #level(power) {
    return SCALES[this.options.scale].isDecibel ? decibels(power / this.band) : Math.sqrt(power / this.band);
  }

  /**
   * @param {Float64Array} powers
   * @param {Values} run
   */
  #peaks(powers, run) {
    const { window, peaks } = this.options;
    return peaksOf({ powers, window, inner: this.inner, run, most: peaks }).map(({ bin, power }) => ({
      frequency: bin * this.step,
      value: this.#level(power),
    }));
  }
}

/** The analysers of several signals, all with the same options. */
export class Analysers {
  /** @type {Map<string, Analyser>} */
  #byKey = new Map();
  #options = "";

  /**
   * One spectrum for each trace. Other options begin anew, and so does a key that was left out.
   * @param {Trace[]} traces
   * @param {Options} options
   * @returns {((Spectrum | Refused) & {key: string})[]}
   */
  add(traces, options) {
    const chosen = JSON.stringify(options);
    if (chosen !== this.#options) this.reset();
    this.#options = chosen;
    const analysers = traces.map(({ key }) => this.#byKey.get(key) ?? new Analyser(options));
    this.#byKey = new Map(traces.map(({ key }, k) => [key, analysers[k]]));
    return traces.map(({ key, samples, dt }, k) => ({ key, ...analysers[k].add(samples, dt) }));
  }

  reset() {
    this.#byKey.clear();
  }
}

/** @param {number} count */
function tooFew(count) {
  return `A spectrum needs ${FEWEST} samples without a gap; here are at most ${count}.`;
}

/** @param {number} power */
function decibels(power) {
  return Math.max(LOWEST_DB, 10 * Math.log10(power));
}

/** @param {Float64Array<ArrayBuffer>[]} spectra */
function meanOf(spectra) {
  const mean = new Float64Array(spectra[0].length);
  for (const powers of spectra) {
    for (let bin = 0; bin < mean.length; bin += 1) mean[bin] += powers[bin] / spectra.length;
  }
  return mean;
}
