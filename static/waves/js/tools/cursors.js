/** Two time cursors and two level cursors: their handles, their sliders, and what they read. */

import { byId } from "../controls/elements.js";
import { CursorReadings } from "../measurements/cursor-readings.js";
import { DIGITS, differenceText, valueText } from "../measurements/cursor-texts.js";
import { NAMES as TIMES } from "../measurements/time-cursors.js";
import { isInLane } from "../samples/line.js";
import { NONE, quantity } from "../text/quantities.js";
import { stateName } from "../text/states.js";

/**
 * @import { Item, Point } from "../chart/overlay.js"
 * @import { Controls } from "../controls/controls.js"
 * @import { Name as TimeName } from "../measurements/time-cursors.js"
 * @import { Kept, Mark, Parts, Picture, Restored } from "./parts.js"
 */

/** @typedef {"a" | "b"} LevelName */
/** @typedef {TimeName | LevelName} Name */

/** @type {LevelName[]} */
const LEVELS = ["a", "b"];
/** @type {Name[]} */
const NAMES = [...TIMES, ...LEVELS];
/** @type {{time: "vertical", level: "horizontal"}} */
const LINES = { time: "vertical", level: "horizontal" };
/** Where level cursors stand at first, as shares of the plot. */
const SHARES = { a: 0.7, b: 0.3 };
/** A key moves by this share of a division, with shift by a whole one. */
const FINE = 0.02;
/** A button moves by this share: for those who can neither drag nor press keys. */
const CLICK = 0.1;
/** What a float64 holds: a level may stand on little ripple on much. */
const DIGITS_OF_LEVELS = 15;
const NO_DIFFERENCE = "States have no difference.";
const OUTSIDE = "This cursor is outside the window.";
/** What is read at a running picture changes this often (ms): faster nobody can read. */
const READ_EVERY = 250;
/** What is taken hold of at the border comes in from this share of the plot on. */
const BORDER = 0.06;
/** @typedef {import("../chart/flags.js").Row} Row */
/** Before the first picture cursors are where a link says. */
const START = { edge: 0, zero: 0 };

export class Cursors {
  #parts;
  #cursors;
  #readings;
  /** The right end of a frozen view that a link made. @type {number | null} */
  #heldAt = null;
  /** @type {HTMLTableCellElement[][]} */
  #rows = [];
  /** Which of them the buttons move: the one that had the focus last. @type {Name} */
  #chosen = "1";
  /** In the unit of the signal whose axis they are on. @type {Record<LevelName, number | null>} */
  #levels = { a: null, b: null };
  /** Key of that signal. @type {string | null} */
  #key = null;
  /** What is read at each time cursor, and when that was. @type {Row[][]} */
  #read = [];
  #readAt = -Infinity;

  /** @param {Pick<Parts, "axes" | "chart" | "controls" | "cursors" | "record" | "screen" | "selection" | "timeline" | "triggering">} parts */
  constructor(parts) {
    this.#parts = parts;
    this.#cursors = parts.cursors;
    this.#readings = new CursorReadings(parts);
  }

  /** @param {Controls} controls */
  bind(controls) {
    controls.click("cursors-toggle", () => this.#toggle());
    controls.keys({ c: () => this.#toggle() });
    controls.choice("cursor-signal", (key) => this.#choose(key));
    controls.click("cursor-less", () => this.#step(this.#chosen, -CLICK));
    controls.click("cursor-more", () => this.#step(this.#chosen, CLICK));
    controls.click("cursors-here", () => this.#bringHere());
    for (const name of NAMES) this.#listen(name);
  }

  /** @param {Restored} state */
  restore({ cursors, ct, cy, csignal }) {
    this.#cursors.shown = cursors === "1";
    this.#cursors.restore(numbers(ct));
    const [a, b] = numbers(cy) ?? [null, null];
    this.#levels = { a, b };
    this.#key = csignal ?? null;
  }

  /** @returns {Kept} */
  state() {
    if (!this.#cursors.shown || !this.#cursors.arePlaced) return {};
    const seen = this.#parts.screen.picture ?? START;
    const ct = TIMES.map((name) => this.#cursors.x(name, seen) - seen.zero);
    const { a, b } = this.#levels;
    // Levels of another signal are chosen with its next picture.
    const cy = a === null || b === null ? null : [a, b].map((level) => short(level, DIGITS_OF_LEVELS)).join(",");
    return { cursors: 1, ct: ct.map((time) => short(time)).join(","), cy, csignal: this.#key };
  }

  changedSignals() {
    this.#makeRows();
  }

  themed() {
    this.#makeRows();
  }

  #toggle() {
    const { screen } = this.#parts;
    this.#cursors.shown = !this.#cursors.shown;
    if (this.#cursors.shown && screen.picture) {
      this.#follow(screen.picture);
      this.#bringIn(screen.picture);
    }
    screen.changed();
    if (this.#cursors.shown) this.#focus("1");
  }

  /** @param {Picture} picture @returns {Item[]} */
  overlay(picture) {
    if (!this.#cursors.shown) return [];
    this.#follow(picture);
    if (!this.#cursors.arePlaced || this.#levels.a === null) this.#bringIn(picture);
    // Where all signals stand in lanes there is no axis for a level.
    const levels = this.#isPlotted ? LEVELS : [];
    return [
      ...TIMES.map((name) => this.#timeItem(name, picture)),
      ...levels.map((name) => this.#levelItem(name, picture)),
      ...this.#readouts(picture, levels),
    ];
  }

  /** @param {Picture} picture */
  drawn(picture) {
    this.#cursors.drawn(picture);
  }

  /** @returns {Mark[]} */
  marks() {
    const span = this.#cursors.span(this.#parts.screen.picture) ?? [];
    return span.map((seconds) => ({ seconds, colour: "--accent" }));
  }

  readings() {
    const { controls, screen } = this.#parts;
    const { picture } = screen;
    controls.press("cursors-toggle", this.#cursors.shown);
    controls.show("cursor-readings", this.#cursors.shown);
    const isRead = this.#cursors.shown && this.#cursors.arePlaced && picture !== null;
    controls.show("cursors-here", this.#cursors.shown);
    controls.enable("cursors-here", isRead && this.#outside(picture).length > 0);
    if (isRead) this.#show(picture);
  }

  /** @param {Picture} picture */
  #show(picture) {
    const { axes, controls, selection, timeline } = this.#parts;
    const { perDivision } = timeline;
    const [x1, x2] = TIMES.map((name) => this.#cursors.x(name, picture));
    const { a, b } = this.#levels;
    controls.text("cursor-dt", quantity(Math.abs(x2 - x1), "s", DIGITS, perDivision));
    controls.text("cursor-frequency", quantity(x1 === x2 ? NaN : 1 / Math.abs(x2 - x1), "Hz", DIGITS));
    const isNumber = this.#isPlotted && !this.#states && a !== null && b !== null;
    controls.text("cursor-dy", quantity(isNumber ? b - a : NaN, this.#unit, DIGITS, axes.divisionOf(this.#k)));
    byId("cursor-dy").title = this.#states ? NO_DIFFERENCE : "";
    this.#slide("1", quantity(x1 - picture.zero, "s", DIGITS, perDivision));
    this.#slide("2", quantity(x2 - picture.zero, "s", DIGITS, perDivision));
    for (const name of LEVELS) this.#slide(name, this.#levelText(name));
    controls.text(
      "cursor-chosen",
      isTime(this.#chosen) ? `time ${this.#chosen}` : `level ${this.#chosen.toUpperCase()}`,
    );
    controls.choose("cursor-signal", selection.signals[this.#k]?.key ?? "");
    this.#rows.forEach((cells, k) => this.#showValues(picture, cells, k));
  }

  /** The signal whose axis the level cursors are on, by its place. */
  get #k() {
    const { selection } = this.#parts;
    const chosen = selection.placeOf(this.#key);
    if (chosen >= 0 && !isInLane(selection.signals[chosen])) return chosen;
    return selection.firstPlotted;
  }

  /** Whether the signal of the levels is drawn in the plot. */
  get #isPlotted() {
    const signal = this.#parts.selection.signals[this.#k];
    return signal !== undefined && !isInLane(signal);
  }

  get #states() {
    return this.#parts.selection.signals[this.#k]?.states;
  }

  get #unit() {
    return this.#parts.selection.signals[this.#k]?.unit ?? "";
  }

  /** @param {Picture} picture */
  #axis({ axes, axisOf }) {
    const axis = axisOf[this.#k] ?? 0;
    return { axis, ...axes[axis] };
  }

  /** @param {Picture} picture */
  #follow(picture) {
    const { timeline, triggering } = this.#parts;
    const { running } = timeline;
    this.#cursors.follow(picture, { running, stands: triggering.stands, isEarly: this.#isEarly(picture) });
  }

  /**
   * Whether the trigger that a link's cursors count from is yet to be found, or its samples are yet to
   * come; in a frozen view that is scrolled there was none.
   * @param {Picture} picture
   */
  #isEarly({ edge, trigger }) {
    const { timeline, triggering } = this.#parts;
    if (timeline.running || triggering.mode === "off") return !triggering.isSettled;
    this.#heldAt ??= edge;
    return !trigger && edge === this.#heldAt;
  }

  /** Cursors that are nowhere to be seen come back. @param {Picture} picture */
  #bringIn(picture) {
    this.#cursors.bringIn(picture, picture.window);
    const { min, max } = this.#axis(picture);
    const levels = Object.values(this.#levels);
    if (levels.some((y) => y !== null && y >= min && y <= max)) return;
    for (const name of LEVELS) this.#levels[name] = tidy(min + SHARES[name] * (max - min), (max - min) / 1000);
  }

  /** Those that are not in the window. @param {Picture} picture */
  #outside(picture) {
    const { min, max } = this.#axis(picture);
    const levels = this.#isPlotted ? LEVELS.filter((name) => !isBetween(this.#levels[name], min, max)) : [];
    return [...TIMES.filter((name) => !this.#isSeen(name, picture)), ...levels];
  }

  /** @param {TimeName} name @param {Picture} picture */
  #isSeen(name, picture) {
    return this.#cursors.isSeen(name, picture, picture.window);
  }

  /** Cursors that are outside of the window come into it, and those that are in it stay. */
  #bringHere() {
    const { controls, screen } = this.#parts;
    const { picture } = screen;
    if (!picture) return;
    const outside = this.#outside(picture);
    const { min, max } = this.#axis(picture);
    this.#cursors.bringHere(picture, picture.window);
    for (const name of LEVELS.filter((each) => outside.includes(each))) {
      this.#moveLevel(name, tidy(min + SHARES[name] * (max - min), (max - min) / 1000));
    }
    this.#moved();
    // A button that can no longer be pressed has no focus to keep.
    if (outside.length > 0) this.#focus(outside[0]);
    controls.enable("cursors-here", false);
  }

  /** What is read at the cursors stands beside them: in the picture, and so in what is exported. @param {Picture} picture @param {LevelName[]} levels @returns {Item[]} */
  #readouts(picture, levels) {
    const now = performance.now();
    if (!this.#parts.timeline.running || now - this.#readAt >= READ_EVERY) {
      this.#readAt = now;
      this.#read = TIMES.map((name) => this.#readings.rowsAt(picture, this.#cursors.x(name, picture)));
    }
    const [x1, x2] = TIMES.map((name) => this.#cursors.x(name, picture));
    const isOrdered = x1 <= x2;
    const times = TIMES.filter((name) => this.#isSeen(name, picture)).map((name) => {
      const side = (name === "1") === isOrdered ? -1 : 1;
      const rows = this.#read[TIMES.indexOf(name)];
      return { id: `read-${name}`, line: LINES.time, x: this.#cursors.x(name, picture), rows, side, colour: "--text" };
    });
    return [...times, ...levels.flatMap((name) => this.#levelReadout(name, picture))];
  }

  /** @param {LevelName} name @param {Picture} picture @returns {Item[]} */
  #levelReadout(name, picture) {
    const { chart, selection } = this.#parts;
    const { axis, min, max } = this.#axis(picture);
    const [y, other] = [this.#levels[name] ?? NaN, this.#levels[name === "a" ? "b" : "a"] ?? NaN];
    if (!isBetween(y, min, max)) return [];
    const colour = chart.colourOf(selection.signals[this.#k], this.#k);
    const side = y > other || (y === other && name === "a") ? -1 : 1;
    const rows = [{ text: this.#levelText(name), colour }];
    return [{ id: `read-${name}`, line: LINES.level, y, axis, rows, side, colour }];
  }

  /** NaN where the signal is off, or the cursor outside of what is seen. @param {TimeName} name @param {Picture} picture @param {number} k */
  #valueAt(name, picture, k) {
    const isSeen = this.#isSeen(name, picture);
    return isSeen ? this.#readings.valueAt(picture, this.#cursors.x(name, picture), k) : { low: NaN, high: NaN };
  }

  /** @param {TimeName} name @param {Picture} picture @returns {Item} */
  #timeItem(name, picture) {
    return {
      id: `cursor-${name}`,
      line: LINES.time,
      x: this.#cursors.x(name, picture),
      colour: "--accent",
      handle: "flag",
      label: name,
      clamp: true,
      ...this.#hold(name, ({ along }) => {
        if (this.#isSeen(name, picture) || isBetween(along, BORDER, 1 - BORDER)) {
          this.#moveTime(name, (Math.min(1, Math.max(0, along)) - 1) * picture.window);
        }
      }),
    };
  }

  /** @param {LevelName} name @param {Picture} picture @returns {Item} */
  #levelItem(name, picture) {
    const { chart, selection } = this.#parts;
    const { axis, min, max } = this.#axis(picture);
    const k = this.#k;
    return {
      id: `cursor-${name}`,
      line: LINES.level,
      y: this.#levels[name] ?? NaN,
      axis,
      colour: chart.colourOf(selection.signals[k], k),
      dash: true,
      handle: "flag",
      label: name.toUpperCase(),
      clamp: true,
      ...this.#hold(name, (point) => {
        if (isBetween(this.#levels[name], min, max) || isBetween(point.up, BORDER, 1 - BORDER)) {
          this.#moveLevel(name, tidy(Math.min(max, Math.max(min, point.yOf(axis))), (max - min) / 1000));
        }
      }),
    };
  }

  /** What hands do with a flag: where it only points to its cursor, a click brings that here. @param {Name} name @param {(point: Point) => void} drag */
  #hold(name, drag) {
    const { picture } = this.#parts.screen;
    const isOutside = picture !== null && this.#outside(picture).includes(name);
    const drop = () => {
      const seen = this.#parts.screen.picture;
      if (seen && this.#outside(seen).includes(name)) this.#bringHere();
      this.#focus(name);
    };
    return { drag, drop, ...(isOutside ? { title: "Outside the window: a click brings it here" } : {}) };
  }

  /** @param {TimeName} name @param {number} x */
  #moveTime(name, x) {
    const { screen } = this.#parts;
    if (screen.picture) this.#cursors.move(name, x, screen.picture);
    this.#moved();
  }

  /** What is read is another. */
  #moved() {
    this.#readAt = -Infinity;
    this.#parts.screen.changed();
  }

  /** @param {LevelName} name @param {number} y */
  #moveLevel(name, y) {
    this.#cursors.settle();
    // Between two states there is nothing.
    this.#levels[name] = this.#states ? Math.round(y) : y;
    this.#moved();
  }

  /** @param {Name} name */
  #focus(name) {
    byId(`cursor-${name}`).focus({ preventScroll: true });
  }

  /** @param {Name} name */
  #listen(name) {
    const slider = byId(`cursor-${name}`);
    slider.addEventListener("keydown", (event) => this.#keydown(name, event));
    slider.addEventListener("focus", () => {
      this.#chosen = name;
      this.readings();
    });
  }

  /** @param {Name} name @param {KeyboardEvent} event */
  #keydown(name, event) {
    const isUp = event.key === "ArrowRight" || event.key === "ArrowUp";
    if (!isUp && event.key !== "ArrowLeft" && event.key !== "ArrowDown") return;
    event.preventDefault();
    // On the page the arrows scroll and move the view.
    event.stopPropagation();
    this.#step(name, (isUp ? 1 : -1) * (event.shiftKey ? 1 : FINE));
  }

  /** By divisions. @param {Name} name @param {number} steps */
  #step(name, steps) {
    const { screen, timeline } = this.#parts;
    const { picture } = screen;
    if (!picture) return;
    if (isTime(name)) {
      const x = this.#cursors.x(name, picture) + steps * timeline.perDivision;
      this.#moveTime(name, Math.min(0, Math.max(-timeline.window, x)));
    } else {
      const { perDivision } = this.#axis(picture);
      const by = this.#states ? Math.sign(steps) : steps * perDivision;
      this.#moveLevel(name, tidy((this.#levels[name] ?? 0) + by, perDivision * FINE));
    }
  }

  /** @param {string} key */
  #choose(key) {
    this.#key = key;
    this.#levels = { a: null, b: null };
    this.#parts.screen.changed();
  }

  /** @param {LevelName} name */
  #levelText(name) {
    const level = this.#levels[name];
    if (level === null || !this.#isPlotted) return NONE;
    const division = this.#parts.axes.divisionOf(this.#k);
    return stateName(this.#states, level) ?? quantity(level, this.#unit, DIGITS, division);
  }

  /** @param {Name} name @param {string} text */
  #slide(name, text) {
    const slider = byId(`cursor-${name}`);
    this.#parts.controls.text(`cursor-${name}`, text);
    if (slider.getAttribute("aria-valuetext") === text) return;
    slider.setAttribute("aria-valuetext", text);
    slider.setAttribute("aria-valuenow", String(isTime(name) ? this.#cursors.time(name) : this.#levels[name]));
  }

  /** @param {Picture} picture @param {HTMLTableCellElement[]} cells @param {number} k */
  #showValues(picture, cells, k) {
    const signal = this.#parts.selection.signals[k];
    const division = this.#parts.axes.divisionOf(k);
    const values = TIMES.map((name) => this.#valueAt(name, picture, k));
    const texts = values.map((value) => valueText(value, signal, division));
    const reasons = TIMES.map((name, at) => (this.#isSeen(name, picture) ? texts[at] : OUTSIDE));
    texts.push(differenceText(values, signal, division));
    reasons.push(signal.states ? NO_DIFFERENCE : texts[2]);
    texts.forEach((text, at) => {
      if (cells[at].textContent !== text) cells[at].textContent = text;
      if (cells[at].title !== reasons[at]) cells[at].title = reasons[at];
    });
  }

  #makeRows() {
    const { chart, controls, selection } = this.#parts;
    const rows = selection.signals.map((signal, k) => {
      const row = document.createElement("tr");
      const head = document.createElement("th");
      head.scope = "row";
      head.textContent = head.title = signal.name;
      head.className = "toned";
      head.style.setProperty("--tone", chart.colourOf(signal, k));
      const cells = Array.from({ length: 3 }, () => document.createElement("td"));
      row.append(head, ...cells);
      return { row, cells };
    });
    this.#rows = rows.map(({ cells }) => cells);
    byId("cursor-values").replaceChildren(...rows.map(({ row }) => row));
    controls.options(
      "cursor-signal",
      selection.signals.map(({ key, name }) => [key, name]),
    );
  }
}

/** @param {Name} name @returns {name is TimeName} */
function isTime(name) {
  return name === "1" || name === "2";
}

/** @param {number | null} value @param {number} low @param {number} high */
function isBetween(value, low, high) {
  return value !== null && value >= low && value <= high;
}

/** "0.1,0.2" as two numbers, or null. @param {string | undefined} text @returns {[number, number] | null} */
function numbers(text) {
  const [one, two, ...others] = (text ?? "").split(",").map(Number);
  const isPair = text !== "" && others.length === 0 && Number.isFinite(one) && Number.isFinite(two);
  return isPair ? [one, two] : null;
}

const short = (/** @type {number} */ value, digits = 6) => String(Number(value.toPrecision(digits)));

/** Rounded to a step: what a hand on the mouse means. @param {number} value @param {number} step */
function tidy(value, step) {
  const decade = 10 ** Math.floor(Math.log10(step));
  return Number((Math.round(value / decade) * decade).toPrecision(DIGITS_OF_LEVELS));
}
