/** The spectrum of the window, as a view of its own; the transform is done in a worker. */

import { Chart } from "../chart/chart.js";
import { Ceiling, frequencyAxis, levelText, minorLines, spectrumPoints } from "../spectrum/axes.js";
import { SpectrumClient } from "../spectrum/client.js";
import { analysis, CHOICES, fromState, toState, typed } from "../spectrum/options.js";
import { count, quantity } from "../text/quantities.js";

/** Seconds between two spectra: 20 a second look like motion. */
const EVERY = 0.05;
/** Labels stand this share of the plot above their peaks. */
const LIFT = 0.025;
/** CSS pixels of a label: where it would cover the label of a higher peak it is left out. */
const LABEL = { width: 62, height: 14 };
const NOTHING = new Float32Array(0);

export class Spectrum {
  #client = null;
  #busy = false;
  #at = -Infinity;
  #known = "";
  #spectra = [];
  #ceiling = new Ceiling();

  constructor(scope) {
    this.scope = scope;
    this.options = fromState({});
    /** The chart of this view, once it was looked at. */
    this.chart = null;
  }

  bind(controls) {
    for (const [name, { offered }] of Object.entries(CHOICES)) {
      controls.options(`fft-${name}`, offered);
      controls.choice(`fft-${name}`, (text) => this.#set({ [name]: typed(name, text) }));
    }
    controls.click("fft-hold", () => this.#set({ hold: !this.options.hold }));
    controls.click("fft-reset", () => this.#reset());
    new ResizeObserver(() => this.#resized()).observe(document.getElementById("spectrum"));
  }

  began() {
    this.#reset();
  }

  changedSignals() {
    this.#spectra = [];
    this.chart?.setSignals(this.scope.signals);
  }

  themed() {
    this.chart?.theme();
    this.#known = "";
  }

  drawn(_picture, now) {
    this.#update(now);
  }

  readings(now) {
    const { controls } = this.scope;
    for (const name of Object.keys(CHOICES)) controls.choose(`fft-${name}`, String(this.options[name]));
    controls.press("fft-hold", this.options.hold);
    if (!this.#isSeen) return;
    // A frozen picture is drawn once, and the full rate may come later.
    this.#update(now);
    this.#showPeaks();
  }

  state() {
    return toState(this.options);
  }

  restore(state) {
    this.options = fromState(state);
  }

  get #isSeen() {
    return this.scope.tools.views.shown.spectrum;
  }

  #set(changes) {
    Object.assign(this.options, changes);
    this.#known = "";
    this.scope.changed();
  }

  #reset() {
    this.#client?.reset();
    this.#known = "";
    this.scope.dirty();
  }

  #resized() {
    if (!this.#isSeen) return;
    this.chart?.resize();
    this.#draw();
  }

  async #update(now) {
    if (!this.#isSeen || this.#busy || now - this.#at < EVERY) return;
    // Twice the size: where there is a hole, an unbroken run may lie before it.
    const samples = this.scope.tools.fullRate.samples(2 * this.options.size);
    const signature = JSON.stringify([samples?.edge, samples?.span, this.options, this.scope.visible]);
    if (!samples || signature === this.#known) return;
    this.#known = signature;
    this.#at = now;
    this.#busy = true;
    await this.#transform(samples);
    this.#busy = false;
    this.#draw();
  }

  async #transform({ values, dt, whole }) {
    const { signals, visible } = this.scope;
    const traces = signals.map(({ key }, k) => ({ key, samples: values[k], dt })).filter((_, k) => visible[k]);
    this.basis = { dt, whole, envelope: this.scope.picture.source.envelope };
    try {
      this.#client ??= new SpectrumClient();
      this.#spectra = (await this.#client.request(traces, analysis(this.options))) ?? this.#spectra;
    } catch (error) {
      this.#spectra = [{ refused: error.message }];
    }
  }

  #draw() {
    if (!this.#isSeen) return;
    const { controls, signals } = this.scope;
    const good = this.#spectra.filter(({ values }) => values);
    controls.show("spectrum-note", good.length === 0);
    controls.text(
      "spectrum-note",
      this.#spectra[0]?.refused ?? (this.scope.visible.includes(true) ? "Waiting for samples." : "No signal is on."),
    );
    if (good.length === 0) return;
    this.chart ??= this.#makeChart();
    const x = frequencyAxis(good[0].step, good[0].values.length, this.options.axis === "log");
    const points = (spectrum, values) => spectrumPoints(values, spectrum.step, x, this.chart.columns);
    const byKey = new Map(good.map((spectrum) => [spectrum.key, spectrum]));
    const found = signals.map(({ key }) => byKey.get(key));
    const held = found.flatMap((spectrum, k) =>
      spectrum?.held
        ? [{ id: `held-${k}`, points: points(spectrum, spectrum.held), colour: this.#colour(k), dash: true }]
        : [],
    );
    const axis = this.#axis(good);
    this.chart.draw({
      traces: found.map((spectrum) => ({ points: spectrum ? points(spectrum, spectrum.values) : NOTHING })),
      sparse: good[0].values.length < this.chart.columns,
      x,
      axes: [axis],
      axisOf: signals.map(() => 0),
      extras: held,
      overlay: [...grid(x), ...this.#legible(found.flatMap((spectrum, k) => this.#labels(spectrum, k, axis)))],
    });
  }

  /** The stream has another name. */
  renamed() {
    this.chart?.relabel(this.#label);
  }

  get #label() {
    return `Spectrum of ${this.scope.config.name}`;
  }

  #makeChart() {
    const chart = new Chart(document.getElementById("spectrum"), this.#label);
    chart.setSignals(this.scope.signals);
    return chart;
  }

  #axis(spectra) {
    const { scale, step } = this.options;
    const decibel = scale === "db";
    const highest = Math.max(...spectra.map(({ values, held }) => (held ?? values).reduce((a, b) => Math.max(a, b))));
    const { min, max, perDivision } = this.#ceiling.update(highest, decibel ? step : null, performance.now() / 1000);
    return { min, max, perDivision, unit: decibel ? `dB${this.#unit}` : this.#unit };
  }

  /** The unit of those that are on, where they share one. */
  get #unit() {
    const { signals, visible } = this.scope;
    const units = new Set(signals.filter((_, k) => visible[k]).map(({ unit }) => unit));
    return units.size === 1 ? [...units][0] : "";
  }

  #colour(k) {
    return this.chart.colourOf(this.scope.signals[k], k);
  }

  #labels(spectrum, k, axis) {
    const log = this.options.axis === "log";
    return (spectrum?.peaks ?? [])
      .map(({ frequency, value }, n) => ({
        id: `peak-${k}-${n}`,
        text: quantity(frequency, "Hz"),
        x: log ? Math.log10(frequency) : frequency,
        y: Math.min(value, axis.max) + LIFT * (axis.max - axis.min),
        align: "center",
        colour: this.#colour(k),
      }))
      .filter(({ y }) => y > axis.min);
  }

  /** Labels that do not cover each other, the highest first. */
  #legible(labels) {
    const kept = [];
    const covers = (a, b) => Math.abs(a.px - b.px) < LABEL.width && Math.abs(a.py - b.py) < LABEL.height;
    for (const label of labels.sort((a, b) => b.y - a.y)) {
      const place = this.chart.pixel(label.x, label.y);
      if (!kept.some((other) => covers(other.place, place))) kept.push({ ...label, place });
    }
    return kept;
  }

  #showPeaks() {
    const { controls, signals } = this.scope;
    const rows = this.#spectra.flatMap(({ key, peaks = [] }) => {
      const k = signals.findIndex((signal) => signal.key === key);
      const level = (value) => levelText(value, signals[k]?.unit ?? "", this.options.scale === "db");
      return peaks.map(({ frequency, value }) => [signals[k]?.name ?? key, quantity(frequency, "Hz"), level(value)]);
    });
    controls.rows("fft-peak-rows", rows);
    controls.show("fft-peak-table", rows.length > 0);
    controls.text("fft-basis", this.#basisText());
  }

  /** Which samples it is made of: that they are not all of the window must be said. */
  #basisText() {
    const spectrum = this.#spectra.find(({ values }) => values);
    if (!spectrum || !this.basis) return "";
    const bin = `a bin is ${quantity(spectrum.step, "Hz", 3)} wide`;
    const mean = spectrum.averaged > 1 ? `, mean of ${spectrum.averaged}` : "";
    const used = `${count(spectrum.used)} samples`;
    if (this.basis.envelope)
      return `From the latest ${used} at full rate, ${quantity(spectrum.used * this.basis.dt, "s", 3)} in all; ${bin}${mean}.`;
    const newest = this.basis.whole && spectrum.used < this.options.size ? "" : "the newest ";
    return `From ${newest}${used} of the window; ${bin}${mean}.`;
  }
}

function grid(x) {
  return minorLines(x).map((at, k) => ({ id: `minor-${k}`, line: "vertical", x: at, colour: "--grid" }));
}
