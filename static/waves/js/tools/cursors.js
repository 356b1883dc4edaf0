/** Two time cursors and two level cursors: their handles, their sliders, and what they read. */

import { CursorTable } from "../controls/cursor-table.js";
import { byId } from "../controls/elements.js";
import { CursorReadings } from "../measurements/cursor-readings.js";
import { DIGITS, NO_DIFFERENCE } from "../measurements/cursor-texts.js";
import { LEVEL_DIGITS, NAMES as LEVELS, LevelCursors } from "../measurements/level-cursors.js";
import { NAMES as TIMES } from "../measurements/time-cursors.js";
import { quantity, spanText } from "../text/quantities.js";

/**
 * @import { Item, Point } from "../chart/overlay.js"
 * @import { Controls } from "../controls/controls.js"
 * @import { Name as LevelName } from "../measurements/level-cursors.js"
 * @import { Name as TimeName } from "../measurements/time-cursors.js"
 * @import { Kept, Mark, Parts, Picture, Restored } from "./parts.js"
 */

/** @typedef {TimeName | LevelName} Name */

/** @type {Name[]} */
const NAMES = [...TIMES, ...LEVELS];
/** @type {{time: "vertical", level: "horizontal"}} */
const LINES = { time: "vertical", level: "horizontal" };
/** A key moves by this share of a division, with shift by a whole one. */
const FINE = 0.02;
/** A button moves by this share: for those who can neither drag nor press keys. */
const CLICK = 0.1;
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
  #table;
  /** Which of them the buttons move: the one that had the focus last. @type {Name} */
  #chosen = "1";
  #levels;
  /** What is read at each time cursor, and when that was. @type {Row[][]} */
  #read = [];
  #readAt = -Infinity;

  /** @param {Pick<Parts, "axes" | "chart" | "controls" | "cursors" | "past" | "record" | "screen" | "selection" | "timeline" | "triggering" | "zone">} parts */
  constructor(parts) {
    this.#parts = parts;
    this.#cursors = parts.cursors;
    this.#readings = new CursorReadings(parts);
    this.#levels = new LevelCursors(parts);
    this.#table = new CursorTable(parts);
  }

  /** @param {number} by seconds */
  shifted(by) {
    this.#cursors.shift(by);
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
    this.#levels.place({ a, b }, csignal ?? null);
  }

  /** @returns {Kept} */
  state() {
    if (!this.#cursors.shown || !this.#cursors.arePlaced) return {};
    const seen = this.#parts.screen.picture ?? START;
    const ct = TIMES.map((name) => this.#cursors.x(name, seen) - seen.zero);
    // Levels of another signal are chosen with its next picture.
    const cy = this.#levels.arePlaced
      ? LEVELS.map((name) => short(this.#levels.at(name), LEVEL_DIGITS)).join(",")
      : null;
    return { cursors: 1, ct: ct.map((time) => short(time)).join(","), cy, csignal: this.#levels.key };
  }

  changedSignals() {
    const { controls, selection } = this.#parts;
    this.#table.make();
    controls.options(
      "cursor-signal",
      selection.signals.map(({ key, name }) => [key, name]),
    );
  }

  themed() {
    this.#table.make();
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
    if (!this.#cursors.arePlaced || !this.#levels.arePlaced) this.#bringIn(picture);
    return [
      ...TIMES.map((name) => this.#timeItem(name, picture)),
      ...this.#levels.names.map((name) => this.#levelItem(name, picture)),
      ...this.#readouts(picture),
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
    const { controls, timeline } = this.#parts;
    const { perDivision } = timeline;
    const [x1, x2] = TIMES.map((name) => this.#cursors.x(name, picture));
    controls.text("cursor-dt", spanText(Math.abs(x2 - x1), DIGITS, perDivision));
    controls.text("cursor-frequency", quantity(x1 === x2 ? NaN : 1 / Math.abs(x2 - x1), "Hz", DIGITS));
    controls.text("cursor-dy", this.#levels.differenceText);
    byId("cursor-dy").title = this.#levels.signal?.states ? NO_DIFFERENCE : "";
    this.#slide("1", spanText(x1 - picture.zero, DIGITS, perDivision));
    this.#slide("2", spanText(x2 - picture.zero, DIGITS, perDivision));
    for (const name of LEVELS) this.#slide(name, this.#levels.text(name));
    controls.text(
      "cursor-chosen",
      isTime(this.#chosen) ? `time ${this.#chosen}` : `level ${this.#chosen.toUpperCase()}`,
    );
    controls.choose("cursor-signal", this.#levels.signal?.key ?? "");
    this.#table.show(TIMES.map((name) => this.#valuesAt(name, picture)));
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
    this.#levels.bringIn(picture);
  }

  /** Those that are not in the window. @param {Picture} picture */
  #outside(picture) {
    const times = TIMES.filter((name) => !this.#isSeen(name, picture));
    return [...times, ...this.#levels.names.filter((name) => !this.#levels.isSeen(name, picture))];
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
    this.#cursors.bringHere(picture, picture.window);
    for (const name of LEVELS.filter((each) => outside.includes(each))) this.#levels.bringHere(name, picture);
    this.#moved();
    // A button that can no longer be pressed has no focus to keep.
    if (outside.length > 0) this.#focus(outside[0]);
    controls.enable("cursors-here", false);
  }

  /** What is read at the cursors stands beside them: in the picture, and so in what is exported. @param {Picture} picture @returns {Item[]} */
  #readouts(picture) {
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
    const levels = this.#levels.names.filter((name) => this.#levels.isSeen(name, picture));
    return [...times, ...levels.map((name) => this.#levelReadout(name, picture))];
  }

  /** @param {LevelName} name @param {Picture} picture @returns {Item} */
  #levelReadout(name, picture) {
    const [y, other] = [name, name === "a" ? "b" : "a"].map((each) => this.#levels.at(/** @type {LevelName} */ (each)));
    const side = y > other || (y === other && name === "a") ? -1 : 1;
    const colour = this.#levelColour;
    const rows = [{ text: this.#levels.text(name), colour }];
    return { id: `read-${name}`, line: LINES.level, y, axis: this.#levels.axis(picture).axis, rows, side, colour };
  }

  /** That of the signal whose levels these are. */
  get #levelColour() {
    const { chart, selection } = this.#parts;
    return chart.colourOf(selection.signals[this.#levels.k], this.#levels.k);
  }

  /** Of each signal; null where the cursor is outside of what is seen. @param {TimeName} name @param {Picture} picture */
  #valuesAt(name, picture) {
    if (!this.#isSeen(name, picture)) return null;
    const x = this.#cursors.x(name, picture);
    return this.#parts.selection.signals.map((_, k) => this.#readings.valueAt(picture, x, k));
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
    const { axis } = this.#levels.axis(picture);
    return {
      id: `cursor-${name}`,
      line: LINES.level,
      y: this.#levels.at(name),
      axis,
      colour: this.#levelColour,
      dash: true,
      handle: "flag",
      label: name.toUpperCase(),
      clamp: true,
      ...this.#hold(name, (point) => {
        if (!this.#levels.isSeen(name, picture) && !isBetween(point.up, BORDER, 1 - BORDER)) return;
        this.#levels.drag(name, point.yOf(axis), picture);
        this.#moved();
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

  /** What is read is another, and no cursor waits for what a link says. */
  #moved() {
    this.#cursors.settle();
    this.#readAt = -Infinity;
    this.#parts.screen.changed();
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
      this.#levels.step(name, steps, picture);
      this.#moved();
    }
  }

  /** @param {string} key */
  #choose(key) {
    this.#levels.place({ a: null, b: null }, key);
    this.#parts.screen.changed();
  }

  /** @param {Name} name @param {string} text */
  #slide(name, text) {
    const slider = byId(`cursor-${name}`);
    this.#parts.controls.text(`cursor-${name}`, text);
    if (slider.getAttribute("aria-valuetext") === text) return;
    slider.setAttribute("aria-valuetext", text);
    slider.setAttribute("aria-valuenow", String(isTime(name) ? this.#cursors.time(name) : this.#levels.at(name)));
  }
}

/** @param {Name} name @returns {name is TimeName} */
function isTime(name) {
  return name === "1" || name === "2";
}

/** @param {number} value @param {number} low @param {number} high */
function isBetween(value, low, high) {
  return value >= low && value <= high;
}

/** "0.1,0.2" as two numbers, or null. @param {string | undefined} text @returns {[number, number] | null} */
function numbers(text) {
  const [one, two, ...others] = (text ?? "").split(",").map(Number);
  const isPair = text !== "" && others.length === 0 && Number.isFinite(one) && Number.isFinite(two);
  return isPair ? [one, two] : null;
}

const short = (/** @type {number} */ value, digits = 6) => String(Number(value.toPrecision(digits)));
