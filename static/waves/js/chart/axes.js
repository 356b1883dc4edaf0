/** The y axes of the signals over time: one, one for each unit or one for each signal. */

import { isInLane } from "../samples/line.js";
import { shortUnit } from "../text/fitting.js";
import { setting } from "../text/quantities.js";
import { codesOf } from "../text/states.js";
import { sharedStates } from "./axis-labels.js";
import { around, GRAIN } from "./range.js";
import { fromText, groupsOf, ordered, Scale, SHARINGS, toText } from "./vertical-groups.js";

/**
 * @import { YAxis } from "./axis-labels.js"
 * @import { Trace } from "./points.js"
 * @import { Range } from "./range.js"
 * @import { Group } from "./vertical-groups.js"
 */

/** @import { Coloured } from "./palette.js" */

/**
 * @typedef {object} Seen which signals there are
 * @property {{key: string, name: string, unit: string, colour: string, palette?: number, states?: Record<string, string>}[]} signals
 * @property {boolean[]} visible which of them are on, and in the plot
 * @property {number} selected
 *
 * @typedef {{colourOf: (signal: Coloured, k: number) => string}} Colours
 */

export class Axes {
  /** @type {Map<string, Scale>} */
  #scales = new Map();
  #seen;
  /** In the order of the axes of the last picture. @type {Group[]} */
  #drawn = [];
  #colours;
  #changed;
  sharing = "unit";

  /** @param {Seen} seen @param {Colours} colours @param {() => void} changed */
  constructor(seen, colours, changed) {
    this.#seen = seen;
    this.#colours = colours;
    this.#changed = changed;
  }

  /** The group whose axis is drawn at a place: 0 is at the left. @param {number} at */
  groupAt(at) {
    return this.#drawn[at] ?? this.group;
  }

  /** Whether a group's axis stays as it is, or is fitted. @param {Group} group @param {boolean} fixed */
  fixGroup(group, fixed) {
    this.scaleOf(group).fixed = fixed;
    this.refit();
    this.#changed();
  }

  /** Fit the next picture at once, as after a change of window or of the visible signals. */
  refit() {
    for (const scale of this.#scales.values()) scale.auto.reset();
  }

  /**
   * The axes of a picture, and which of them each signal has.
   * @param {Trace[]} traces
   * @param {number} now seconds of any steady clock
   */
  of(traces, now) {
    const groups = ordered(this.groups, this.#leading, this.#seen.visible);
    this.#drawn = groups;
    const axisOf = traces.map((_, k) =>
      Math.max(
        0,
        groups.findIndex(({ members }) => members.includes(k)),
      ),
    );
    /** @type {YAxis[]} */
    const axes = groups.map((group) => {
      const seen = group.members.flatMap((k) => traces[k] ?? []);
      const look = this.#look(group);
      // All states have their place at once: the axis stays as it is when one comes that was not seen yet.
      const codes = look.states && seen.some(({ low, high }) => low <= high) ? codesOf(look.states) : [];
      const low = Math.min(...seen.map((trace) => trace.low), ...codes);
      const high = Math.max(...seen.map((trace) => trace.high), ...codes);
      return { ...this.scaleOf(group).update(low, high, now), ...look };
    });
    // Two axes are told apart by left and right; of more, only the chosen one is labelled.
    if (groups.filter((group) => this.isSeen(group)).length === 2) axes[1].label = true;
    return { axes, axisOf };
  }

  /** The signal whose axis stands at the left: the chosen one, unless it stands in a lane. */
  get #leading() {
    const { selected, signals, visible } = this.#seen;
    const isElsewhere = signals[selected] && isInLane(signals[selected]);
    return isElsewhere ? Math.max(0, visible.indexOf(true)) : selected;
  }

  get groups() {
    return groupsOf(this.#seen.signals, this.sharing);
  }

  /** The group of the chosen signal; a stream that never ran may have no signals. @returns {Group} */
  get group() {
    return this.groups.find(({ members }) => members.includes(this.#seen.selected)) ?? { id: "", members: [] };
  }

  /** The scale that buttons and keys are for. */
  get chosen() {
    return this.scaleOf(this.group);
  }

  /** @param {Pick<Group, "id">} group */
  scaleOf({ id }) {
    const scale = this.#scales.get(id) ?? new Scale();
    this.#scales.set(id, scale);
    return scale;
  }

  /** @param {Group} group */
  isSeen({ members }) {
    return members.some((k) => this.#seen.visible[k]);
  }

  /** Units per division of signal `k`, as a text; between states there are none. @param {number} k @param {number} [division] */
  perDivision(k, division = this.divisionOf(k)) {
    if (this.#seen.signals[k]?.states) return "states";
    return Number.isNaN(division) ? "" : `${setting(division, shortUnit(this.#seen.signals[k].unit))}/div`;
  }

  /** Units per division of signal `k`; NaN where there is no such signal. @param {number} k */
  divisionOf(k) {
    return this.divisions[k] ?? NaN;
  }

  /** Units per division, by signal. */
  get divisions() {
    /** @type {number[]} */
    const divisions = [];
    for (const group of this.groups) {
      const { perDivision } = this.scaleOf(group).range;
      for (const k of group.members) divisions[k] = perDivision;
    }
    return divisions;
  }

  /** The unit of signals, where they share one; of those that are seen, if any is. @param {number[]} members */
  unitOf(members) {
    const { signals, visible } = this.#seen;
    const seen = members.filter((k) => visible[k]);
    const units = new Set((seen.length > 0 ? seen : members).map((k) => signals[k].unit));
    return units.size === 1 ? [...units][0] : "";
  }

  /** Set the chosen axis by hand. @param {Range} range */
  set(range) {
    this.chosen.set(range);
    this.#changed();
  }

  /** @param {boolean} fixed whether the chosen axis stays as it is, or is fitted */
  setFixed(fixed) {
    this.chosen.fixed = fixed;
    this.refit();
    this.#changed();
  }

  /** Set the axis of a group by hand. @param {Group} group @param {Range} range */
  setGroup(group, range) {
    this.scaleOf(group).set(range);
    this.#changed();
  }

  /** Share axes in another way; a signal whose range was set by hand stays where it is. @param {string} sharing */
  share(sharing) {
    const former = this.groups.map((group) => ({ ...group, scale: this.scaleOf(group) }));
    this.sharing = sharing;
    this.#scales.clear();
    for (const group of this.groups) {
      const scale = former.find(({ members }) => members.includes(group.members[0]))?.scale;
      if (scale?.fixed) this.scaleOf(group).set(scale.range);
    }
    this.#changed();
  }

  /** Give some signals a range of their own each. @param {Map<number, Range>} ranges by signal */
  setEach(ranges) {
    this.share("signal");
    for (const group of this.groups) {
      const range = ranges.get(group.members[0]);
      if (range) this.scaleOf(group).set(range);
    }
    this.#changed();
  }

  state() {
    const y = toText(this.#scales);
    return { ...(this.sharing === "unit" ? {} : { axes: this.sharing }), ...(y ? { y } : {}) };
  }

  /** @param {{axes?: string, y?: string}} state */
  restore({ axes, y }) {
    if (axes !== undefined && SHARINGS.includes(axes)) this.sharing = axes;
    for (const { id, centre, perDivision } of fromText(y ?? "")) {
      this.scaleOf({ id }).set(around(centre, perDivision, GRAIN));
    }
  }

  /** @param {Group} group */
  #look({ members }) {
    const { signals, visible } = this.#seen;
    const [k] = members;
    const isOwn = members.length === 1 && signals.length > 1;
    const seen = members.filter((member) => visible[member]);
    const states = sharedStates(seen.map((member) => signals[member]));
    return {
      unit: this.unitOf(members),
      ...(states ? { states } : {}),
      ...(isOwn ? { colour: this.#colours.colourOf(signals[k], k) } : {}),
    };
  }
}
