/** The options of the spectrum: what each offers, and how a link says them. */

import { count } from "../text/quantities.js";
import { AMPLITUDES, AVERAGING, DEFAULTS, SCALES, SIZES, WINDOWS } from "./analyser.js";

const listed = (values, label = String) => Object.fromEntries(values.map((value) => [value, label(value)]));

/**
 * Options that are chosen from a list, by name: `key` in a link, and what is offered. `view` are
 * those of the axes, which the transform needs not know.
 */
export const CHOICES = {
  window: { key: "fw", offered: Object.fromEntries(Object.entries(WINDOWS).map(([name, { label }]) => [name, label])) },
  size: { key: "fn", offered: listed(SIZES, count) },
  amplitude: { key: "fa", offered: AMPLITUDES },
  scale: { key: "fs", offered: SCALES },
  step: { key: "fd", offered: listed([5, 10, 20]), view: true },
  axis: { key: "fx", offered: { linear: "Linear", log: "Logarithmic" }, view: true },
  averaging: { key: "fm", offered: AVERAGING },
  averages: { key: "fc", offered: listed([2, 4, 8, 16, 32, 64]) },
  peaks: { key: "fp", offered: listed([0, 1, 3, 5, 10]) },
};

export const INITIAL = { ...DEFAULTS, step: 10, axis: "linear" };

/** What a list gave, as the number or the text that the option is. */
export function typed(name, text) {
  return typeof INITIAL[name] === "number" ? Number(text) : text;
}

/** What the transform needs to know. */
export function analysis(options) {
  const own = Object.entries(options).filter(([name]) => !CHOICES[name]?.view);
  return Object.fromEntries(own);
}

/** Options that differ from the initial ones, by their keys. */
export function toState(options) {
  const changed = Object.entries(CHOICES).filter(([name]) => options[name] !== INITIAL[name]);
  const state = Object.fromEntries(changed.map(([name, { key }]) => [key, options[name]]));
  return options.hold ? { ...state, fh: 1 } : state;
}

/** The options that a state says; what it does not offer is left as it is at first. */
export function fromState(state) {
  const options = { ...INITIAL, hold: state.fh === "1" };
  for (const [name, { key, offered }] of Object.entries(CHOICES)) {
    if (Object.hasOwn(offered, state[key] ?? "")) options[name] = typed(name, state[key]);
  }
  return options;
}
