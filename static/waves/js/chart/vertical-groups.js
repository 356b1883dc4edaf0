/** Which signals share a y axis, and the range of each axis. Numbers and names only. */

import { AutoRange } from "./range.js";

/** How signals share axes. */
export const SHARINGS = ["one", "unit", "signal"];

/**
 * The groups of signals that share an axis.
 * @param {{key: string, unit: string}[]} signals
 * @param {string} sharing of `SHARINGS`
 * @returns {{id: string, members: number[]}[]} `id` is the key of the first signal
 */
export function groupsOf(signals, sharing) {
  const shared = { one: () => "", unit: ({ unit }) => unit, signal: ({ key }) => key }[sharing];
  const byName = new Map();
  signals.forEach((signal, k) => {
    const name = shared(signal);
    byName.set(name, [...(byName.get(name) ?? []), k]);
  });
  return [...byName.values()].map((members) => ({ id: signals[members[0]].key, members }));
}

/** The groups as the chart shows them: the chosen one at the left, then those that are seen. */
export function ordered(groups, selected, visible) {
  const rank = ({ members }) => (members.includes(selected) ? 0 : members.some((k) => visible[k]) ? 1 : 2);
  return [...groups].sort((a, b) => rank(a) - rank(b));
}

/** The range of one axis: fitted to the signals until it is set by hand. */
export class Scale {
  auto = new AutoRange();
  fixed = false;

  constructor() {
    this.range = this.auto.range;
  }

  update(low, high, now) {
    if (!this.fixed) this.range = this.auto.update(low, high, now);
    return this.range;
  }

  set(range) {
    this.fixed = true;
    this.range = range;
  }
}

/** Ranges that were set by hand, by group, as "sine:0.6:0.5,square:0:1": centre and units/div. */
export function toText(scales) {
  return [...scales]
    .filter(([, { fixed }]) => fixed)
    .map(([id, { range }]) => [id, (range.min + range.max) / 2, range.perDivision].map(short).join(":"))
    .join(",");
}

/** @returns {{id, centre, perDivision}[]} what can be read of such a text */
export function fromText(text) {
  return text
    .split(",")
    .map((part) => part.split(":"))
    .map(([id, centre, perDivision]) => ({ id, centre: Number(centre), perDivision: Number(perDivision) }))
    .filter(({ centre, perDivision }) => Number.isFinite(centre) && perDivision > 0);
}

function short(value) {
  return typeof value === "number" ? Number(value.toPrecision(9)) : value;
}
