/** The fields and buttons of the trigger, in the bar and beside the chart. */

import { step125 } from "../text/divisions.js";
import { parseQuantity } from "../text/parse-quantity.js";
import { setting } from "../text/quantities.js";
import { levelOf, nameAt } from "./named-levels.js";
import { levelsOf, MODES } from "./settings.js";

/**
 * @import { Field, LevelField, Settings, TimeField } from "./settings.js"
 * @import { Triggering } from "./triggering.js"
 */

/** @type {Settings["slope"][]} */
const SLOPES = ["rising", "falling", "either"];
const ARROWS = { rising: "↗", falling: "↘", either: "⇅" };
/** Lists of which one is chosen. */
const CHOICES = /** @type {const} */ (["kind", "polarity", "direction"]);
/** Fields in the unit of the signal. @type {LevelField[]} */
const LEVELS = ["level", "hysteresis", "low", "high"];
/** Fields in seconds; `shorter` may have no limit. @type {TimeField[]} */
const TIMES = ["holdoff", "longer", "shorter"];
const NO_LIMIT = "no limit";
/** Of the hysteresis: as the noise of the signal asks for. */
const AUTO = "auto";
/** Characters of a level that have room in half of the panel. */
const NARROW = 10;
/** Below this (s) a step goes to 0: shorter than any sample. */
const SHORTEST = 1e-7;
/** Levels that are yet to be chosen from the signal. */
const MIDDLE = { level: null, hysteresis: null, low: null, high: null };

/**
 * @typedef {object} QuantityField
 * @property {(text: string) => number | null} read
 * @property {(value: number) => void} apply
 * @property {(direction: 1 | -1) => void} step
 * @property {string} hint the sentence for who typed what cannot be read
 *
 * @typedef {object} Controls what the page shows around the chart, by ids
 * @property {(id: string, act: () => void) => void} click
 * @property {(id: string, apply: (value: string) => void) => void} choice
 * @property {(id: string, field: QuantityField) => void} field
 * @property {(actions: Record<string, () => void>) => void} keys
 * @property {(id: string, offered: [string, string][]) => void} options
 * @property {(id: string, pressed: boolean) => void} press
 * @property {(id: string, value: string) => void} choose
 * @property {(id: string, text: string) => void} text
 * @property {(id: string, text: string) => void} fill
 * @property {(id: string, name: string, value: string) => void} mark
 * @property {(id: string, kind: string) => void} showKind
 */

export class TriggerPanel {
  /** @param {Triggering} triggering @param {Controls} controls */
  constructor(triggering, controls) {
    this.triggering = triggering;
    this.controls = controls;
  }

  bind() {
    const { controls, triggering } = this;
    for (const mode of MODES) controls.click(`trigger-${mode}`, () => triggering.setMode(mode));
    for (const slope of SLOPES) controls.click(`trigger-${slope}`, () => triggering.set({ slope }));
    for (const name of CHOICES) controls.choice(`trigger-${name}`, (value) => triggering.set({ [name]: value }));
    controls.click("next", () => triggering.setMode("single"));
    controls.choice("trigger-source", (signal) => triggering.set({ signal, ...MIDDLE }));
    controls.click("trigger-middle", () => this.#middle());
    for (const name of LEVELS) this.#bindLevel(name);
    for (const name of TIMES) this.#bindTime(name);
    this.#bindPosition();
    controls.keys({
      m: () => triggering.setMode(MODES[(MODES.indexOf(triggering.mode) + 1) % MODES.length]),
      n: () => triggering.setMode("single"),
      e: () => triggering.set({ slope: SLOPES[(SLOPES.indexOf(triggering.settings.slope) + 1) % SLOPES.length] }),
      l: () => this.#middle(),
      "[": () => triggering.moveLevel(-1),
      "]": () => triggering.moveLevel(1),
      ",": () => triggering.movePosition(-1),
      ".": () => triggering.movePosition(1),
    });
  }

  /** Other signals: the list of sources is made anew. @param {{key: string, name: string}[]} signals */
  changedSignals(signals) {
    this.controls.options(
      "trigger-source",
      signals.map(({ key, name }) => [key, name]),
    );
  }

  show() {
    const { controls, triggering } = this;
    const { settings, shown, signal } = triggering;
    for (const mode of MODES) controls.press(`trigger-${mode}`, mode === triggering.mode);
    for (const slope of SLOPES) controls.press(`trigger-${slope}`, slope === settings.slope);
    for (const name of CHOICES) controls.choose(`trigger-${name}`, settings[name]);
    controls.choose("trigger-source", signal.key);
    controls.mark("trigger-state", "state", shown.state);
    controls.text("trigger-state", shown.text);
    controls.text("trigger-hint", shown.hint);
    controls.text("trigger-brief", this.#brief());
    controls.showKind("trigger", settings.kind);
    for (const name of LEVELS) {
      const text = this.#levelText(name);
      controls.fill(`trigger-${name}`, text);
      controls.mark(`trigger-${name}`, "wide", String(text.length > NARROW));
    }
    // The server measures it itself where it looks for the trigger.
    if (triggering.isLeftToServer) controls.fill("trigger-hysteresis", AUTO);
    for (const name of TIMES) controls.fill(`trigger-${name}`, timeText(settings[name]));
    controls.fill("trigger-position", setting(settings.position * 100, "%"));
  }

  /** Where it is folded: what triggers, in a line. */
  #brief() {
    const { settings, signal } = this.triggering;
    const levels = levelsOf(settings.kind).map((name) => this.#levelText(name));
    const how = settings.kind === "edge" ? ARROWS[settings.slope] : settings.kind;
    return [signal.name, how, levels.join(" … ")].filter(Boolean).join(" ");
  }

  /** A number, or the state that is entered there. @param {LevelField} name */
  #levelText(name) {
    const { settings, signal } = this.triggering;
    const state = nameAt(name, settings[name], signal.states, settings.slope);
    return state ?? setting(settings[name] ?? NaN, signal.unit, 15);
  }

  /** @param {LevelField} name @param {string} text */
  #readLevel(name, text) {
    const { settings, signal } = this.triggering;
    const named = levelOf(name, text, signal.states, settings.slope);
    return this.#allowed(name, named ?? parseQuantity(text, signal.unit));
  }

  #middle() {
    this.triggering.set(MIDDLE);
  }

  /** @param {LevelField} name */
  #bindLevel(name) {
    const { triggering } = this;
    this.controls.field(`trigger-${name}`, {
      read: (text) => (name === "hysteresis" && isAuto(text) ? NaN : this.#readLevel(name, text)),
      apply: (value) => triggering.set({ [name]: Number.isNaN(value) ? null : value }),
      hint: "This is a value of the signal, such as “1.5” with or without its unit.",
      step: (direction) => {
        const value = Number(((triggering.settings[name] ?? 0) + direction * triggering.levelStep).toPrecision(15));
        if (triggering.fields.isAllowed(name, value)) triggering.set({ [name]: value });
      },
    });
  }

  /** @param {TimeField} name */
  #bindTime(name) {
    const { triggering } = this;
    this.controls.field(`trigger-${name}`, {
      read: (text) =>
        name === "shorter" && isNoLimit(text) ? Infinity : this.#allowed(name, parseQuantity(text, "s")),
      apply: (value) => triggering.set({ [name]: value === Infinity ? null : value }),
      hint: "This is a time, such as “20 ms”.",
      step: (direction) => triggering.set({ [name]: this.#steppedTime(name, direction) }),
    });
  }

  /** @param {TimeField} name @param {1 | -1} direction */
  #steppedTime(name, direction) {
    const value = this.triggering.settings[name];
    if (value === null || value <= 0) return direction < 0 ? value : this.triggering.shortTime;
    const stepped = step125(value, direction);
    if (stepped >= SHORTEST) return stepped;
    return name === "shorter" ? value : 0;
  }

  /** @param {Field} name @param {number | null} value */
  #allowed(name, value) {
    return value !== null && this.triggering.fields.isAllowed(name, value) ? value : null;
  }

  #bindPosition() {
    const { triggering } = this;
    this.controls.field("trigger-position", {
      read: (text) => this.#allowed("position", hundredth(parseQuantity(text, "%"))),
      apply: (position) => triggering.stand(position),
      hint: "This is a place in the window, from 0 % to 100 %.",
      step: (direction) => triggering.movePosition(direction / 5),
    });
  }
}

/** @param {string} text */
function isAuto(text) {
  return text.trim() === "" || text.trim().toLowerCase() === AUTO;
}

/** @param {number | null} value */
function timeText(value) {
  return value === null ? NO_LIMIT : setting(value, "s");
}

/** @param {string} text */
function isNoLimit(text) {
  return text.trim() === "" || text.trim() === NO_LIMIT;
}

/** @param {number | null} value */
function hundredth(value) {
  return value === null ? null : value / 100;
}
