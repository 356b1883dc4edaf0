/** The y axes: one, one for each unit or one for each signal; fitted, or set by hand. */

import { around, GRAIN, scaled } from "../chart/range.js";
import { fromText, groupsOf, ordered, Scale, SHARINGS, toText } from "../chart/vertical-groups.js";
import { ROWS, step125 } from "../text/divisions.js";
import { parseQuantity } from "../text/parse-quantity.js";
import { setting } from "../text/quantities.js";

/** Divisions that an arrow key moves a signal, and with shift. */
const STEP = 1;
const FINE = 0.1;

export class Vertical {
  #scales = new Map();

  constructor(scope) {
    this.scope = scope;
    this.sharing = "unit";
  }

  bind(controls) {
    const clicks = {
      "y-auto": () => this.#setFixed(false),
      "y-fixed": () => this.#setFixed(true),
      "y-smaller": () => this.#scale(-1),
      "y-larger": () => this.#scale(1),
      "y-down": () => this.#move(-STEP),
      "y-up": () => this.#move(STEP),
    };
    for (const [id, act] of Object.entries(clicks)) controls.click(id, act);
    controls.field("y", {
      read: (text) => this.#read(text),
      apply: (perDivision) => this.#set(scaled(this.#chosen.range, perDivision)),
      step: (direction) => this.#scale(direction),
    });
    controls.choice("y-axes", (sharing) => this.share(sharing));
    controls.keys({
      a: () => this.#setFixed(!this.#chosen.fixed),
      y: () => this.share(SHARINGS[(SHARINGS.indexOf(this.sharing) + 1) % SHARINGS.length]),
      PageDown: clicks["y-smaller"],
      PageUp: clicks["y-larger"],
      ArrowDown: clicks["y-down"],
      ArrowUp: clicks["y-up"],
      "Shift+ArrowDown": () => this.#move(-FINE),
      "Shift+ArrowUp": () => this.#move(FINE),
    });
  }

  began() {
    this.refit();
  }

  /** Fit the next picture at once, as after a change of window or of the visible signals. */
  refit() {
    for (const scale of this.#scales.values()) scale.auto.reset();
  }

  /** The axes of a picture, and which of them each signal has. */
  axes({ traces }, now) {
    const groups = ordered(this.#groups, this.scope.tools.signals.selected, this.scope.visible);
    const axisOf = traces.map((_, k) =>
      Math.max(
        0,
        groups.findIndex(({ members }) => members.includes(k)),
      ),
    );
    const axes = groups.map((group) => {
      const seen = group.members.map((k) => traces[k]).filter(Boolean);
      const low = Math.min(...seen.map((trace) => trace.low));
      const high = Math.max(...seen.map((trace) => trace.high));
      return { ...this.#scaleOf(group).update(low, high, now), ...this.#look(group) };
    });
    // Two axes are told apart by left and right; of more, only the chosen one is labelled.
    if (groups.filter((group) => this.#isSeen(group)).length === 2) axes[1].label = true;
    return { axes, axisOf };
  }

  /** Handles at the left border: where 0 of each axis is. */
  overlay({ axes, axisOf }) {
    return this.#groups
      .filter((group) => this.#isSeen(group))
      .map((group) => {
        const axis = axisOf[group.members[0]];
        const colour = axes[axis].colour ?? "--dim";
        const drag = ({ up }) => this.#drag(group, up);
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

  /** A drag up or down in the plot moves the chosen axis. */
  grab({ direction, up }) {
    if (direction !== "vertical") return null;
    const { min, max, perDivision } = this.#chosen.range;
    const moved = (point) => around((min + max) / 2 - (point.up - up) * (max - min), perDivision, GRAIN);
    return { move: (point) => this.#set(moved(point)) };
  }

  readings() {
    const { controls, signals } = this.scope;
    const { fixed, range } = this.#chosen;
    const group = this.#group;
    controls.press("y-auto", !fixed);
    controls.press("y-fixed", fixed);
    controls.fill("y", setting(range.perDivision, this.#unitOf(group.members)));
    controls.choose("y-axes", this.sharing);
    controls.text("y-of", group.members.length === 1 ? signals[group.members[0]].name : "");
  }

  /** Units per division of signal `k`, as a text. */
  perDivision(k) {
    const group = this.#groups.find(({ members }) => members.includes(k));
    return `${setting(this.#scaleOf(group).range.perDivision, this.scope.signals[k].unit)}/div`;
  }

  /** Share axes in another way; a signal whose range was set by hand stays where it is. */
  share(sharing) {
    const former = this.#groups.map((group) => ({ ...group, scale: this.#scaleOf(group) }));
    this.sharing = sharing;
    this.#scales.clear();
    for (const group of this.#groups) {
      const { scale } = former.find(({ members }) => members.includes(group.members[0]));
      if (scale.fixed) this.#scaleOf(group).set(scale.range);
    }
    this.scope.changed();
  }

  /** Give some signals a range of their own each. @param {Map<number, object>} ranges by signal */
  setEach(ranges) {
    this.share("signal");
    for (const group of this.#groups) {
      const range = ranges.get(group.members[0]);
      if (range) this.#scaleOf(group).set(range);
    }
    this.scope.changed();
  }

  state() {
    const y = toText(this.#scales);
    return { ...(this.sharing === "unit" ? {} : { axes: this.sharing }), ...(y ? { y } : {}) };
  }

  restore({ axes, y }) {
    if (SHARINGS.includes(axes)) this.sharing = axes;
    for (const { id, centre, perDivision } of fromText(y ?? "")) {
      this.#scaleOf({ id }).set(around(centre, perDivision, GRAIN));
    }
  }

  get #groups() {
    return groupsOf(this.scope.signals, this.sharing);
  }

  /** The scale that buttons and keys are for. */
  get #chosen() {
    return this.#scaleOf(this.#group);
  }

  /** The group of the chosen signal; a stream that never ran may have no signals. */
  get #group() {
    const { selected } = this.scope.tools.signals;
    return this.#groups.find(({ members }) => members.includes(selected)) ?? { id: "", members: [] };
  }

  #scaleOf({ id }) {
    if (!this.#scales.has(id)) this.#scales.set(id, new Scale());
    return this.#scales.get(id);
  }

  #isSeen({ members }) {
    return members.some((k) => this.scope.visible[k]);
  }

  #look({ members }) {
    const { signals, chart } = this.scope;
    const [k] = members;
    const colour = members.length === 1 && signals.length > 1 ? { colour: chart.colourOf(signals[k], k) } : {};
    return { unit: this.#unitOf(members), ...colour };
  }

  /** The unit of signals, where they share one; of those that are seen, if any is. */
  #unitOf(members) {
    const { signals, visible } = this.scope;
    const seen = members.filter((k) => visible[k]);
    const units = new Set((seen.length > 0 ? seen : members).map((k) => signals[k].unit));
    return units.size === 1 ? [...units][0] : "";
  }

  #read(text) {
    const { selected } = this.scope.tools.signals;
    const perDivision = parseQuantity(text, this.scope.signals[selected]?.unit ?? "");
    return perDivision > 0 ? perDivision : null;
  }

  #setFixed(fixed) {
    this.#chosen.fixed = fixed;
    this.refit();
    this.scope.changed();
  }

  #scale(direction) {
    const { range } = this.#chosen;
    this.#set(scaled(range, step125(range.perDivision, direction)));
  }

  #move(divisions) {
    const { min, max, perDivision } = this.#chosen.range;
    this.#set(around((min + max) / 2 + divisions * perDivision, perDivision, GRAIN));
  }

  #drag(group, up) {
    const scale = this.#scaleOf(group);
    const { perDivision } = scale.range;
    scale.set(around((0.5 - up) * ROWS * perDivision, perDivision, GRAIN));
    this.scope.changed();
  }

  #set(range) {
    this.#chosen.set(range);
    this.scope.changed();
  }
}
