/** The spectrum of the window, as a view of its own; the transform is done in a worker. */

import { Chart } from "../chart/chart.js";
import { byId } from "../controls/elements.js";
import { SCALES } from "../spectrum/analyser.js";
import { Ceiling, frequencyMarks, levelText, minorLines, spectrumPoints } from "../spectrum/axes.js";
import { SpectrumClient } from "../spectrum/client.js";
import { handsOf } from "../spectrum/hands.js";
import { cursorLines, harmonicLines, peakLabels } from "../spectrum/marks.js";
import { analysis, CHOICES, fromState, toState, typed } from "../spectrum/options.js";
import { count, quantity } from "../text/quantities.js";

/**
 * @import { Extra } from "../chart/chart.js"
 * @import { YAxis } from "../chart/axis-labels.js"
 * @import { Item } from "../chart/overlay.js"
 * @import { Controls } from "../controls/controls.js"
 * @import { View } from "../controls/views.js"
 * @import { Samples } from "../samples/full-rate.js"
 * @import { FrequencyAxis } from "../spectrum/axes.js"
 * @import { Spectra } from "../spectrum/client.js"
 * @import { Good } from "../spectrum/frequencies.js"
 * @import { Chosen } from "../spectrum/options.js"
 * @import { Parts, Picture, Restored } from "./parts.js"
 */

/** Seconds between two spectra: 20 a second look like motion. */
const EVERY = 0.05;
const NOTHING = new Float32Array(0);
const PANELS = ["spectrum-panel", "spectrum-options"];

export class Spectrum {
  #parts;
  /** @type {SpectrumClient | null} */
  #client = null;
  #busy = false;
  #at = -Infinity;
  #known = "";
  /** @type {Spectra} */
  #spectra = [];
  #ceiling = new Ceiling();
  #options = fromState({});
  /** The chart of this view, once it was looked at. @type {Chart | null} */
  #chart = null;
  /** Revision of `frequencies` that is drawn. */
  #revision = -1;
  /** What the last spectra were made of. @type {{dt: number, whole: boolean, envelope: boolean} | null} */
  #basis = null;
  /** @type {View[]} */
  views = [
    { name: "split", of: ["time", "spectrum"] },
    { name: "spectrum", charts: () => [this.#chart], panels: PANELS },
  ];

  /** @param {Pick<Parts, "config" | "controls" | "frequencies" | "fullRate" | "past" | "screen" | "selection" | "timeline" | "views">} parts */
  constructor(parts) {
    this.#parts = parts;
  }

  /** @param {Controls} controls */
  bind(controls) {
    for (const [name, { offered }] of Object.entries(CHOICES)) {
      controls.options(`fft-${name}`, Object.entries(offered));
      controls.choice(`fft-${name}`, (text) => this.#set({ [name]: typed(name, text) }));
    }
    controls.click("fft-hold", () => this.#set({ hold: !this.#options.hold }));
    controls.click("fft-reset", () => this.#reset());
    new ResizeObserver(() => this.#resized()).observe(byId("spectrum"));
  }

  began() {
    this.#reset();
  }

  changedSignals() {
    this.#spectra = [];
    this.#chart?.setSignals(this.#parts.selection.signals);
  }

  themed() {
    this.#chart?.theme();
    this.#known = "";
  }

  /** @param {Picture} _picture @param {number} now */
  drawn(_picture, now) {
    this.#update(now);
    if (this.#revision !== this.#parts.frequencies.revision) this.#draw();
  }

  /** @param {number} now */
  readings(now) {
    const { controls } = this.#parts;
    const chosen = Object.entries(this.#options).filter(([name]) => name in CHOICES);
    for (const [name, value] of chosen) controls.choose(`fft-${name}`, String(value));
    controls.press("fft-hold", this.#options.hold);
    if (!this.#isSeen) return;
    // A frozen picture is drawn once, and the full rate may come later.
    this.#update(now);
    this.#showPeaks();
  }

  state() {
    return { ...toState(this.#options), ...this.#parts.frequencies.state() };
  }

  /** @param {Restored} state */
  restore(state) {
    this.#options = fromState(state);
    this.#parts.frequencies.restore(state);
  }

  /** The stream has another name. */
  renamed() {
    this.#chart?.relabel(this.#label);
  }

  get #isSeen() {
    return this.#parts.views.isShown("spectrum");
  }

  get #label() {
    return `Spectrum of ${this.#parts.config.name}`;
  }

  /** @param {Partial<Chosen>} changes */
  #set(changes) {
    Object.assign(this.#options, changes);
    this.#known = "";
    this.#parts.screen.changed();
  }

  #reset() {
    this.#client?.reset();
    this.#known = "";
    this.#parts.screen.redraw();
  }

  #resized() {
    if (!this.#isSeen) return;
    this.#chart?.resize();
    this.#draw();
  }

  /** @param {number} now */
  async #update(now) {
    if (!this.#isSeen || this.#busy || now - this.#at < EVERY) return;
    // Twice the size: where there is a hole, an unbroken run may lie before it.
    const samples = this.#parts.fullRate.samples(2 * this.#options.size);
    const { visible } = this.#parts.selection;
    const signature = JSON.stringify([samples?.edge, samples?.span, this.#options, visible]);
    if (!samples && this.#isOfPast) this.#lacking();
    if (!samples || signature === this.#known) return;
    this.#known = signature;
    this.#at = now;
    this.#busy = true;
    await this.#transform(samples);
    this.#busy = false;
    this.#draw();
  }

  /** Whether what is seen is put together of a recording. */
  get #isOfPast() {
    const { picture } = this.#parts.screen;
    return picture !== null && "between" in picture.source;
  }

  /** Of another window nothing stays: a spectrum is of what is seen. */
  #lacking() {
    if (this.#spectra.length === 0) return;
    this.#spectra = [];
    this.#known = "";
    this.#draw();
  }

  /** Why there is none. */
  get #why() {
    const { past, screen, selection, timeline } = this.#parts;
    if (!selection.visible.includes(true)) return "No signal is on.";
    const lack = this.#isOfPast ? past.whole?.lackOfSamples(screen.picture?.window ?? timeline.window) : "";
    if (lack) return `There is no spectrum of this: ${lack}.`;
    if (this.#isOfPast && timeline.running) return "There is a spectrum once the view is paused.";
    return "Waiting for samples.";
  }

  /** @param {Samples} samples */
  async #transform({ values, dt, whole }) {
    const { screen, selection } = this.#parts;
    const { signals, visible } = selection;
    const traces = signals.map(({ key }, k) => ({ key, samples: values[k], dt })).filter((_, k) => visible[k]);
    this.#basis = { dt, whole, envelope: screen.picture?.source.envelope ?? false };
    try {
      this.#client ??= new SpectrumClient();
      this.#spectra = (await this.#client.request(traces, analysis(this.#options))) ?? this.#spectra;
    } catch (error) {
      this.#spectra = [{ refused: error instanceof Error ? error.message : String(error) }];
    }
  }

  /** @returns {Good[]} */
  get #good() {
    return this.#spectra.flatMap((spectrum) => (spectrum.refused === undefined ? spectrum : []));
  }

  #draw() {
    if (!this.#isSeen) return;
    const { controls } = this.#parts;
    const good = this.#good;
    controls.show("spectrum-note", good.length === 0);
    controls.text("spectrum-note", this.#spectra[0]?.refused ?? this.#why);
    if (good.length > 0) this.#drawSpectra(good);
  }

  /** @param {Good[]} good at least one */
  #drawSpectra(good) {
    const { signals } = this.#parts.selection;
    const chart = this.#chart ?? this.#makeChart();
    this.#chart = chart;
    const { frequencies } = this.#parts;
    const levels = { unit: (/** @type {string} */ unit) => this.#unitOf(unit), isDecibel: this.#isDecibel };
    frequencies.take(good, { log: this.#options.axis === "log", levels, screen: chart });
    this.#revision = frequencies.revision;
    const x = frequencies.axis;
    const points = (/** @type {Good} */ spectrum, /** @type {Float64Array} */ values) =>
      spectrumPoints(values, spectrum.step, x, chart.columns);
    const byKey = new Map(good.map((spectrum) => [spectrum.key, spectrum]));
    const found = signals.map(({ key }) => byKey.get(key));
    const axis = this.#axis(good);
    chart.draw({
      traces: found.map((spectrum) => ({ points: spectrum ? points(spectrum, spectrum.values) : NOTHING })),
      sparse: good[0].values.length < chart.columns,
      x,
      clock: frequencies.range ? frequencyMarks(x) : null,
      axes: [axis],
      axisOf: signals.map(() => 0),
      extras: found.flatMap((spectrum, k) => this.#held(chart, spectrum, k, points)),
      overlay: this.#overlay(chart, x, axis),
    });
  }

  /** @param {Chart} chart @param {FrequencyAxis} x @param {YAxis} y @returns {Item[]} */
  #overlay(chart, x, y) {
    const { frequencies, selection } = this.#parts;
    const screen = { x, y, pixel: (/** @type {number} */ at, /** @type {number} */ level) => chart.pixel(at, level) };
    const colourOf = (/** @type {string | undefined} */ key) => {
      const k = selection.placeOf(key ?? null);
      return k < 0 ? "--dim" : chart.colourOf(selection.signals[k], k);
    };
    return [
      ...(frequencies.range ? [] : grid(x)),
      ...harmonicLines(frequencies, screen, colourOf),
      ...peakLabels(frequencies, screen, colourOf),
      ...cursorLines(frequencies),
    ];
  }

  /**
   * @param {Chart} chart
   * @param {Good | undefined} spectrum
   * @param {number} k
   * @param {(spectrum: Good, values: Float64Array) => Float32Array} points
   * @returns {Extra[]}
   */
  #held(chart, spectrum, k, points) {
    if (!spectrum?.held) return [];
    const colour = chart.colourOf(this.#parts.selection.signals[k], k);
    return [{ id: `held-${k}`, points: points(spectrum, spectrum.held), colour, dash: true }];
  }

  #makeChart() {
    const chart = new Chart(byId("spectrum"), this.#label);
    const { frequencies, selection } = this.#parts;
    chart.setSignals(selection.signals);
    chart.listen({ ...handsOf(frequencies), choose: (k) => selection.select(k) });
    return chart;
  }

  /** @param {Good[]} spectra @returns {YAxis} */
  #axis(spectra) {
    const { step } = this.#options;
    const decibel = this.#isDecibel;
    const highest = Math.max(...spectra.map(({ values, held }) => (held ?? values).reduce((a, b) => Math.max(a, b))));
    const { min, max, perDivision } = this.#ceiling.update(highest, decibel ? step : null, performance.now() / 1000);
    return { min, max, perDivision, unit: decibel ? `dB${this.#unit}` : this.#unit };
  }

  get #isDecibel() {
    return SCALES[this.#options.scale].isDecibel === true;
  }

  /** The unit of those that are on, where they share one. */
  get #unit() {
    const { signals, visible } = this.#parts.selection;
    const units = new Set(signals.filter((_, k) => visible[k]).map(({ unit }) => unit));
    return units.size === 1 ? this.#unitOf([...units][0]) : "";
  }

  /** What a level of a signal is in. @param {string} unit */
  #unitOf(unit) {
    return SCALES[this.#options.scale].isDensity ? `${unit || "1"}/√Hz` : unit;
  }

  #showPeaks() {
    const { controls, selection } = this.#parts;
    const rows = this.#good.flatMap(({ key = "", peaks }) => {
      const signal = selection.signals[selection.placeOf(key)];
      const level = (/** @type {number} */ value) =>
        levelText(value, this.#unitOf(signal?.unit ?? ""), this.#isDecibel);
      return peaks.map(({ frequency, value }) => [signal?.name ?? key, quantity(frequency, "Hz"), level(value)]);
    });
    controls.rows("fft-peak-rows", rows);
    controls.show("fft-peak-table", rows.length > 0);
    controls.text("fft-basis", this.#basisText());
  }

  /** Which samples it is made of: that they are not all of the window must be said. */
  #basisText() {
    const [spectrum] = this.#good;
    if (!spectrum || !this.#basis) return "";
    const bin = `a bin is ${quantity(spectrum.step, "Hz", 3)} wide`;
    const mean = spectrum.averaged > 1 ? `, mean of ${spectrum.averaged}` : "";
    const used = `${count(spectrum.used)} samples`;
    const seconds = quantity((1 / (spectrum.step * this.#options.size)) * spectrum.used, "s", 3);
    if (this.#basis.envelope) return `From the latest ${used} at full rate, ${seconds} in all; ${bin}${mean}.`;
    const newest = this.#basis.whole && spectrum.used < this.#options.size ? "" : "the newest ";
    return `From ${newest}${used} of the window, ${seconds} in all; ${bin}${mean}.`;
  }
}

/** @param {FrequencyAxis} x @returns {Item[]} */
function grid(x) {
  return minorLines(x).map((at, k) => ({ id: `minor-${k}`, line: "vertical", x: at, colour: "--grid" }));
}
