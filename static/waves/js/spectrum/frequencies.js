/** What is looked at of spectra: the range of frequencies, two cursors, and the peak whose harmonics are marked. Numbers only. */

import { quantity } from "../text/quantities.js";
import { frequencyAxis, levelText } from "./axes.js";

/**
 * @import { Spectrum } from "./analyser.js"
 * @import { FrequencyAxis } from "./axes.js"
 */

/** @typedef {Spectrum & {key?: string}} Good a spectrum that there is */

/** @typedef {{key: string, frequency: number}} Chosen the peak of a signal */

/** @typedef {{n: number, frequency: number, value: number}} Harmonic */

/**
 * @typedef {object} Screen where a spectrum is drawn, in pixels of its element
 * @property {(x: number, y: number) => {px: number, py: number}} pixel
 * @property {(pixel: {px: number, py: number}) => {x: number}} point
 *
 * @typedef {{unit: (unit: string) => string, isDecibel: boolean}} Levels how levels are said
 */

/** A range holds so many bins at least, or so many decades. */
const LEAST_BINS = 10;
const LEAST_DECADES = 0.02;
/** Bins within which a peak is still the same one. */
const NEAR = 2;
/** Harmonics that are marked, the fundamental included. */
const MOST_HARMONICS = 20;
/** A reading is as exact as a fifth of what it is told of. */
const DIGITS_OF_BIN = 5;
/** Shares of the axis at which cursors begin. */
const FIRST_CURSORS = [0.25, 0.75];

export class Frequencies {
  /** @type {Good[]} */
  #spectra = [];
  #log = false;
  #changed;
  /** In Hz; null for all of them. @type {{from: number, to: number} | null} */
  range = null;
  /** In Hz. @type {number[] | null} */
  cursors = null;
  /** @type {Chosen | null} */
  chosen = null;
  /** @type {Levels} */
  #levels = { unit: (unit) => unit, isDecibel: true };
  /** @type {Screen | null} */
  screen = null;
  /** Counts changes of what is to be drawn. */
  revision = 0;

  /** @param {() => void} changed */
  constructor(changed) {
    this.#changed = changed;
  }

  /**
   * Take the newest spectra.
   * @param {Good[]} spectra
   * @param {{log: boolean, levels: Levels, screen: Screen}} how `log` where the axis counts in decades
   */
  take(spectra, { log, levels, screen }) {
    this.#spectra = spectra;
    this.#log = log;
    this.#levels = levels;
    this.screen = screen;
    if (this.chosen) this.chosen = this.#tracked(this.chosen);
  }

  get spectra() {
    return this.#spectra;
  }

  /** The axis of what is seen. @returns {FrequencyAxis} */
  get axis() {
    const [{ step, values }] = this.#spectra;
    return frequencyAxis(step, values.length, this.#log, this.range);
  }

  /** Hz at a place of the axis. @param {number} x */
  hertz(x) {
    return this.#log ? 10 ** x : x;
  }

  /** The place of Hz on the axis. @param {number} hertz */
  place(hertz) {
    return this.#log ? Math.log10(hertz) : hertz;
  }

  /** @param {number} factor of the range, below 1 to see less of it @param {number} [x] what stays where it is; else the middle */
  zoom(factor, x = NaN) {
    if (this.#spectra.length === 0) return;
    const { min, max } = this.axis;
    const still = Number.isNaN(x) ? (min + max) / 2 : x;
    this.show(still + (min - still) * factor, still + (max - still) * factor);
  }

  /** @param {number} share of what is seen */
  scroll(share) {
    if (this.#spectra.length === 0) return;
    const { min, max } = this.axis;
    this.show(min + share * (max - min), max + share * (max - min));
  }

  /** See from one place of the axis to another, as far as there is something. @param {number} min @param {number} max */
  show(min, max) {
    const [{ step, values }] = this.#spectra;
    const all = frequencyAxis(step, values.length, this.#log);
    const least = this.#log ? LEAST_DECADES : LEAST_BINS * step;
    const whole = all.max - all.min;
    const span = Math.min(whole, Math.max(least, max - min));
    const from = Math.max(all.min, Math.min(all.max - span, (min + max) / 2 - span / 2));
    this.range = span < whole * (1 - 1e-9) ? { from: this.hertz(from), to: this.hertz(from + span) } : null;
    this.touch();
  }

  showAll() {
    this.range = null;
    this.touch();
  }

  /** The bin nearest to a frequency, in Hz. @param {number} hertz */
  nearest(hertz) {
    if (this.#spectra.length === 0) return NaN;
    const [{ step, values }] = this.#spectra;
    return Math.max(0, Math.min(values.length - 1, Math.round(hertz / step))) * step;
  }

  /** @param {string | undefined} key of a signal @param {number} hertz @returns {number} NaN where there is none */
  level(key, hertz) {
    const spectrum = this.#spectra.find((each) => each.key === key);
    return spectrum ? (spectrum.values[Math.round(hertz / spectrum.step)] ?? NaN) : NaN;
  }

  /** As exact as a bin is wide. @param {number} hertz */
  sayHertz(hertz) {
    return quantity(hertz, "Hz", 3, DIGITS_OF_BIN * (this.#spectra[0]?.step ?? NaN));
  }

  /** @param {number} level @param {string} unit of the signal */
  say(level, unit) {
    return levelText(level, this.#levels.unit(unit), this.#levels.isDecibel);
  }

  /** Between two levels: decibels of each other, where they are decibels. @param {number} difference @param {string} unit */
  sayDifference(difference, unit) {
    return levelText(difference, this.#levels.isDecibel ? "" : this.#levels.unit(unit), this.#levels.isDecibel);
  }

  toggleCursors() {
    if (this.#spectra.length === 0) return;
    const { min, max } = this.axis;
    const at = (/** @type {number} */ share) => this.nearest(this.hertz(min + share * (max - min)));
    this.cursors = this.cursors ? null : FIRST_CURSORS.map(at);
    this.touch();
  }

  /** @param {number} which @param {number} hertz */
  moveCursor(which, hertz) {
    if (!this.cursors) return;
    this.cursors = this.cursors.map((each, k) => (k === which ? this.nearest(hertz) : each));
    this.touch();
  }

  /** By so many bins. @param {number} which @param {number} bins */
  stepCursor(which, bins) {
    if (this.cursors && this.#spectra.length > 0) {
      this.moveCursor(which, this.cursors[which] + bins * this.#spectra[0].step);
    }
  }

  /** Mark the harmonics of a peak, or of it no longer. @param {Chosen | null} peak */
  choose(peak) {
    const isSame = peak && this.chosen && this.#isNear(peak, this.chosen);
    this.chosen = isSame ? null : peak && this.#tracked(peak);
    this.touch();
  }

  /** The peak after the chosen one, from the highest down; behind the last one there is none. */
  chooseNext() {
    const peaks = this.#spectra
      .flatMap(({ key = "", peaks: found }) => found.map((peak) => ({ key, ...peak })))
      .sort((a, b) => b.value - a.value);
    const { chosen } = this;
    const at = chosen ? peaks.findIndex((peak) => this.#isNear(peak, chosen)) : -1;
    const next = peaks[at + 1];
    this.chosen = next ? { key: next.key, frequency: next.frequency } : null;
    this.touch();
  }

  /** The highest bin of a signal from one frequency to another. @param {Good} spectrum @param {number} from @param {number} to */
  highest({ step, values }, from, to) {
    let best = Math.max(1, Math.ceil(from / step));
    for (let bin = best; bin <= to / step && bin < values.length; bin += 1) if (values[bin] > values[best]) best = bin;
    return { frequency: best * step, value: values[best] ?? NaN };
  }

  /** f, 2f, 3f … of the chosen peak, as far as there are bins. @returns {Harmonic[]} */
  get harmonics() {
    const { chosen } = this;
    const spectrum = this.#spectra.find(({ key }) => key === chosen?.key);
    if (!chosen || !spectrum) return [];
    const { step, values } = spectrum;
    const count = Math.min(MOST_HARMONICS, Math.floor((step * (values.length - 1)) / chosen.frequency + 1e-9));
    return Array.from({ length: count }, (_, k) => {
      const frequency = (k + 1) * chosen.frequency;
      return {
        n: k + 1,
        frequency,
        value: this.highest(spectrum, frequency - NEAR * step, frequency + NEAR * step).value,
      };
    });
  }

  state() {
    const { chosen, cursors, range } = this;
    return {
      fz: range ? [range.from, range.to].map(short).join() : null,
      fcur: cursors ? cursors.map(short).join() : null,
      fk: chosen ? `${short(chosen.frequency)},${chosen.key}` : null,
    };
  }

  /** @param {{[name: string]: string | undefined}} state */
  restore({ fz, fcur, fk }) {
    const pair = (/** @type {string | undefined} */ text) => {
      const numbers = (text ?? "").split(",").map((part) => Number.parseFloat(part));
      return numbers.length === 2 && numbers.every((each) => each >= 0 && each < Infinity) ? numbers : null;
    };
    const [from, to] = pair(fz) ?? [0, 0];
    this.range = from < to ? { from, to } : null;
    this.cursors = pair(fcur);
    const [frequency, key] = (fk ?? "").split(",");
    this.chosen = Number.parseFloat(frequency) > 0 && key ? { key, frequency: Number.parseFloat(frequency) } : null;
  }

  touch() {
    this.revision += 1;
    this.#changed();
  }

  /** Where a peak is now: between bins, where the spectrum tells. @param {Chosen} peak @returns {Chosen} */
  #tracked({ key, frequency }) {
    const spectrum = this.#spectra.find((each) => each.key === key);
    if (!spectrum) return { key, frequency };
    const { peaks, step, values } = spectrum;
    const exact = peaks.find((peak) => Math.abs(peak.frequency - frequency) <= NEAR * step);
    if (exact) return { key, frequency: exact.frequency };
    const bin = Math.round(this.highest(spectrum, frequency - step, frequency + step).frequency / step);
    const [left, top, right] = [values[bin - 1], values[bin], values[bin + 1]];
    const isTop = top >= left && top >= right && left - 2 * top + right < 0;
    return { key, frequency: (bin + (isTop ? (left - right) / 2 / (left - 2 * top + right) : 0)) * step };
  }

  /** @param {Chosen} a @param {Chosen} b */
  #isNear(a, b) {
    return a.key === b.key && Math.abs(a.frequency - b.frequency) <= NEAR * (this.#spectra[0]?.step ?? 0);
  }
}

/** As exact as a link needs. @param {number} hertz */
function short(hertz) {
  return Number(hertz.toPrecision(9));
}
