/** Measurements of the visible signals, over the window or between the cursors, and over time. */

import { MEASUREMENTS, SIGNAL_UNIT } from "../measurements/measurements.js";
import { Statistics } from "../measurements/statistics.js";
import { measureStretch } from "../measurements/stretch.js";
import { count, quantity } from "../text/quantities.js";

const DEFAULT = ["vpp", "mean", "rms", "frequency", "duty"];
/** Measured no more often than this (s), however often something is drawn. */
const MEASURE_EVERY = 0.2;
const DIGITS = 4;
const OVER_TIME = ["current", "mean", "min", "max", "count"];

const byId = (id) => document.getElementById(id);

export class Measurements {
  #measuredAt = -Infinity;
  #measuredKey = "";
  #shape = "";
  #cells = [];

  constructor(scope) {
    this.scope = scope;
    this.keys = DEFAULT;
    this.between = false;
    this.overTime = false;
    this.reference = null;
    this.statistics = new Statistics();
    this.result = null;
  }

  bind(controls) {
    byId("measure-choice").replaceChildren(
      ...Object.entries(MEASUREMENTS).map(([key, { label }]) => this.#choiceOf(key, label)),
    );
    controls.click("measure-between", () => this.#set({ between: !this.between }));
    controls.click("measure-statistics", () => this.#set({ overTime: !this.overTime }));
    controls.click("measure-reset", () => this.#reset());
    controls.click("measure-copy", () => this.#copy());
    controls.choice("measure-reference", (reference) => this.#set({ reference }));
  }

  restore({ measure, mbetween, mstats, mref }) {
    const keys = (measure ?? DEFAULT.join(",")).split(",").filter((key) => key in MEASUREMENTS);
    this.keys = Object.keys(MEASUREMENTS).filter((key) => keys.includes(key));
    this.between = mbetween === "1";
    this.overTime = mstats === "1";
    this.reference = mref ?? null;
  }

  state() {
    const measure = this.keys.join() === DEFAULT.join() ? null : this.keys.join(",");
    return { measure, mbetween: this.between ? 1 : null, mstats: this.overTime ? 1 : null, mref: this.reference };
  }

  changedSignals() {
    const { signals } = this.scope;
    byId("measure-reference").replaceChildren(...signals.map(({ key, name }) => new Option(name, key)));
    this.#shape = "";
  }

  themed() {
    this.#shape = "";
  }

  began() {
    this.statistics.reset();
  }

  readings(now) {
    const { controls, picture, signals } = this.scope;
    controls.press("measure-between", this.#isBetween);
    byId("measure-between").disabled = !this.scope.tools.cursors.shown;
    controls.press("measure-statistics", this.overTime);
    controls.show("measure-reset", this.overTime);
    controls.show("measure-phase", this.keys.includes("phase") && signals.length > 1);
    controls.choose("measure-reference", signals[this.#referenceAt]?.key ?? "");
    if (picture.edge === null || !picture.source || now - this.#measuredAt < MEASURE_EVERY) return;
    this.#measuredAt = now;
    this.#measure();
    this.#show();
  }

  get #isBetween() {
    return this.between && this.scope.tools.cursors.span !== null;
  }

  get #referenceAt() {
    return Math.max(
      0,
      this.scope.signals.findIndex(({ key }) => key === this.reference),
    );
  }

  get #span() {
    const { edge, window } = this.scope.picture;
    return this.#isBetween ? this.scope.tools.cursors.span : [edge - window, edge];
  }

  #measure() {
    const { picture, signals, visible } = this.scope;
    const { source } = picture;
    const [first, last] = this.#span;
    const latest = source.envelope ? this.scope.tools.fullRate.samples() : null;
    this.result = measureStretch(this.keys, { source, first, last, latest }, visible, this.#referenceAt);
    this.statistics.select(signals.flatMap(({ key }) => this.keys.map((name) => `${key}/${name}`)));
    // The same samples once more are no second measurement.
    const { ring } = source;
    const measured = `${first} ${last} ${ring.revision} ${Math.min(ring.next, last / source.period || ring.next)} ${latest?.edge}`;
    if (measured === this.#measuredKey) return;
    this.#measuredKey = measured;
    const values = signals.flatMap(({ key }, k) =>
      Object.entries(this.result.values[k]).map(([name, value]) => [`${key}/${name}`, value]),
    );
    this.statistics.add(Object.fromEntries(values));
  }

  #choiceOf(key, label) {
    const box = document.createElement("input");
    const line = document.createElement("label");
    Object.assign(box, { type: "checkbox", value: key, id: `choose-${key}` });
    box.addEventListener("change", () => {
      const chosen = (name) => byId(`choose-${name}`).checked;
      this.#set({ keys: Object.keys(MEASUREMENTS).filter(chosen) });
    });
    line.append(box, label);
    return line;
  }

  #set(change) {
    Object.assign(this, change);
    this.#measuredAt = -Infinity;
    this.scope.changed();
  }

  #reset() {
    this.statistics.reset();
    this.#measuredKey = "";
    this.#set({});
  }

  #show() {
    const { visible, controls } = this.scope;
    const shape = JSON.stringify([this.keys, this.overTime, visible]);
    if (shape !== this.#shape) this.#build(shape);
    for (const { cell, text } of this.#cells) {
      const now = text();
      if (cell.textContent !== now) cell.textContent = now;
    }
    controls.text("measure-span", this.#spanText());
  }

  /** What was measured, where that is not what is seen. */
  #spanText() {
    const { samples, seconds, part } = this.result;
    const where = this.#isBetween ? "between the cursors" : "of the window";
    if (!part) return this.#isBetween ? "Between the cursors." : "";
    if (samples === 0) return `Minimum, maximum and Vpp ${where}; there are no full-rate samples of it for the rest.`;
    return `Minimum, maximum and Vpp ${where}; the rest from its latest ${count(samples)} samples (${quantity(seconds, "s", 3)}).`;
  }

  #build(shape) {
    this.#shape = shape;
    this.#cells = [];
    for (const key of Object.keys(MEASUREMENTS)) byId(`choose-${key}`).checked = this.keys.includes(key);
    const [head, rows] = this.overTime ? this.#overTime() : this.#now();
    byId("measure-head").replaceChildren(rowOf([header("Measurement", "hidden"), ...head], "col"));
    byId("measurements").replaceChildren(...rows);
  }

  get #shown() {
    return this.scope.signals.map((signal, k) => ({ ...signal, k })).filter(({ k }) => this.scope.visible[k]);
  }

  /** A row for each measurement, a column for each signal. */
  #now() {
    const { chart, signals } = this.scope;
    const head = this.#shown.map(({ name, k }) => header(name, "toned", chart.colourOf(signals[k], k)));
    const rows = this.keys.map((key) => {
      const cells = this.#shown.map(({ k, unit }) => this.#cell(() => textOf(key, this.result.values[k]?.[key], unit)));
      return rowOf([header(MEASUREMENTS[key].label), ...cells]);
    });
    return [head, rows];
  }

  /** A row for each measurement of each signal, a column for each statistic. */
  #overTime() {
    const head = ["Now", "Mean", "Min", "Max", "N"].map((name) => header(name));
    const rows = this.#shown.flatMap(({ key: signal, k, name, unit }) => {
      const colour = this.scope.chart.colourOf(this.scope.signals[k], k);
      return this.keys.map((key) => {
        const cells = OVER_TIME.map((which) => this.#cell(() => this.#statistic(`${signal}/${key}`, key, which, unit)));
        return rowOf([header(`${MEASUREMENTS[key].label}`, "toned", colour, name), ...cells]);
      });
    });
    return [head, rows];
  }

  #statistic(id, key, which, unit) {
    const running = this.statistics.of(id);
    if (!running) return "";
    if (which === "count") return count(running.count);
    return textOf(key, running.count > 0 || which === "current" ? running[which] : NaN, unit);
  }

  #cell(text) {
    const cell = document.createElement("td");
    this.#cells.push({ cell, text });
    return cell;
  }

  async #copy() {
    const { controls } = this.scope;
    try {
      await navigator.clipboard.writeText(this.text);
      controls.toast("The measurements are copied.");
    } catch {
      controls.toast("This browser does not let the page copy.");
    }
  }

  /** The table as text, columns separated by tabs. */
  get text() {
    const rows = [...byId("measure-table").rows].map((row) =>
      [...row.cells].map((cell) => cell.title || cell.textContent).join("\t"),
    );
    const note = byId("measure-span").textContent;
    return [this.scope.config.name, ...rows, ...(note ? [note] : [])].join("\n");
  }
}

function textOf(key, value = NaN, unit = "") {
  const own = MEASUREMENTS[key].unit;
  return quantity(value, own === SIGNAL_UNIT ? unit : own, DIGITS);
}

function header(text, kind = "", tone = "", signal = "") {
  const head = document.createElement("th");
  const label = document.createElement("span");
  label.textContent = text;
  label.className = kind;
  if (tone) label.style.setProperty("--tone", tone);
  if (signal) head.title = `${text} of ${signal}`;
  head.append(label);
  return head;
}

function rowOf(cells, scope = "row") {
  const row = document.createElement("tr");
  cells
    .filter(({ tagName }) => tagName === "TH")
    .forEach((head) => {
      head.scope = scope;
    });
  row.append(...cells);
  return row;
}
