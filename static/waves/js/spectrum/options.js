/** The options of the spectrum: what each offers, and how a link says them. */

import { count } from "../text/quantities.js";
import { AMPLITUDES, AVERAGING, DEFAULTS, SCALES, SIZES } from "./analyser.js";
import { WINDOWS } from "./windows.js";

/** @import { Options } from "./analyser.js" */

/**
 * @typedef {Options & {step: number, axis: string}} Chosen options of the transform, and of the axes: dB per division, "linear" or "log"
 */

/** @typedef {{key: string, offered: Record<string, string>, view?: boolean}} Choice */

/** @param {number[]} values @param {(value: number) => string} [label] */
function listed(values, label = String) {
  return Object.fromEntries(values.map((value) => [value, label(value)]));
}

/** @param {Record<string, {label: string}>} choices */
function labelled(choices) {
  return Object.fromEntries(Object.entries(choices).map(([name, { label }]) => [name, label]));
}

/**
 * Options that are chosen from a list, by name: `key` in a link, and what is offered. `view` are
 * those of the axes, which the transform needs not know.
 * @type {Record<string, Choice>}
 */
export const CHOICES = {
  window: { key: "fw", offered: labelled(WINDOWS) },
  size: { key: "fn", offered: listed(SIZES, count) },
  amplitude: { key: "fa", offered: AMPLITUDES },
  scale: { key: "fs", offered: labelled(SCALES) },
  step: { key: "fd", offered: listed([5, 10, 20]), view: true },
  axis: { key: "fx", offered: { linear: "Linear", log: "Logarithmic" }, view: true },
  averaging: { key: "fm", offered: AVERAGING },
  averages: { key: "fc", offered: listed([2, 4, 8, 16, 32, 64]) },
  peaks: { key: "fp", offered: listed([0, 1, 3, 5, 10]) },
};

/** @type {Chosen} */
export const INITIAL = { ...DEFAULTS, step: 10, axis: "linear" };

/**
 * What a list gave, as the number or the text that the option is.
 * @param {string} name
 * @param {string} text
 */
export function typed(name, text) {
  return typeof INITIAL[/** @type {keyof Chosen} */ (name)] === "number" ? Number(text) : text;
}

/**
 * What the transform needs to know.
 * @param {Chosen} options
 * @returns {Options}
 */
export function analysis(options) {
  const own = Object.entries(options).filter(([name]) => !CHOICES[name]?.view);
  return /** @type {Options} */ (Object.fromEntries(own));
}

/** Options that differ from the initial ones, by their keys. @param {Chosen} options */
export function toState(options) {
  const names = /** @type {Exclude<keyof Chosen, "hold">[]} */ (Object.keys(CHOICES));
  const changed = names.filter((name) => options[name] !== INITIAL[name]);
  const state = Object.fromEntries(changed.map((name) => [CHOICES[name].key, options[name]]));
  return options.hold ? { ...state, fh: 1 } : state;
}

/**
 * The options that a state says; what it does not offer is left as it is at first.
 * @param {Record<string, string | undefined>} state
 * @returns {Chosen}
 */
export function fromState(state) {
  /** @type {Record<string, string | number | boolean>} */
  const options = { ...INITIAL, hold: state.fh === "1" };
  for (const [name, { key, offered }] of Object.entries(CHOICES)) {
    const text = state[key] ?? "";
    if (Object.hasOwn(offered, text)) options[name] = typed(name, text);
  }
  return /** @type {Chosen} */ (/** @type {unknown} */ (options));
}
