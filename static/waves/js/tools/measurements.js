/** Measurements of the visible signals, over the window or between the cursors, and over time. */

import { byId, element, input } from "../controls/elements.js";
import { MEASUREMENTS, SIGNAL_UNIT } from "../measurements/measurements.js";
import { lackOfStates, withoutQuantities } from "../measurements/of-states.js";
import { Statistics } from "../measurements/statistics.js";
import { measureStretch } from "../measurements/stretch.js";
import { count, NONE, quantity } from "../text/quantities.js";

/**
 * @import { Controls } from "../controls/controls.js"
 * @import { Signal } from "../protocol/description.js"
 * @import { Running } from "../measurements/statistics.js"
 * @import { Measured } from "../measurements/stretch.js"
 * @import { Kept, Parts, Picture, Restored } from "./parts.js"
 */

/** @typedef {"current" | "mean" | "min" | "max" | "count"} Statistic */

const DEFAULT = ["vpp", "mean", "rms", "frequency", "duty"];
/** Measured no more often than this (s), however often something is drawn. */
const MEASURE_EVERY = 0.2;
const DIGITS = 4;
/** Headings of statistics. @type {Record<Statistic, string>} */
const OVER_TIME = { current: "Now", mean: "Mean", min: "Min", max: "Max", count: "N" };

export class Measurements {
  #parts;
  #measuredAt = -Infinity;
  #measuredKey = "";
  #shape = "";
  /** Cells, what each is to say, and why it says nothing. @type {{cell: HTMLTableCellElement, text: () => string, why: () => string}[]} */
  #cells = [];
  #keys = DEFAULT;
  /** Whether between the cursors, and whether over time. */
  #between = false;
  #overTime = false;
  /** Key of the signal that phases are against. @type {string | null} */
  #reference = null;
  #statistics = new Statistics();
  /** @type {Measured | null} */
  #result = null;

  /** @param {Pick<Parts, "chart" | "config" | "controls" | "cursors" | "fullRate" | "screen" | "selection">} parts */
  constructor(parts) {
    this.#parts = parts;
  }

  /** @param {Controls} controls */
  bind(controls) {
    const choices = Object.entries(MEASUREMENTS).map(([key, { label }]) => this.#choiceOf(key, label));
    byId("measure-choice").replaceChildren(...choices);
    controls.click("measure-between", () =>
      this.#set(() => {
        this.#between = !this.#between;
      }),
    );
    controls.click("measure-statistics", () =>
      this.#set(() => {
        this.#overTime = !this.#overTime;
      }),
    );
    controls.click("measure-reset", () => this.#reset());
    controls.click("measure-copy", () => this.#copy());
    controls.choice("measure-reference", (reference) =>
      this.#set(() => {
        this.#reference = reference;
      }),
    );
  }

  /** @param {Restored} state */
  restore({ measure, mbetween, mstats, mref }) {
    const keys = (measure ?? DEFAULT.join(",")).split(",");
    this.#keys = Object.keys(MEASUREMENTS).filter((key) => keys.includes(key));
    this.#between = mbetween === "1";
    this.#overTime = mstats === "1";
    this.#reference = mref ?? null;
  }

  /** @returns {Kept} */
  state() {
    const measure = this.#keys.join() === DEFAULT.join() ? null : this.#keys.join(",");
    return {
      measure,
      mbetween: this.#between ? 1 : null,
      mstats: this.#overTime ? 1 : null,
      mref: this.#reference,
    };
  }

  changedSignals() {
    const { controls, selection } = this.#parts;
    controls.options(
      "measure-reference",
      selection.signals.map(({ key, name }) => [key, name]),
    );
    this.#shape = "";
  }

  themed() {
    this.#shape = "";
  }

  began() {
    this.#statistics.reset();
  }

  /** @param {number} now */
  readings(now) {
    const { controls, cursors, screen, selection } = this.#parts;
    const { signals } = selection;
    controls.press("measure-between", this.#span !== null);
    controls.enable("measure-between", cursors.shown);
    controls.press("measure-statistics", this.#overTime);
    controls.show("measure-reset", this.#overTime);
    controls.show("measure-phase", this.#keys.includes("phase") && signals.length > 1);
    controls.choose("measure-reference", signals[this.#referenceAt]?.key ?? "");
    if (!screen.picture || now - this.#measuredAt < MEASURE_EVERY) return;
    this.#measuredAt = now;
    this.#result = this.#measure(screen.picture);
    this.#show(this.#result);
  }

  /** Seconds of the stream between the cursors, where that is what is measured. */
  get #span() {
    const { cursors, screen } = this.#parts;
    return this.#between ? cursors.span(screen.picture) : null;
  }

  get #referenceAt() {
    return Math.max(0, this.#parts.selection.placeOf(this.#reference));
  }

  /** @param {Picture} picture */
  #measure({ edge, source, window }) {
    const { fullRate, selection } = this.#parts;
    const [first, last] = this.#span ?? [edge - window, edge];
    const latest = source.envelope ? fullRate.samples() : null;
    const stretch = { source, first, last, latest };
    const all = measureStretch(this.#keys, stretch, selection.visible, this.#referenceAt);
    const result = withoutQuantities(all, selection.signals);
    this.#statistics.select(selection.signals.flatMap(({ key }) => this.#keys.map((name) => `${key}/${name}`)));
    // The same samples once more are no second measurement.
    const { ring } = source;
    const end = Math.min(ring.next, last / source.period || ring.next);
    const measured = `${first} ${last} ${ring.revision} ${end} ${latest?.edge}`;
    if (measured !== this.#measuredKey) this.#count(result);
    this.#measuredKey = measured;
    return result;
  }

  /** @param {Measured} result */
  #count({ values }) {
    const counted = this.#parts.selection.signals.flatMap(({ key }, k) =>
      Object.entries(values[k] ?? {}).map(([name, value]) => [`${key}/${name}`, value]),
    );
    this.#statistics.add(Object.fromEntries(counted));
  }

  /** @param {string} key @param {string} label */
  #choiceOf(key, label) {
    const box = document.createElement("input");
    const line = document.createElement("label");
    Object.assign(box, { type: "checkbox", value: key, id: `choose-${key}` });
    box.addEventListener("change", () => {
      const isChosen = (/** @type {string} */ name) => input(`choose-${name}`).checked;
      this.#set(() => {
        this.#keys = Object.keys(MEASUREMENTS).filter(isChosen);
      });
    });
    line.append(box, label);
    return line;
  }

  /** @param {() => void} change */
  #set(change) {
    change();
    this.#measuredAt = -Infinity;
    this.#parts.screen.changed();
  }

  #reset() {
    this.#statistics.reset();
    this.#measuredKey = "";
    this.#set(() => {});
  }

  /** @param {Measured} result */
  #show(result) {
    const { controls, selection } = this.#parts;
    const shape = JSON.stringify([this.#keys, this.#overTime, selection.visible]);
    if (shape !== this.#shape) this.#build(shape);
    for (const { cell, text, why } of this.#cells) {
      const now = text();
      if (cell.textContent !== now) cell.textContent = now;
      const reason = now === NONE ? why() : "";
      if (cell.title !== reason) cell.title = reason;
    }
    controls.text("measure-span", this.#spanText(result));
  }

  /** What was measured, where that is not what is seen. @param {Measured} result */
  #spanText({ samples, seconds, part }) {
    const isBetween = this.#span !== null;
    const where = isBetween ? "between the cursors" : "of the window";
    if (!part) return isBetween ? "Between the cursors." : "";
    if (samples === 0) {
      return `Minimum, maximum and Vpp ${where}; there are no full-rate samples of it for the rest.`;
    }
    const rest = `the rest from its latest ${count(samples)} samples (${quantity(seconds, "s", 3)})`;
    return `Minimum, maximum and Vpp ${where}; ${rest}.`;
  }

  /** @param {string} shape */
  #build(shape) {
    this.#shape = shape;
    this.#cells = [];
    for (const key of Object.keys(MEASUREMENTS)) input(`choose-${key}`).checked = this.#keys.includes(key);
    const { head, rows } = this.#overTime ? this.#rowsOverTime() : this.#rowsNow();
    byId("measure-head").replaceChildren(rowOf([header("Measurement", "hidden"), ...head], "col"));
    byId("measurements").replaceChildren(...rows);
  }

  /** Signals that are on, and their places. @returns {(Signal & {k: number})[]} */
  get #shown() {
    const { signals, visible } = this.#parts.selection;
    return signals.map((signal, k) => ({ ...signal, k })).filter(({ k }) => visible[k]);
  }

  /** A row for each measurement, a column for each signal. */
  #rowsNow() {
    const { chart } = this.#parts;
    const shown = this.#shown;
    const head = shown.map((signal) => header(signal.name, "toned", chart.colourOf(signal, signal.k)));
    const rows = this.#keys.map((key) => {
      const cells = shown.map((signal) => {
        const { k, unit } = signal;
        const why = () => lackOfStates(key, signal);
        return this.#cell(() => textOf(key, this.#result?.values[k]?.[key], unit), why);
      });
      return rowOf([header(MEASUREMENTS[key].label), ...cells]);
    });
    return { head, rows };
  }

  /** A row for each measurement of each signal, a column for each statistic. */
  #rowsOverTime() {
    const { chart } = this.#parts;
    const statistics = /** @type {Statistic[]} */ (Object.keys(OVER_TIME));
    const rows = this.#shown.flatMap((signal) => {
      const colour = chart.colourOf(signal, signal.k);
      return this.#keys.map((key) => {
        const running = () => this.#statistics.of(`${signal.key}/${key}`);
        const why = () => lackOfStates(key, signal);
        const cells = statistics.map((which) =>
          this.#cell(() => statisticText(running(), key, which, signal.unit), why),
        );
        return rowOf([header(MEASUREMENTS[key].label, "toned", colour, signal.name), ...cells]);
      });
    });
    return { head: statistics.map((which) => header(OVER_TIME[which])), rows };
  }

  /** @param {() => string} text @param {() => string} why */
  #cell(text, why) {
    const cell = document.createElement("td");
    this.#cells.push({ cell, text, why });
    return cell;
  }

  async #copy() {
    const { controls } = this.#parts;
    try {
      await navigator.clipboard.writeText(this.#text);
      controls.toast("The measurements are copied.");
    } catch {
      controls.toast("This browser does not let the page copy.");
    }
  }

  /** The table as text, columns separated by tabs. */
  get #text() {
    const rows = [...element("measure-table", HTMLTableElement).rows].map((row) =>
      [...row.cells].map((cell) => (cell.tagName === "TH" && cell.title) || cell.textContent).join("\t"),
    );
    const note = byId("measure-span").textContent;
    return [this.#parts.config.name, ...rows, ...(note ? [note] : [])].join("\n");
  }
}

/** @param {Running | undefined} running @param {string} key @param {Statistic} which @param {string} unit */
function statisticText(running, key, which, unit) {
  if (!running) return "";
  if (which === "count") return count(running.count);
  return textOf(key, running.count > 0 || which === "current" ? running[which] : NaN, unit);
}

/** @param {string} key @param {number} [value] @param {string} [unit] */
function textOf(key, value = NaN, unit = "") {
  const own = MEASUREMENTS[key].unit;
  return quantity(value, own === SIGNAL_UNIT ? unit : own, DIGITS);
}

/** @param {string} text @param {string} [kind] @param {string} [tone] @param {string} [signal] */
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

/** @param {HTMLTableCellElement[]} cells @param {string} [scope] */
function rowOf(cells, scope = "row") {
  const row = document.createElement("tr");
  cells.filter(({ tagName }) => tagName === "TH").forEach((head) => head.setAttribute("scope", scope));
  row.append(...cells);
  return row;
}
