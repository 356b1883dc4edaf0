/** Measurements of the visible signals, over the window or between the cursors, and over time. */

import { cutName } from "../controls/cut-name.js";
import { byId, element, input } from "../controls/elements.js";
import { DEFINITIONS } from "../measurements/definitions.js";
import { MEASUREMENTS, SIGNAL_UNIT } from "../measurements/measurements.js";
import { lackOfStates, withoutQuantities } from "../measurements/of-states.js";
import { Statistics } from "../measurements/statistics.js";
import { measureStretch } from "../measurements/stretch.js";
import { isJoined, onItsGrid } from "../samples/joined-past.js";
import { lineOf, longestOf } from "../samples/line.js";
import { count, NONE, quantity } from "../text/quantities.js";
import { Steady } from "../text/steady.js";

/**
 * @import { Controls } from "../controls/controls.js"
 * @import { Signal } from "../protocol/description.js"
 * @import { Measured } from "../measurements/stretch.js"
 * @import { Kept, Parts, Picture, Restored } from "./parts.js"
 */

/** @typedef {"current" | "mean" | "min" | "max" | "count"} Statistic */

/** @typedef {{signal: Signal & {k: number}, key: string}} Tracked a measurement of a signal, over time */

const DEFAULT = ["vpp", "mean", "rms", "frequency", "duty"];
/** Measured no more often than this (s), however often something is drawn. */
const MEASURE_EVERY = 0.2;
const DIGITS = 4;
/** So many signals are columns, as far as there is room for them; more are rows. */
const MOST_COLUMNS = 3;
/** How many measurements stand beside each other in a row of a signal; one always has room. */
const BESIDE = [2, 1];
/** Headings of statistics. @type {Record<Statistic, string>} */
const OVER_TIME = { current: "Now", mean: "Mean", min: "Min", max: "Max", count: "N" };

export class Measurements {
  #parts;
  #measuredAt = -Infinity;
  #measuredKey = "";
  /** What was measured of a recording the last time. @type {{ring: object, asked: string} | null} */
  #past = null;
  #shape = "";
  /** How often there was no room for a layout: the next one is narrower. */
  #narrower = 0;
  /** Whether the table or the room for it has another size: to ask whenever a number changes would lay out the page. */
  #isResized = true;
  /** Cells, what each is to say, why it says nothing, and how long its longest text was. @type {{cell: HTMLTableCellElement, text: () => string, why: () => string, longest: number}[]} */
  #cells = [];
  /** Of each signal, as the cells are filled. @type {number[]} */
  #perDivision = [];
  #keys = DEFAULT;
  /** Whether between the cursors, and whether over time. */
  #between = false;
  #overTime = false;
  /** Key of the signal that phases are against. @type {string | null} */
  #reference = null;
  #statistics = new Statistics();
  /** @type {Measured | null} */
  #result = null;

  /** @param {Pick<Parts, "axes" | "chart" | "config" | "controls" | "cursors" | "fullRate" | "past" | "record" | "screen" | "selection" | "timeline">} parts */
  constructor(parts) {
    this.#parts = parts;
  }

  /** @param {Controls} controls */
  bind(controls) {
    const sizes = new ResizeObserver(() => {
      this.#isResized = true;
    });
    sizes.observe(byId("measure-table"));
    sizes.observe(roomOfTable());
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
    const { fullRate, record, selection } = this.#parts;
    const [first, last] = this.#span ?? [edge - window, edge];
    const latest = source.envelope ? fullRate.samples() : null;
    const longest = record.description ? longestOf(record.description) : Infinity;
    const { source: measured, shift } = onItsGrid(source);
    const range = { source: measured, first: first - shift, last: last - shift };
    const stretch = { ...range, latest, lines: selection.signals.map(lineOf), longest };
    const isPast = isJoined(source);
    const asked = isPast
      ? JSON.stringify([first, last, latest?.edge, stretch.lines, selection.visible, this.#keys, this.#referenceAt])
      : "";
    // A million samples are measured once, and not four times a second.
    if (isPast && this.#past?.ring === source.ring && this.#past.asked === asked && this.#result) return this.#result;
    this.#past = isPast ? { ring: source.ring, asked } : null;
    const all = measureStretch(this.#keys, stretch, selection.visible, this.#referenceAt);
    const result = withoutQuantities(all, selection.signals);
    this.#statistics.select(selection.signals.flatMap(({ key }) => this.#keys.map((name) => `${key}/${name}`)));
    // The same samples once more are no second measurement.
    const { ring } = source;
    const end = Math.min(ring.next, last / source.period || ring.next);
    const key = `${first} ${last} ${ring.revision} ${end} ${latest?.edge}`;
    if (key !== this.#measuredKey) this.#count(result);
    this.#measuredKey = key;
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
    line.title = DEFINITIONS[key];
    return line;
  }

  /** @param {() => void} change */
  #set(change) {
    change();
    this.#measuredAt = -Infinity;
    // What is measured otherwise need not be written as what was before.
    this.#shape = "";
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
    if (shape !== this.#shape) {
      this.#narrower = !this.#overTime && this.#shown.length > MOST_COLUMNS ? 1 : 0;
      this.#build(shape);
    }
    this.#fill();
    while (this.#isResized && this.#narrower < BESIDE.length && isCutOff()) {
      this.#narrower += 1;
      this.#build(shape);
      this.#fill();
    }
    this.#isResized = false;
    controls.text("measure-span", this.#spanText(result));
  }

  #fill() {
    this.#perDivision = this.#parts.axes.divisions;
    for (const each of this.#cells) {
      const { cell, text, why } = each;
      const now = text();
      if (cell.textContent !== now) cell.textContent = now;
      const reason = now === NONE ? why() : "";
      if (cell.title !== reason) cell.title = reason;
      if (now.length <= each.longest) continue;
      // A column that became narrower with each sign that goes would move those beside it.
      each.longest = now.length;
      cell.style.minWidth = `${now.length}ch`;
    }
  }

  /** What was measured, where that is not what is seen. @param {Measured} result */
  #spanText({ samples, seconds, part }) {
    const isBetween = this.#span !== null;
    const where = isBetween ? "between the cursors" : "of the window";
    if (!part) return isBetween ? "Between the cursors." : "";
    const { past, screen } = this.#parts;
    if (samples === 0 && screen.picture && isJoined(screen.picture.source)) {
      const lack = past.whole?.lackOfSamples(screen.picture.window) || this.#stillComing();
      return `Minimum, maximum and Vpp ${where}, of the recording’s columns; not the rest: ${lack}.`;
    }
    if (samples === 0) {
      return `Minimum, maximum and Vpp ${where}; there are no full-rate samples of it for the rest.`;
    }
    const rest = `the rest from its latest ${count(samples)} samples (${quantity(seconds, "s", 3)})`;
    return `Minimum, maximum and Vpp ${where}; ${rest}.`;
  }

  #stillComing() {
    return this.#parts.timeline.running ? "it is measured once the view is paused" : "its samples are on their way";
  }

  /** @param {string} shape */
  #build(shape) {
    this.#shape = shape;
    this.#isResized = true;
    this.#cells = [];
    for (const key of Object.keys(MEASUREMENTS)) input(`choose-${key}`).checked = this.#keys.includes(key);
    const [head, ...rows] = this.#overTime ? this.#rowsOverTime() : this.#rowsNow();
    byId("measure-table").dataset.close = String(this.#overTime && this.#narrower === 1);
    byId("measure-head").replaceChildren(head);
    byId("measurements").replaceChildren(...rows);
  }

  /** Signals that are on, and their places. @returns {(Signal & {k: number})[]} */
  get #shown() {
    const { signals, visible } = this.#parts.selection;
    return signals.map((signal, k) => ({ ...signal, k })).filter(({ k }) => visible[k]);
  }

  #rowsNow() {
    return this.#narrower > 0 ? this.#rowsBySignal(BESIDE[this.#narrower - 1]) : this.#rowsByMeasurement();
  }

  /** A row for each measurement, a column for each signal; the first row is the heading. */
  #rowsByMeasurement() {
    const heads = this.#shown.map((signal) => this.#signalHeader(signal));
    const rows = this.#keys.map((key) =>
      rowOf([headerOf(key), ...this.#shown.map((signal) => this.#valueCell(key, signal))]),
    );
    return [rowOf([header("Measurement", "hidden"), ...heads], "col"), ...rows];
  }

  /**
   * A row for each signal; below each other the measurements that there is no room for beside each other.
   * @param {number} beside
   */
  #rowsBySignal(beside) {
    const blocks = Array.from({ length: Math.ceil(this.#keys.length / beside) }, (_, at) =>
      this.#keys.slice(at * beside, (at + 1) * beside),
    );
    return blocks.flatMap((keys) => [
      rowOf([header("Signal", "hidden"), ...keys.map((key) => headerOf(key))], "col"),
      ...this.#shown.map((signal) =>
        rowOf([this.#signalHeader(signal), ...keys.map((key) => this.#valueCell(key, signal))]),
      ),
    ]);
  }

  /** @param {Signal & {k: number}} signal */
  #signalHeader(signal) {
    const head = header("", "toned", this.#parts.chart.colourOf(signal, signal.k));
    head.firstElementChild?.append(cutName(signal.name));
    head.title = signal.name;
    return head;
  }

  /** @param {string} key @param {Signal & {k: number}} signal */
  #valueCell(key, signal) {
    const { k, unit } = signal;
    const steady = new Steady();
    return this.#cell(
      () => this.#textOf(steady, key, this.#result?.values[k]?.[key], { k, unit }),
      () => lackOfStates(key, signal) || (this.#result?.lack(k, key) ?? ""),
    );
  }

  /**
   * A row for each measurement of each signal, a column for each statistic; the first row is the heading. Where
   * there is no room the measurement stands above its row; where there is still none, its statistics stand below
   * each other.
   */
  #rowsOverTime() {
    const statistics = /** @type {Statistic[]} */ (Object.keys(OVER_TIME));
    const all = this.#shown.flatMap((signal) => this.#keys.map((key) => ({ signal, key })));
    const heads = statistics.map((which) => header(OVER_TIME[which]));
    const cellsOf = (/** @type {Tracked} */ tracked) => statistics.map((which) => this.#statisticCell(tracked, which));
    const top = rowOf([header("Measurement", "hidden"), ...heads], "col");
    if (this.#narrower === 0) {
      const rows = all.map((tracked) => rowOf([this.#trackedHeader(tracked), ...cellsOf(tracked)]));
      return [top, ...rows];
    }
    if (this.#narrower === 1) {
      const rows = all.flatMap((tracked) => [
        this.#headingRow(tracked, statistics.length + 1),
        rowOf([this.#trackedHeader(tracked, "hidden"), ...cellsOf(tracked)]),
      ]);
      return [top, ...rows];
    }
    const rows = all.flatMap((tracked) => [
      this.#headingRow(tracked, 2),
      ...cellsOf(tracked).map((cell, at) => rowOf([header(OVER_TIME[statistics[at]]), cell])),
    ]);
    return [rowOf([header("Statistic", "hidden"), header("Value", "hidden")], "col"), ...rows];
  }

  /** @param {Tracked} tracked @param {number} columns */
  #headingRow(tracked, columns) {
    const head = this.#trackedHeader(tracked);
    head.colSpan = columns;
    return rowOf([head], "colgroup");
  }

  /** @param {Tracked} tracked @param {string} [kind] */
  #trackedHeader({ signal, key }, kind = "toned") {
    const colour = this.#parts.chart.colourOf(signal, signal.k);
    return header(MEASUREMENTS[key].label, kind, colour, signal.name);
  }

  /** @param {Tracked} tracked @param {Statistic} which */
  #statisticCell({ signal, key }, which) {
    const steady = new Steady();
    const text = () => {
      const running = this.#statistics.of(`${signal.key}/${key}`);
      if (!running) return "";
      if (which === "count") return count(running.count);
      return this.#textOf(steady, key, running.count > 0 || which === "current" ? running[which] : NaN, signal);
    };
    return this.#cell(text, () => lackOfStates(key, signal) || (this.#result?.lack(signal.k, key) ?? ""));
  }

  /**
   * What a division stands for says how many digits are news.
   * @param {Steady} steady
   * @param {string} key
   * @param {number | undefined} value
   * @param {{k: number, unit: string}} signal
   */
  #textOf(steady, key, value = NaN, { k, unit }) {
    const own = MEASUREMENTS[key].unit;
    const isOfSignal = own === SIGNAL_UNIT;
    const time = own === "s" ? this.#parts.timeline.perDivision : NaN;
    const division = isOfSignal ? this.#perDivision[k] : time;
    return steady.text(value, isOfSignal ? unit : own, { now: this.#measuredAt, digits: DIGITS, division });
  }

  /** @param {() => string} text @param {() => string} why */
  #cell(text, why) {
    const cell = document.createElement("td");
    this.#cells.push({ cell, text, why, longest: 0 });
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
    const all = [...element("measure-table", HTMLTableElement).rows];
    // A name by itself stands for the eye only: it is said again in the row below.
    const rows = all
      .filter(({ cells }) => cells.length > 1 || this.#narrower > 1)
      .map((row) => [...row.cells].map((cell) => (cell.tagName === "TH" && cell.title) || cell.textContent).join("\t"));
    const note = byId("measure-span").textContent;
    return [this.#parts.config.name, ...rows, ...(note ? [note] : [])].join("\n");
  }
}

/** Whether the table is wider than the room for it. */
function isCutOff() {
  const room = roomOfTable();
  return room.scrollWidth > room.clientWidth;
}

function roomOfTable() {
  return /** @type {HTMLElement} */ (byId("measure-table").parentElement);
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

/** The name of a measurement, with what it is. The cell's own hint would be copied with the table. @param {string} key */
function headerOf(key) {
  const head = header(MEASUREMENTS[key].label);
  if (head.firstElementChild instanceof HTMLElement) head.firstElementChild.title = DEFINITIONS[key];
  return head;
}

/** @param {HTMLTableCellElement[]} cells @param {string} [scope] */
function rowOf(cells, scope = "row") {
  const row = document.createElement("tr");
  cells.filter(({ tagName }) => tagName === "TH").forEach((head) => head.setAttribute("scope", scope));
  row.append(...cells);
  return row;
}
