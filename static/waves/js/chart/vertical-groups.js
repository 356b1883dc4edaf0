/** Which signals share a y axis, and the range of each axis. Numbers and names only. */

import { AutoRange } from "./range.js";

/** @import { Range } from "./range.js" */

/**
 * @typedef {{id: string, members: number[]}} Group `id` is the key of the first signal; `members` are places of signals
 */

/** How signals share axes. */
export const SHARINGS = ["one", "unit", "signal"];

/**
 * The groups of signals that share an axis. By their units, those with names for their values stand
 * beside none but those that have the same.
 * @param {{key: string, unit: string, states?: Record<string, string>}[]} signals
 * @param {string} sharing of `SHARINGS`
 * @returns {Group[]} `id` is the key of the first signal
 */
export function groupsOf(signals, sharing) {
  /** @type {Map<string, number[]>} */
  const byName = new Map();
  signals.forEach(({ key, unit, states }, k) => {
    const kind = states ? JSON.stringify(states) : unit;
    const name = sharing === "signal" ? key : sharing === "unit" ? kind : "";
    byName.set(name, [...(byName.get(name) ?? []), k]);
  });
  return [...byName.values()].map((members) => ({ id: signals[members[0]].key, members }));
}

/**
 * The groups as the chart shows them: the chosen one at the left, then those that are seen.
 * @param {Group[]} groups
 * @param {number} selected
 * @param {boolean[]} visible
 */
export function ordered(groups, selected, visible) {
  const rank = (/** @type {Group} */ { members }) =>
    members.includes(selected) ? 0 : members.some((k) => visible[k]) ? 1 : 2;
  return [...groups].sort((a, b) => rank(a) - rank(b));
}

/** The range of one axis: fitted to the signals until it is set by hand. */
export class Scale {
  auto = new AutoRange();
  fixed = false;

  /** @type {Range} */
  range = this.auto.range;

  /** @param {number} low @param {number} high @param {number} now */
  update(low, high, now) {
    if (!this.fixed) this.range = this.auto.update(low, high, now);
    return this.range;
  }

  /** @param {Range} range */
  set(range) {
    this.fixed = true;
    this.range = range;
  }
}

/**
 * Ranges that were set by hand, by group, as "sine:0.6:0.5,square:0:1": centre and units/div.
 * @param {Map<string, Scale>} scales
 */
export function toText(scales) {
  return [...scales]
    .filter(([, { fixed }]) => fixed)
    .map(([id, { range }]) => [id, (range.min + range.max) / 2, range.perDivision].map(short).join(":"))
    .join(",");
}

/**
 * @param {string} text
 * @returns {{id: string, centre: number, perDivision: number}[]} what can be read of such a text
 */
export function fromText(text) {
  return text
    .split(",")
    .map((part) => part.split(":"))
    .map(([id, centre, perDivision]) => ({ id, centre: Number(centre), perDivision: Number(perDivision) }))
    .filter(({ centre, perDivision }) => Number.isFinite(centre) && perDivision > 0);
}

/** @param {number | string} value */
function short(value) {
  return typeof value === "number" ? Number(value.toPrecision(15)) : value;
}
