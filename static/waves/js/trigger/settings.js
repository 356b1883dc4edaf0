/**
 * The settings of the trigger as a person changes them: in the address, for the server, in words.
 * Levels that are null are yet to be chosen from the signal.
 */

import { rolls } from "../text/divisions.js";
import { hysteresisOf } from "./hysteresis.js";
import { DEFAULTS } from "./trigger.js";

/**
 * @import { TriggerFields } from "./fields.js"
 * @import { Seen } from "./hysteresis.js"
 * @import { Mode } from "./sweep.js"
 * @import { TriggerSettings } from "./trigger.js"
 */

/** @typedef {"level" | "hysteresis" | "low" | "high"} LevelField */

/** @typedef {"holdoff" | "longer" | "shorter"} TimeField */

/**
 * @typedef {Omit<TriggerSettings, LevelField> & Record<LevelField, number | null> & {signal: string | null, position: number}} Settings levels that are null are yet to be chosen; `signal` is a key, null the first; `position` is where in the window the trigger stands, 0 to 1
 */

/** @typedef {keyof Settings} Field */

/** @type {Mode[]} */
export const MODES = ["auto", "normal", "single", "off"];
/** Bytes per second that the server sends, where a page does not ask for others. */
const BUDGET = 1_000_000;

/** What a view begins with. @type {Readonly<Settings>} */
export const INITIAL = Object.freeze({
  ...DEFAULTS,
  signal: null,
  level: null,
  hysteresis: null,
  low: null,
  high: null,
  position: 0.2,
});

/** Names in the address. @type {Record<string, Field>} */
const NAMES = {
  tsource: "signal",
  tkind: "kind",
  tslope: "slope",
  tlevel: "level",
  thysteresis: "hysteresis",
  tholdoff: "holdoff",
  tposition: "position",
  tpolarity: "polarity",
  tlonger: "longer",
  tshorter: "shorter",
  tdirection: "direction",
  tlow: "low",
  thigh: "high",
};
/**
 * The mode that a stream begins with: slow ones roll.
 * @param {number} window
 * @returns {Mode}
 */
export function initialMode(window) {
  return rolls(window) ? "off" : "auto";
}

/** What differs from the beginning, by the names of the address. @param {Settings} settings @param {TriggerFields} fields */
export function toState(settings, fields) {
  const changed = Object.entries(NAMES)
    .filter(([, field]) => fields.isOf(field, settings.kind))
    .filter(([, field]) => settings[field] !== INITIAL[field]);
  return Object.fromEntries(changed.map(([name, field]) => [name, settings[field]]));
}

/**
 * Settings from texts of the address; what cannot be read is as at the beginning.
 * @param {Record<string, string | undefined>} state
 * @param {TriggerFields} fields
 * @returns {Settings}
 */
export function fromState(state, fields) {
  const given = Object.entries(NAMES).filter(([name]) => state[name] !== undefined);
  const read = given.map(([name, field]) => [field, readField(field, state[name] ?? "", fields)]);
  return { ...INITIAL, ...Object.fromEntries(read.filter(([, value]) => value !== undefined)) };
}

/** @param {Field} field @param {string} text @param {TriggerFields} fields */
function readField(field, text, fields) {
  if (field === "signal") return text;
  const offered = fields.choices(field);
  if (offered) return offered.includes(text) ? text : undefined;
  const number = text === "" ? NaN : Number(text);
  return Number.isFinite(number) && fields.isAllowed(field, number) ? number : undefined;
}

/**
 * Levels that are not chosen yet, from what is seen of the signal; the hysteresis goes by its noise.
 * @param {Settings} settings
 * @param {Seen} seen
 * @returns {Settings}
 */
export function withLevels(settings, seen) {
  const { low, high } = seen;
  const span = high - low;
  const middle = low / 2 + high / 2;
  const chosen = {
    level: round(middle, span),
    low: round(middle - span / 4, span),
    high: round(middle + span / 4, span),
  };
  const missing = Object.entries(chosen).filter(([field]) => settings[/** @type {LevelField} */ (field)] === null);
  const levelled = { ...settings, ...Object.fromEntries(missing) };
  return { ...levelled, hysteresis: settings.hysteresis ?? round(hysteresisOf(levelled, seen), span) };
}

/**
 * To a thousandth of the span's decade: a level that can be read.
 * @param {number} value
 * @param {number} span
 */
function round(value, span) {
  if (!(span > 0)) return value;
  const decade = 10 ** (Math.floor(Math.log10(span)) - 2);
  return Number((Math.round(value / decade) * decade).toPrecision(15));
}

/**
 * Why nothing can trigger, in words, or null. The server would refuse the same.
 * @param {Settings} settings
 */
export function problemOf({ kind, longer, shorter, low, high, hysteresis }) {
  if (kind === "pulse" && shorter !== null && longer >= shorter) return "“Longer than” must be below “Shorter than”.";
  if (kind !== "window") return null;
  if (low === null || high === null || hysteresis === null) return null;
  if (low >= high) return "“Low” must be below “High”.";
  return hysteresis >= high - low ? "The hysteresis must be below High − Low." : null;
}

/**
 * Whether all samples of a stream come, so that the page finds triggers itself.
 * @param {{rate: number, signals: unknown[], sample_type: string}} description
 */
export function allCome({ rate, signals, sample_type: type }) {
  return rate * signals.length * (type === "float64" ? 8 : 4) <= BUDGET;
}

/**
 * The `trigger` of a `view` message. The page itself stops after a single sweep.
 * @param {Settings} settings
 * @param {Mode} mode
 */
export function forServer(settings, mode) {
  // What is null is of another kind, or no limit: the server has defaults of its own.
  const given = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== null));
  return { ...given, mode: mode === "auto" ? "auto" : "normal" };
}

/**
 * The levels that are drawn: one, or the two of a window.
 * @param {TriggerSettings["kind"]} kind
 * @returns {LevelField[]}
 */
export function levelsOf(kind) {
  return kind === "window" ? ["low", "high"] : ["level"];
}
