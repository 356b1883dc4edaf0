/** The trigger of the oscilloscope: its mode, its settings, and whether windows stand at it. */

import { SWEEP } from "../protocol/frames.js";
import { onItsGrid } from "../samples/joined-past.js";
import { lineOf } from "../samples/line.js";
import { TriggerFields } from "./fields.js";
import { seenIn } from "./hysteresis.js";
import { betweenCodes, ofStates } from "./named-levels.js";
import { onCurve } from "./on-curve.js";
import { Placing } from "./placing.js";
import {
  allCome,
  forServer,
  fromState,
  INITIAL,
  initialMode,
  levelsOf,
  MODES,
  problemOf,
  toState,
  withLevels,
} from "./settings.js";

/**
 * @import { Description, Signal } from "../protocol/description.js"
 * @import { Frame } from "../protocol/frames.js"
 * @import { Line } from "../samples/line.js"
 * @import { Past } from "../samples/past.js"
 * @import { Record } from "../samples/record.js"
 * @import { Source } from "../samples/window-samples.js"
 * @import { Schema } from "./fields.js"
 * @import { Seen } from "./hysteresis.js"
 * @import { Place } from "./placing.js"
 * @import { LevelField, Settings } from "./settings.js"
 * @import { Found, Mode, SweepState } from "./sweep.js"
 */

/** Every so many seconds it is seen whether the signal has another line, or … */
const LOOK_EVERY = 2;
/** … so many times the noise: less than that is chance. */
const OTHER = 1.5;
/** @type {{[state in SweepState]: string}} */
const STATES = { triggered: "Trig’d", armed: "Armed", auto: "Auto", stopped: "Held" };
/** @type {Signal} */
const NO_SIGNAL = { key: "", name: "", unit: "", colour: "" };

/**
 * @typedef {object} Timeline
 * @property {number} window seconds
 * @property {boolean} running
 * @property {() => void} goLive
 * @property {(edge: number) => void} goTo
 * @property {(edge: number) => void} freeze
 *
 * @typedef {object} Picture
 * @property {number} edge
 * @property {Found | null} [trigger]
 * @property {number} zero
 * @property {{perDivision: number}[]} axes
 * @property {number[]} axisOf
 *
 * @typedef {object} World what the trigger looks at, and whom it tells
 * @property {{window: number, rate: number, trigger: Schema}} config
 * @property {Record} record
 * @property {Past} past
 * @property {Timeline} timeline
 * @property {{signals: Signal[], placeOf: (key: string | null) => number}} selection
 * @property {() => number} columns device pixels across the plot
 * @property {() => Picture | null} picture
 * @property {() => boolean} isAnswered whether the server knows what is wanted
 * @property {() => void} askForView
 * @property {() => void} changed
 * @property {() => void} redraw
 */

const OFF = "The trigger is off: Auto, Normal or Single let it act.";

export class Triggering {
  #world;
  #rate = 0;
  /** @type {Record["ring"]} */
  #swept = null;
  #placing;
  /** The mode that a view begins with. */
  #beginsWith;
  /** The mode before a single sweep was asked for: what is live has it again. @type {Mode} */
  #before;
  /** Whether the view is paused because that sweep is complete. */
  isCaptured = false;
  /** @type {Settings} */
  settings = { ...INITIAL };
  /** What the hysteresis goes by; null where somebody chose one. @type {Seen | null} */
  #seen = null;
  /** The line that is looked at, and the second of the stream at which that was chosen. @type {Line | null} */
  #line = null;
  #lookedAt = -Infinity;

  /** @param {World} world */
  constructor(world) {
    this.#world = world;
    this.fields = new TriggerFields(world.config.trigger);
    this.#beginsWith = this.#before = initialMode(world.config.window);
    this.#placing = new Placing(this.#beginsWith, world.timeline.window);
  }

  /** @param {{[name: string]: string | undefined}} state */
  restore(state) {
    this.settings = fromState(state, this.fields);
    this.#seen = null;
    this.#placing.take(MODES.find((mode) => mode === state.trigger) ?? this.#beginsWith, -Infinity);
    this.isCaptured = this.mode === "single" && state.run === "0";
  }

  state() {
    const mode = this.mode === this.#beginsWith ? {} : { trigger: this.mode };
    return this.mode === "off" ? mode : { ...mode, ...toState(this.#chosen, this.fields) };
  }

  get mode() {
    return this.#placing.mode;
  }

  /** Whether the hysteresis goes by the noise of the signal. */
  get goesByNoise() {
    return this.#seen !== null || this.settings.hysteresis === null;
  }

  /** Whether the server, which finds the triggers, measures the noise itself. */
  get isLeftToServer() {
    return this.goesByNoise && this.#world.record.mode === "sweeps";
  }

  /** What somebody chose, and not the noise. @returns {Settings} */
  get #chosen() {
    return this.goesByNoise ? { ...this.settings, hysteresis: null } : this.settings;
  }

  /** Which signal it is, by its place. */
  get k() {
    return Math.max(0, this.#world.selection.placeOf(this.settings.signal));
  }

  get signal() {
    return this.#world.selection.signals[this.k] ?? NO_SIGNAL;
  }

  /** Why nothing can be found, or null. */
  get problem() {
    return problemOf(this.settings);
  }

  /** @param {Mode} mode */
  setMode(mode) {
    const { record, timeline, askForView, changed } = this.#world;
    if (mode !== "off" || this.isCaptured) timeline.goLive();
    if (mode === "single" && this.mode !== "single") this.#before = this.mode;
    this.#placing.take(mode, record.ring ? record.end : -Infinity);
    this.look();
    askForView();
    changed();
  }

  /** A single sweep that is complete is a pause: what was asked for stays on the screen. */
  capture() {
    const { picture, timeline } = this.#world;
    const isComplete = this.mode === "single" && this.stands && this.#placing.state === "stopped";
    const seen = picture();
    if (!timeline.running || !isComplete || !seen?.trigger) return;
    this.isCaptured = true;
    timeline.freeze(seen.edge);
  }

  /** When that was captured which is still seen while the next single sweep is waited for; null where none is. */
  get waitsWith() {
    const { picture, timeline } = this.#world;
    const found = picture()?.trigger;
    const waits = this.mode === "single" && timeline.running && this.#placing.state === "armed";
    return waits && found ? found.at : null;
  }

  /** No single sweep is waited for any more. */
  stopWaiting() {
    if (this.waitsWith !== null) this.setMode(this.#before);
  }

  /** What is live is shown again: after a capture in the mode that was before. */
  resumed() {
    if (!this.isCaptured) return;
    this.isCaptured = false;
    this.#placing.take(this.#before, -Infinity);
  }

  /** Change settings; what is null is chosen from the signal. @param {Partial<Settings>} change */
  set(change) {
    if (change.hysteresis !== undefined) this.#seen = null;
    this.settings = { ...this.settings, ...change };
    if (this.#seen) this.settings = withLevels(this.#chosen, this.#seen);
    const stands = Object.keys(change).every((field) => field === "position");
    if (stands && this.#placing.settings) this.#placing.stand(this.settings.position);
    else this.look();
    this.#world.askForView();
    this.#world.changed();
  }

  /** @param {Description} description */
  describe({ rate }) {
    if (rate === this.#rate) return;
    this.#rate = rate;
    this.look();
  }

  /** Another epoch begins. */
  begin() {
    this.#placing.begin(!this.#world.timeline.running);
  }

  /** Take what came. @param {Frame} frame @param {number} now page seconds */
  take(frame, now) {
    const { record, timeline, isAnswered } = this.#world;
    if (!timeline.running || !(this.isReady || this.#isFree)) return;
    if (!(frame.flags & SWEEP)) this.#feed();
    // What comes before the answer is of the former settings.
    else if (record.swept === record.ring && record.ring !== this.#swept && isAnswered()) {
      this.#swept = record.ring;
      this.#takeSweep(now);
    }
  }

  /** @param {number} now */
  #takeSweep(now) {
    const { source } = this.#world.record;
    if (!source) return;
    if (this.#isFree) this.#placing.freeSweep(source, now);
    else this.#placing.sentSweep(source, now, this.#world.timeline.window);
  }

  /** Where samples cannot all come: what to look for; without a trigger, whole windows at least. */
  get wanted() {
    const { description } = this.#world.record;
    if (!description || description.clock === "timed" || allCome(description)) return {};
    const signal = this.signal.key;
    if (this.mode === "off") return { trigger: { mode: "free", signal } };
    return this.isReady ? { trigger: forServer({ ...this.#chosen, signal }, this.mode) } : {};
  }

  /**
   * Where the window stands, where it is the trigger that says so.
   * @param {{now: number, edge: number, held: number | null}} view page seconds, the live edge, and that of a
   *   frozen view
   * @returns {Place | null}
   */
  place({ now, edge, held }) {
    const { record, timeline } = this.#world;
    const { window } = timeline;
    if (this.#isFree && held === null) return this.#placing.freePlace(now, edge);
    if (!this.isReady) return null;
    if (held !== null) return this.#frozenPlace(held, window);
    const { source } = record;
    if (!source || this.isTooLong) return null;
    const reached = record.dt === 0 ? edge : record.end;
    const view = { now, live: edge, reached, window, source };
    return this.#onCurve(this.#placing.running(view, record.mode === "sweeps"), source, false);
  }

  /** @param {number} held @param {number} window */
  #frozenPlace(held, window) {
    const { past, columns } = this.#world;
    // What is drawn by the numbers of its samples has its trigger between two of these.
    const { source, shift } = onItsGrid(past.source({ edge: held, window, columns: columns() }));
    return this.#onCurve(this.#placing.frozen({ held, window, sourceOf: () => source, shift }), source, true);
  }

  /** @param {Place} place @param {Source} source where the place has none of its own @param {boolean} isFrozen */
  #onCurve(place, source, isFrozen) {
    const { columns, timeline } = this.#world;
    const line = lineOf(this.signal);
    const view = { source: place.source ?? source, k: this.k, line, window: timeline.window };
    return onCurve(place, { ...view, columns: columns(), isFrozen });
  }

  /** Choose levels that nobody chose, once there is something to choose them from, and follow the signal. */
  choose() {
    if (this.mode === "off") return;
    if (this.isReady ? !this.#isOther() : !this.#chooseLevels()) return;
    this.look();
    this.#world.askForView();
    this.#world.redraw();
  }

  /** Whether the signal has another line by now, or much more or less noise. */
  #isOther() {
    const { record, timeline } = this.#world;
    if (!timeline.running || !record.ring || Math.abs(record.end - this.#lookedAt) < LOOK_EVERY) return false;
    this.#lookedAt = record.end;
    const { shape, missing } = lineOf(this.signal);
    return shape !== this.#line?.shape || missing !== this.#line?.missing || this.#hasOtherNoise();
  }

  /** Whether it is, and then the hysteresis goes by it. */
  #hasOtherNoise() {
    const seen = this.#seen && seenIn(this.#world.record, this.k, this.#world.timeline.window);
    if (!seen) return false;
    const settings = withLevels(this.#chosen, seen);
    const ratio = (settings.hysteresis ?? NaN) / (this.settings.hysteresis ?? NaN);
    if (ratio > 1 / OTHER && ratio < OTHER) return false;
    this.#seen = seen;
    this.settings = settings;
    return true;
  }

  /** The state as on an instrument, and a sentence where it needs one. */
  get shown() {
    const { timeline } = this.#world;
    const trigger = this.#world.picture()?.trigger;
    if (this.mode === "off")
      return {
        state: "off",
        text: "Off",
        hint: this.#isFree ? "Too fast to roll: these are the newest windows, as they come." : OFF,
      };
    if (this.problem) return { state: "armed", text: "Armed", hint: this.problem };
    if (!timeline.running) {
      const hint = trigger || !this.isReady ? "" : "Nothing in this window triggers.";
      return { state: "stopped", text: STATES.stopped, hint };
    }
    if (this.isTooLong)
      return { state: "auto", text: STATES.auto, hint: "At this rate the window is too long for a trigger." };
    const { state } = this.#placing;
    const armed = trigger ? "Nothing triggers now: the last sweep stays." : "Nothing has triggered yet.";
    return { state, text: STATES[state], hint: state === "armed" ? armed : "" };
  }

  /** Whether a view that runs is shown as columns: there are no samples to look at. */
  get isTooLong() {
    const { record, timeline } = this.#world;
    return timeline.running && record.mode === "columns";
  }

  /** Whether windows stand at a trigger, or would. */
  get stands() {
    return this.isReady && !this.isTooLong;
  }

  /** Whether it is known where windows stand: levels that nobody chose may be yet to come. */
  get isSettled() {
    return this.mode === "off" || this.isTooLong || this.isReady;
  }

  /** Whether there is all that is needed to look for it. */
  get isReady() {
    const { settings, mode } = this;
    return mode !== "off" && isChosen(settings) && this.problem === null && Boolean(this.#placing.settings);
  }

  /** Units of y that a key moves a level by. */
  get levelStep() {
    // From between two states to between the next.
    if (this.signal.states) return 1;
    const picture = this.#world.picture();
    return (picture?.axes[picture.axisOf[this.k] ?? 0]?.perDivision ?? 1) / 10;
  }

  /** Move the level, or the whole of a window, by steps. @param {number} steps */
  moveLevel(steps) {
    const moved = (/** @type {LevelField} */ field) =>
      tidy((this.settings[field] ?? 0) + steps * this.levelStep, this.levelStep);
    this.set(Object.fromEntries(levelsOf(this.settings.kind).map((field) => [field, moved(field)])));
  }

  /** Put a level where a hand does. @param {LevelField} field @param {number} value @param {number} perDivision */
  drag(field, value, perDivision) {
    this.set({ [field]: this.signal.states ? betweenCodes(value) : tidy(value, perDivision / 10) });
  }

  /** @param {number} steps */
  movePosition(steps) {
    const { timeline } = this.#world;
    const picture = this.#world.picture();
    // A frozen window may have been scrolled since.
    const isElsewhere = !timeline.running && picture?.trigger;
    this.stand((isElsewhere ? 1 + picture.zero / timeline.window : this.settings.position) + steps / 20);
  }

  /** Where in the window the trigger stands: a frozen window is moved, one that runs filled anew. @param {number} position */
  stand(position) {
    const { timeline } = this.#world;
    const trigger = this.#world.picture()?.trigger;
    const share = Math.min(1, Math.max(0, Math.round(position * 100) / 100));
    this.set({ position: share });
    if (!timeline.running && trigger) timeline.goTo(trigger.at + (1 - share) * timeline.window);
  }

  /** Seconds of a division: what a time that is 0 is stepped to. */
  get shortTime() {
    return this.#world.timeline.window / 100;
  }

  /** Whether the server sends windows that nothing was looked for in. */
  get #isFree() {
    return this.mode === "off" && this.#world.record.mode === "sweeps";
  }

  /** Look for what is set now, in what is there and in what comes. */
  look() {
    const { record, config } = this.#world;
    if (!isChosen(this.settings) && !this.#chooseLevels()) return;
    this.#line = lineOf(this.signal);
    this.#placing.look(this.settings, this.k, record.description?.rate ?? config.rate, this.#line);
    this.#placing.stand(this.settings.position);
    this.#feed();
  }

  #feed() {
    const { record, timeline } = this.#world;
    const { source } = record;
    if (source && !source.envelope && record.mode !== "sweeps" && this.#placing.settings) {
      this.#placing.feed(source, record.end, timeline.window);
    }
  }

  /** Levels that nobody chose, from what there is of the signal. @returns {boolean} whether there is */
  #chooseLevels() {
    const seen = seenIn(this.#world.record, this.k, this.#world.timeline.window);
    if (!seen) return false;
    if (this.settings.hysteresis === null) this.#seen = seen;
    const { states } = this.signal;
    this.settings = states ? ofStates(this.settings, seen.low, seen.high) : withLevels(this.settings, seen);
    return true;
  }
}

/** @param {Settings} settings */
function isChosen(settings) {
  return settings.hysteresis !== null && levelsOf(settings.kind).every((field) => settings[field] !== null);
}

/** Rounded to a tenth of a step: what a hand on the mouse means. @param {number} value @param {number} step */
function tidy(value, step) {
  return Number((Math.round((value / step) * 10) * (step / 10)).toPrecision(15));
}
