/** The y axes: fitted, or set by hand; their buttons, keys and handles. */

import { around, GRAIN, scaled, scaledAbout } from "../chart/range.js";
import { SHARINGS } from "../chart/vertical-groups.js";
import { choiceOf, choicesText, choose, isInLane, readChoices } from "../samples/line.js";
import { lostBelow } from "../samples/precision.js";
import { ceil125, ROWS, step125 } from "../text/divisions.js";
import { parseQuantity } from "../text/parse-quantity.js";
import { NONE, quantity, setting } from "../text/quantities.js";

/**
 * @import { PointDrag, PointPinch } from "../chart/chart.js"
 * @import { Item, Point } from "../chart/overlay.js"
 * @import { Group } from "../chart/vertical-groups.js"
 * @import { Controls } from "../controls/controls.js"
 * @import { Choice } from "../samples/line.js"
 * @import { Parts, Picture, Restored } from "./parts.js"
 */

/** Divisions that an arrow key moves a signal, and with shift. */
const STEP = 1;
const FINE = 0.1;
/** Buttons of the range. */
const RANGE = ["y-auto", "y-fixed", "y-smaller", "y-larger", "y-down", "y-up"];

export class Vertical {
  #parts;
  #axes;

  /** @param {Pick<Parts, "axes" | "controls" | "screen" | "selection">} parts */
  constructor(parts) {
    this.#parts = parts;
    this.#axes = parts.axes;
  }

  /** @param {Controls} controls */
  bind(controls) {
    const axes = this.#axes;
    const clicks = {
      "y-auto": () => axes.setFixed(false),
      "y-fixed": () => axes.setFixed(true),
      "y-smaller": () => this.#scale(-1),
      "y-larger": () => this.#scale(1),
      "y-down": () => this.#move(-STEP),
      "y-up": () => this.#move(STEP),
    };
    for (const [id, act] of Object.entries(clicks)) controls.click(id, act);
    controls.field("y", {
      read: (text) => this.#read(text),
      apply: (perDivision) => axes.set(scaled(axes.chosen.range, perDivision)),
      step: (direction) => this.#scale(direction),
    });
    controls.choice("y-axes", (sharing) => axes.share(sharing));
    controls.choice("line", (line) => this.#choose({ line }));
    controls.choice("line-missing", (missing) => this.#choose({ missing }));
    controls.keys({
      a: () => axes.setFixed(!axes.chosen.fixed),
      y: () => axes.share(SHARINGS[(SHARINGS.indexOf(axes.sharing) + 1) % SHARINGS.length]),
      PageDown: clicks["y-smaller"],
      PageUp: clicks["y-larger"],
      ArrowDown: clicks["y-down"],
      ArrowUp: clicks["y-up"],
      "Shift+ArrowDown": () => this.#move(-FINE),
      "Shift+ArrowUp": () => this.#move(FINE),
    });
  }

  began() {
    this.#axes.refit();
  }

  toggled() {
    this.#axes.refit();
  }

  /** Handles at the left border: where 0 of each axis is. @param {Picture} picture @returns {Item[]} */
  overlay({ axes, axisOf }) {
    const seen = this.#axes.groups.filter((group) => this.#axes.isSeen(group));
    return seen.map((group) => {
      const axis = axisOf[group.members[0]];
      const colour = axes[axis].colour ?? "--dim";
      const drag = (/** @type {Point} */ { up }) => this.#drag(group, up);
      return {
        id: `zero-${group.id}`,
        line: "horizontal",
        handle: "triangle",
        bare: true,
        clamp: true,
        y: 0,
        axis,
        colour,
        drag,
      };
    });
  }

  /**
   * A drag up or down in the plot moves the chosen axis.
   * @param {Point & {direction: string}} at
   * @returns {PointDrag | null}
   */
  grab({ direction, up }) {
    if (direction !== "vertical") return null;
    const { min, max, perDivision } = this.#axes.chosen.range;
    const moved = (/** @type {Point} */ to) => around((min + max) / 2 - (to.up - up) * (max - min), perDivision, GRAIN);
    return { move: (to) => this.#axes.set(moved(to)) };
  }

  /** The wheel over an axis, or with ctrl: about the pointer. @param {Point} at @param {number} steps */
  zoom({ ctrl, place, axis, up }, steps) {
    if (!ctrl && place !== "y") return false;
    const group = place === "y" ? this.#axes.groupAt(axis) : this.#axes.group;
    this.#scaleAbout(group, up, step125(this.#axes.scaleOf(group).range.perDivision, steps < 0 ? -1 : 1));
    return true;
  }

  /** Two fingers above each other. @param {Point & {direction: string}} at @returns {PointPinch | null} */
  pinch({ direction, up }) {
    if (direction !== "vertical") return null;
    const { group } = this.#axes;
    const { perDivision } = this.#axes.scaleOf(group).range;
    return { move: (scale) => this.#scaleAbout(group, up, ceil125(perDivision / scale)) };
  }

  /** @param {Group} group @param {number} up where it stays, as a share of the plot @param {number} perDivision */
  #scaleAbout(group, up, perDivision) {
    const { range } = this.#axes.scaleOf(group);
    if (perDivision === range.perDivision) return;
    this.#axes.setGroup(group, scaledAbout(range, perDivision, range.min * (1 - up) + range.max * up));
  }

  /** A double click fits: in the plot all axes, beside it that one. @param {Point} at */
  twice({ place, axis }) {
    const groups = place === "y" ? [this.#axes.groupAt(axis)] : place === "plot" ? this.#axes.groups : [];
    for (const group of groups) this.#axes.fixGroup(group, false);
  }

  readings() {
    const { controls, selection } = this.#parts;
    const { chosen, group, sharing } = this.#axes;
    controls.press("y-auto", !chosen.fixed);
    controls.press("y-fixed", chosen.fixed);
    const isLane = selection.signal !== undefined && isInLane(selection.signal);
    // A lane has no range.
    for (const id of RANGE) controls.enable(id, !isLane);
    controls.fill("y", isLane ? NONE : setting(chosen.range.perDivision, this.#axes.unitOf(group.members)));
    controls.choose("y-axes", sharing);
    const { line, missing } = choiceOf(selection.signal?.key ?? "");

    controls.text("line-lost", this.#lost);
    controls.choose("line", line);
    controls.choose("line-missing", missing);
    controls.text("y-of", isLane || group.members.length === 1 ? (selection.signal?.name ?? "") : "");
  }

  /** Signals of which float32 loses what moves; a frozen view says it of what it shows. */
  get #lost() {
    const { screen, selection } = this.#parts;
    const { picture } = screen;
    if (!picture || picture.source.ring.float64) return "";
    const told = selection.signals.flatMap(({ name, unit }, k) => {
      const { low, high } = picture.traces[k] ?? { low: NaN, high: NaN };
      const step = lostBelow(low, high);
      return step > 0 ? `${name}: float32 has no values nearer than ${quantity(step, unit, 2)} here.` : [];
    });
    return told.length > 0 ? `${told.join(" ")} Finer changes need the sample type float64.` : "";
  }

  state() {
    const lines = choicesText();
    return { ...this.#axes.state(), ...(lines ? { lines } : {}) };
  }

  /** @param {Restored} state */
  restore(state) {
    this.#axes.restore(state);
    readChoices(state.lines ?? "");
  }

  /** Draw the chosen signal in another way, in this browser. @param {Partial<Choice>} choice */
  #choose(choice) {
    const { screen, selection } = this.#parts;
    if (selection.signal) choose(selection.signal.key, choice);
    screen.changed();
  }

  /** @param {string} text */
  #read(text) {
    const perDivision = parseQuantity(text, this.#parts.selection.signal?.unit ?? "");
    return perDivision !== null && perDivision > 0 ? perDivision : null;
  }

  /** @param {number} direction */
  #scale(direction) {
    const { range } = this.#axes.chosen;
    this.#axes.set(scaled(range, step125(range.perDivision, direction)));
  }

  /** @param {number} divisions */
  #move(divisions) {
    const { min, max, perDivision } = this.#axes.chosen.range;
    this.#axes.set(around((min + max) / 2 + divisions * perDivision, perDivision, GRAIN));
  }

  /** @param {Group} group @param {number} up */
  #drag(group, up) {
    const { perDivision } = this.#axes.scaleOf(group).range;
    this.#axes.setGroup(group, around((0.5 - up) * ROWS * perDivision, perDivision, GRAIN));
  }
}
