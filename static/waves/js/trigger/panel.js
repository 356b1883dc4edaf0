/** The fields and buttons of the trigger, in the bar and beside the chart. */

import { step125 } from "../text/divisions.js";
import { parseQuantity } from "../text/parse-quantity.js";
import { setting } from "../text/quantities.js";
import { isAllowed, MODES } from "./settings.js";

const SLOPES = ["rising", "falling", "either"];
/** Fields in the unit of the signal, and in seconds; `shorter` may have no limit. */
const LEVELS = ["level", "hysteresis", "low", "high"];
const TIMES = ["holdoff", "longer", "shorter"];
const NO_LIMIT = "no limit";
/** Below this (s) a step goes to 0: shorter than any sample. */
const SHORTEST = 1e-7;

const byId = (id) => document.getElementById(id);

export class TriggerPanel {
  /** @param {Trigger} tool */
  constructor(tool) {
    this.tool = tool;
  }

  bind(controls) {
    this.controls = controls;
    const { tool } = this;
    for (const mode of MODES) controls.click(`trigger-${mode}`, () => tool.setMode(mode));
    for (const slope of SLOPES) controls.click(`trigger-${slope}`, () => tool.set({ slope }));
    for (const name of ["kind", "polarity", "direction"])
      controls.choice(`trigger-${name}`, (value) => tool.set({ [name]: value }));
    controls.choice("trigger-source", (signal) =>
      tool.set({ signal, level: null, hysteresis: null, low: null, high: null }),
    );
    controls.click("trigger-middle", () => this.#middle());
    for (const name of LEVELS) this.#bindLevel(name);
    for (const name of TIMES) this.#bindTime(name);
    this.#bindPosition();
    controls.keys({
      m: () => tool.setMode(MODES[(MODES.indexOf(tool.mode) + 1) % MODES.length]),
      n: () => tool.setMode("single"),
      e: () => tool.set({ slope: SLOPES[(SLOPES.indexOf(tool.settings.slope) + 1) % SLOPES.length] }),
      l: () => this.#middle(),
      "[": () => tool.moveLevel(-1),
      "]": () => tool.moveLevel(1),
      ",": () => tool.movePosition(-1),
      ".": () => tool.movePosition(1),
    });
  }

  /** Other signals: the list of sources is made anew. */
  changedSignals() {
    const options = this.tool.scope.signals.map(({ key, name }) => new Option(name, key));
    byId("trigger-source").replaceChildren(...options);
  }

  show() {
    const { controls, tool } = this;
    const { settings, shown } = tool;
    for (const mode of MODES) controls.press(`trigger-${mode}`, mode === tool.mode);
    for (const slope of SLOPES) controls.press(`trigger-${slope}`, slope === settings.slope);
    for (const name of ["kind", "polarity", "direction"]) controls.choose(`trigger-${name}`, settings[name]);
    controls.choose("trigger-source", tool.signal.key);
    byId("trigger-state").dataset.state = shown.state;
    controls.text("trigger-state", shown.text);
    controls.text("trigger-hint", shown.hint);
    byId("trigger").dataset.kind = settings.kind;
    for (const name of LEVELS) controls.fill(`trigger-${name}`, setting(settings[name] ?? NaN, tool.signal.unit));
    for (const name of TIMES)
      controls.fill(`trigger-${name}`, settings[name] === null ? NO_LIMIT : setting(settings[name], "s"));
    controls.fill("trigger-position", setting(settings.position * 100, "%"));
  }

  #middle() {
    this.tool.set({ level: null, hysteresis: null, low: null, high: null });
  }

  #bindLevel(name) {
    const { tool } = this;
    this.controls.field(`trigger-${name}`, {
      read: (text) => allowed(name, parseQuantity(text, tool.signal.unit)),
      apply: (value) => tool.set({ [name]: value }),
      step: (direction) => {
        const value = Number(((tool.settings[name] ?? 0) + direction * tool.levelStep).toPrecision(9));
        if (isAllowed(name, value)) tool.set({ [name]: value });
      },
    });
  }

  #bindTime(name) {
    const { tool } = this;
    this.controls.field(`trigger-${name}`, {
      read: (text) => (name === "shorter" && isNoLimit(text) ? Infinity : allowed(name, parseQuantity(text, "s"))),
      apply: (value) => tool.set({ [name]: value === Infinity ? null : value }),
      step: (direction) => tool.set({ [name]: this.#steppedTime(name, direction) }),
    });
  }

  #steppedTime(name, direction) {
    const value = this.tool.settings[name];
    const stepped = value > 0 ? step125(value, direction) : this.tool.scope.timebase.perDivision / 10;
    if (value !== null && value > 0 && stepped < SHORTEST) return name === "shorter" ? value : 0;
    return !(value > 0) && direction < 0 ? value : stepped;
  }

  #bindPosition() {
    const { tool } = this;
    this.controls.field("trigger-position", {
      read: (text) => allowed("position", hundredth(parseQuantity(text, "%"))),
      apply: (position) => tool.stand(position),
      step: (direction) => tool.movePosition(direction / 5),
    });
  }
}

function isNoLimit(text) {
  return text.trim() === "" || text.trim() === NO_LIMIT;
}

function allowed(name, value) {
  return value !== null && isAllowed(name, value) ? value : null;
}

function hundredth(value) {
  return value === null ? null : value / 100;
}
