/**
 * Two time cursors and two level cursors. On what runs they stand where they are from the trigger
 * or from the right end; on what is frozen they stay with the samples.
 */

import { valueAt } from "../measurements/cursor-values.js";
import { NONE, quantity } from "../text/quantities.js";

const NAMES = ["1", "2", "a", "b"];
const TIMES = ["1", "2"];
/** Where they stand at first, as shares of the plot. */
const SHARES = { 1: 0.4, 2: 0.6, a: 0.7, b: 0.3 };
/** A key moves by this share of a division, with shift by a whole one. */
const FINE = 0.02;
/** A button moves by this share: for those who can neither drag nor press keys. */
const CLICK = 0.1;
const DIGITS = 4;

const byId = (id) => document.getElementById(id);

export class Cursors {
  #frozen = false;
  /** What the time cursors count from: "stream", "trigger" or "edge". */
  #footing = null;
  /** Whether they are where a link says: seconds from the label 0, which may be yet to come. */
  #linked = false;
  #heldAt = null;
  #rows = [];
  /** Which of them the buttons move: the one that had the focus last. */
  #chosen = "1";

  constructor(scope) {
    this.scope = scope;
    this.shown = false;
    /** Seconds from the trigger or the right end, or, on what is frozen, of the stream. */
    this.times = { 1: null, 2: null };
    /** In the unit of the signal whose axis they are on. */
    this.levels = { a: null, b: null };
    this.key = null;
  }

  bind(controls) {
    controls.click("cursors-toggle", () => this.toggle());
    controls.keys({ c: () => this.toggle() });
    controls.choice("cursor-signal", (key) => this.#choose(key));
    controls.click("cursor-less", () => this.#step(this.#chosen, -CLICK));
    controls.click("cursor-more", () => this.#step(this.#chosen, CLICK));
    for (const name of NAMES) this.#listen(name);
  }

  restore({ cursors, ct, cy, csignal }) {
    this.shown = cursors === "1";
    [this.times[1], this.times[2]] = numbers(ct);
    this.#linked = this.times[1] !== null;
    [this.levels.a, this.levels.b] = numbers(cy);
    this.key = csignal ?? null;
  }

  state() {
    if (!this.shown || this.times[1] === null) return {};
    const { zero } = this.scope.picture;
    const ct = TIMES.map((name) => this.#x(name) - zero);
    // Levels of another signal are chosen with its next picture.
    const cy = this.levels.a === null ? null : [this.levels.a, this.levels.b].map(short).join(",");
    return { cursors: 1, ct: ct.map(short).join(","), cy, csignal: this.key };
  }

  changedSignals() {
    this.#makeRows();
  }

  themed() {
    this.#makeRows();
  }

  toggle() {
    this.shown = !this.shown;
    if (this.shown && this.scope.picture.axes) {
      this.#follow(this.scope.picture);
      this.#bringIn(this.scope.picture);
    }
    this.scope.changed();
    if (this.shown) byId("cursor-1").focus({ preventScroll: true });
  }

  /** Seconds of the stream at both time cursors, in order; null where they are not shown. */
  get span() {
    const { edge } = this.scope.picture;
    if (!this.shown || edge === null || this.times[1] === null) return null;
    return TIMES.map((name) => edge + this.#x(name)).sort((a, b) => a - b);
  }

  overlay(picture) {
    if (!this.shown) return [];
    this.#follow(picture);
    if (this.times[1] === null || this.levels.a === null) this.#bringIn(picture);
    return [
      ...TIMES.map((name) => this.#timeItem(name, picture)),
      ...["a", "b"].map((name) => this.#levelItem(name, picture)),
    ];
  }

  readings() {
    const { controls, picture, signals } = this.scope;
    controls.press("cursors-toggle", this.shown);
    controls.show("cursor-readings", this.shown);
    if (!this.shown || picture.edge === null || this.times[1] === null) return;
    const [x1, x2] = TIMES.map((name) => this.#x(name));
    controls.text("cursor-dt", quantity(Math.abs(x2 - x1), "s", DIGITS));
    controls.text("cursor-frequency", quantity(x1 === x2 ? NaN : 1 / Math.abs(x2 - x1), "Hz", DIGITS));
    controls.text("cursor-dy", quantity(this.levels.b - this.levels.a, this.#unit, DIGITS));
    const texts = { 1: this.#timeText(x1), 2: this.#timeText(x2), a: this.#levelText("a"), b: this.#levelText("b") };
    for (const name of NAMES) this.#slide(name, texts[name]);
    controls.text(
      "cursor-chosen",
      TIMES.includes(this.#chosen) ? `time ${this.#chosen}` : `level ${this.#chosen.toUpperCase()}`,
    );
    controls.choose("cursor-signal", signals[this.k]?.key ?? "");
    this.#rows.forEach((cells, k) => this.#showValues(cells, k, [x1, x2]));
  }

  /** The signal whose axis the level cursors are on, by its place. */
  get k() {
    const { signals, visible } = this.scope;
    const chosen = signals.findIndex(({ key }) => key === this.key);
    return chosen >= 0 ? chosen : Math.max(0, visible.indexOf(true));
  }

  get #unit() {
    return this.scope.signals[this.k]?.unit ?? "";
  }

  #axis({ axes, axisOf }) {
    const axis = axisOf[this.k] ?? 0;
    return { axis, ...axes[axis] };
  }

  /** x of a time cursor: seconds from the right end. */
  #x(name, { edge, zero } = this.scope.picture) {
    return this.#frozen ? this.times[name] - edge : this.times[name] + zero;
  }

  #setX(name, x, { edge, zero } = this.scope.picture) {
    this.times[name] = this.#frozen ? x + edge : x - zero;
  }

  /** What they count from is another when the view is frozen, or no longer triggered. */
  #follow(picture) {
    if (this.#linked && this.#isEarly(picture)) return;
    const { timebase, tools } = this.scope;
    const frozen = !timebase.running;
    const footing = frozen ? "stream" : tools.trigger.stands ? "trigger" : "edge";
    const isOther = this.#footing !== null && footing !== this.#footing;
    this.#footing = footing;
    // Where they were on the screen, they stay.
    const former = this.#linked ? picture : (this.last ?? picture);
    this.#linked = false;
    if (frozen === this.#frozen && !isOther) return;
    const xs = TIMES.map((name) => this.#x(name, former));
    this.#frozen = frozen;
    if (this.times[1] !== null) TIMES.forEach((name, at) => this.#setX(name, xs[at], picture));
  }

  /** Whether the trigger that a link's cursors count from is yet to be found, or its samples are
   * yet to come; in a frozen view that is scrolled there was none. */
  #isEarly({ edge, trigger }) {
    const { timebase, tools } = this.scope;
    if (timebase.running || tools.trigger.mode === "off") return !tools.trigger.isSettled;
    this.#heldAt ??= edge;
    return !trigger && edge === this.#heldAt;
  }

  drawn({ edge, zero }) {
    this.last = { edge, zero };
  }

  /** Cursors that are nowhere to be seen come back. */
  #bringIn(picture) {
    if (picture.edge === null || !picture.axes) return;
    const { window } = picture;
    const seen = TIMES.some((name) => this.times[name] !== null && this.#x(name) >= -window && this.#x(name) <= 0);
    if (!seen) {
      for (const name of TIMES) this.#setX(name, (SHARES[name] - 1) * window, picture);
    }
    const { min, max } = this.#axis(picture);
    const levels = [this.levels.a, this.levels.b];
    if (levels.some((y) => y !== null && y >= min && y <= max)) return;
    for (const name of ["a", "b"]) this.levels[name] = tidy(min + SHARES[name] * (max - min), (max - min) / 1000);
  }

  #timeItem(name, picture) {
    return {
      id: `cursor-${name}`,
      line: "vertical",
      x: this.#x(name, picture),
      colour: "--accent",
      handle: "flag",
      label: name,
      clamp: true,
      drag: ({ along }) => this.#move(name, (Math.min(1, Math.max(0, along)) - 1) * picture.window),
      drop: () => this.#focus(name),
    };
  }

  #levelItem(name, picture) {
    const { axis, min, max } = this.#axis(picture);
    return {
      id: `cursor-${name}`,
      line: "horizontal",
      y: this.levels[name],
      axis,
      colour: this.scope.chart.colourOf(this.scope.signals[this.k], this.k),
      dash: true,
      handle: "flag",
      label: name.toUpperCase(),
      clamp: true,
      drag: (point) => this.#move(name, tidy(Math.min(max, Math.max(min, point.yOf(axis))), (max - min) / 1000)),
      drop: () => this.#focus(name),
    };
  }

  /** To an x, or for level cursors to a y. */
  #move(name, to) {
    this.#linked = false;
    if (TIMES.includes(name)) this.#setX(name, to);
    else this.levels[name] = to;
    this.scope.changed();
  }

  #focus(name) {
    byId(`cursor-${name}`).focus({ preventScroll: true });
  }

  #listen(name) {
    const slider = byId(`cursor-${name}`);
    slider.addEventListener("keydown", (event) => this.#keydown(name, event));
    slider.addEventListener("focus", () => {
      this.#chosen = name;
      this.readings();
    });
  }

  #keydown(name, event) {
    const direction = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
    if (!direction) return;
    event.preventDefault();
    // On the page the arrows scroll and move the view.
    event.stopPropagation();
    this.#step(name, direction * (event.shiftKey ? 1 : FINE));
  }

  /** By divisions. */
  #step(name, steps) {
    const { picture, timebase } = this.scope;
    if (TIMES.includes(name)) {
      this.#move(name, Math.min(0, Math.max(-timebase.window, this.#x(name) + steps * timebase.perDivision)));
    } else {
      const { perDivision } = this.#axis(picture);
      this.#move(name, tidy(this.levels[name] + steps * perDivision, perDivision * FINE));
    }
  }

  #choose(key) {
    this.key = key;
    this.levels = { a: null, b: null };
    this.scope.changed();
  }

  #timeText(x) {
    return quantity(x - this.scope.picture.zero, "s", DIGITS);
  }

  #levelText(name) {
    return this.levels[name] === null ? NONE : quantity(this.levels[name], this.#unit, DIGITS);
  }

  #slide(name, text) {
    const slider = byId(`cursor-${name}`);
    this.scope.controls.text(`cursor-${name}`, text);
    if (slider.getAttribute("aria-valuetext") === text) return;
    slider.setAttribute("aria-valuetext", text);
    slider.setAttribute("aria-valuenow", String(TIMES.includes(name) ? this.times[name] : this.levels[name]));
  }

  #showValues(cells, k, xs) {
    const { picture, signals, visible } = this.scope;
    const { unit } = signals[k];
    const values = xs.map((x) => (visible[k] ? valueAt(picture.source, k, picture.edge + x) : { low: NaN, high: NaN }));
    const texts = values.map((value) => rangeText(value, unit));
    const [one, two] = values;
    const exact = one.low === one.high && two.low === two.high;
    texts.push(exact ? quantity(difference(one.low, two.low), unit, DIGITS) : NONE);
    texts.forEach((text, at) => {
      if (cells[at].textContent !== text) cells[at].textContent = text;
    });
  }

  #makeRows() {
    const { signals, chart } = this.scope;
    const rows = signals.map((signal, k) => {
      const row = document.createElement("tr");
      const head = document.createElement("th");
      head.scope = "row";
      head.textContent = signal.name;
      head.className = "toned";
      head.style.setProperty("--tone", chart.colourOf(signal, k));
      const cells = Array.from({ length: 3 }, () => document.createElement("td"));
      row.append(head, ...cells);
      return { row, cells };
    });
    this.#rows = rows.map(({ cells }) => cells);
    byId("cursor-values").replaceChildren(...rows.map(({ row }) => row));
    byId("cursor-signal").replaceChildren(...signals.map(({ key, name }) => new Option(name, key)));
  }
}

/** What float32 leaves of two equal values is no difference. */
function difference(one, two) {
  return Math.abs(two - one) < 1e-6 * Math.max(Math.abs(one), Math.abs(two)) ? 0 : two - one;
}

/** One value, or both extremes of a column. */
function rangeText({ low, high }, unit) {
  if (low === high) return quantity(low, unit, DIGITS);
  return Number.isNaN(low) ? NONE : `${quantity(low, unit, 3)} … ${quantity(high, unit, 3)}`;
}

/** "0.1,0.2" as two numbers, or two nulls. */
function numbers(text) {
  const found = (text ?? "").split(",").map(Number);
  return found.length === 2 && text !== "" && found.every(Number.isFinite) ? found : [null, null];
}

const short = (value) => String(Number(value.toPrecision(6)));

/** Rounded to a step: what a hand on the mouse means. */
function tidy(value, step) {
  const decade = 10 ** Math.floor(Math.log10(step));
  return Number((Math.round(value / decade) * decade).toPrecision(9));
}
