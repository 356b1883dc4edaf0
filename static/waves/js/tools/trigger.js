/** The trigger: its mode, its settings, and its handles on the chart. */

import { SWEEP } from "../protocol/frames.js";
import { TriggerPanel } from "../trigger/panel.js";
import { Placing } from "../trigger/placing.js";
import {
  allCome,
  forServer,
  fromState,
  initialMode,
  levelsOf,
  MODES,
  problemOf,
  toState,
  withLevels,
} from "../trigger/settings.js";

/** A level is chosen from what these seconds show of a signal, or a window if that is shorter. */
const ENOUGH = 1;
/** More samples than this need not be looked at to choose a level. */
const MOST = 100_000;
const STATES = { triggered: "Trig’d", armed: "Armed", auto: "Auto", stopped: "Stopped" };

export class Trigger {
  #dragged = null;
  #rate = 0;
  #swept = null;

  constructor(scope) {
    this.scope = scope;
    this.settings = fromState({});
    this.beginsWith = initialMode(scope.config.window);
    this.triggering = new Placing(this.beginsWith, scope.timebase.window);
    this.panel = new TriggerPanel(this);
  }

  bind(controls) {
    this.panel.bind(controls);
  }

  restore(state) {
    this.settings = fromState(state);
    this.triggering.take(MODES.includes(state.trigger) ? state.trigger : this.beginsWith, -Infinity);
  }

  state() {
    const mode = this.mode === this.beginsWith ? {} : { trigger: this.mode };
    return this.mode === "off" ? mode : { ...mode, ...toState(this.settings) };
  }

  get mode() {
    return this.triggering.mode;
  }

  /** Which signal it is, by its place. */
  get k() {
    return Math.max(
      0,
      this.scope.signals.findIndex(({ key }) => key === this.settings.signal),
    );
  }

  get signal() {
    return this.scope.signals[this.k] ?? { key: "", name: "", unit: "" };
  }

  /** Why nothing can be found, or null. */
  get problem() {
    return problemOf(this.settings);
  }

  setMode(mode) {
    const { record, tools } = this.scope;
    if (mode !== "off") tools.time.goLive();
    this.triggering.take(mode, record.ring ? record.end : -Infinity);
    this.#look();
    this.scope.askForView();
    this.scope.changed();
  }

  /** Change settings; what is null is chosen from the signal. */
  set(change) {
    this.settings = { ...this.settings, ...change };
    const stands = Object.keys(change).every((field) => field === "position");
    if (stands && this.triggering.settings) this.triggering.stand(this.settings.position);
    else this.#look();
    this.scope.askForView();
    this.scope.changed();
  }

  described({ rate }) {
    if (rate === this.#rate) return;
    this.#rate = rate;
    this.#look();
  }

  changedSignals() {
    this.panel.changedSignals();
    this.#look();
  }

  began() {
    this.triggering.begin(!this.scope.timebase.running);
  }

  data(frame, now) {
    const { record, timebase, unanswered } = this.scope;
    if (!timebase.running || !(this.#isReady || this.#isFree)) return;
    if (!(frame.flags & SWEEP)) this.#feed();
    // What comes before the answer is of the former settings.
    else if (record.swept === record.ring && record.ring !== this.#swept && !unanswered) {
      this.#swept = record.ring;
      if (this.#isFree) this.triggering.freeSweep(record.source, now);
      else this.triggering.sentSweep(record.source, now, timebase.window);
    }
  }

  /** Where samples cannot all come: what to look for; without a trigger, whole windows at least. */
  wanted() {
    const { description } = this.scope.record;
    if (!description || description.clock === "timed" || allCome(description)) return {};
    const signal = this.signal.key;
    if (this.mode === "off") return { trigger: { mode: "free", signal } };
    return this.#isReady ? { trigger: forServer({ ...this.settings, signal }, this.mode) } : {};
  }

  place({ now, edge, held }) {
    const { scope, triggering } = this;
    const { record, timebase } = scope;
    const { window } = timebase;
    if (this.#isFree && held === null) return triggering.freePlace(now, edge);
    if (!this.#isReady) return null;
    if (held !== null) {
      const sourceOf = () => scope.past.source({ edge: held, window, columns: scope.chart.columns });
      return triggering.frozen({ held, window, sourceOf });
    }
    if (!record.ring || this.isTooLong) return null;
    const { source } = record;
    const reached = record.dt === 0 ? edge : record.end;
    return triggering.running({ now, live: edge, reached, window, source }, record.mode === "sweeps");
  }

  drawn() {
    if (!this.#isReady && this.mode !== "off" && this.#chooseLevels()) {
      this.#look();
      this.scope.askForView();
      this.scope.dirty();
    }
  }

  overlay(picture) {
    if (!this.#isReady) return [];
    const levels = levelsOf(this.settings.kind).map((field) => this.#levelItem(field, picture));
    const running = this.scope.timebase.running && !this.isTooLong;
    return running || picture.trigger ? [...levels, this.#positionItem(picture)] : levels;
  }

  readings() {
    this.panel.show();
  }

  /** The state as on an instrument, and a sentence where it needs one. */
  get shown() {
    const { timebase, picture } = this.scope;
    if (this.mode === "off")
      return {
        state: "off",
        text: "Off",
        hint: this.#isFree ? "Too fast to roll: these are the newest windows, as they come." : "",
      };
    if (this.problem) return { state: "armed", text: "Armed", hint: this.problem };
    if (!timebase.running) {
      const hint = picture.trigger || !this.#isReady ? "" : "Nothing in this window triggers.";
      return { state: "stopped", text: STATES.stopped, hint };
    }
    if (this.isTooLong)
      return { state: "auto", text: STATES.auto, hint: "At this rate the window is too long for a trigger." };
    const { state } = this.triggering;
    const armed = picture.trigger ? "Nothing triggers now: the last sweep stays." : "Nothing has triggered yet.";
    return { state, text: STATES[state], hint: state === "armed" ? armed : "" };
  }

  /** Whether a view that runs is shown as columns: there are no samples to look at. */
  get isTooLong() {
    const { record, timebase } = this.scope;
    return timebase.running && record.mode === "columns";
  }

  /** Whether windows stand at a trigger, or would. */
  get stands() {
    return this.#isReady && !this.isTooLong;
  }

  /** Whether it is known where windows stand: levels that nobody chose may be yet to come. */
  get isSettled() {
    return this.mode === "off" || this.isTooLong || this.#isReady;
  }

  /** Units of y that a key moves a level by. */
  get levelStep() {
    const { axes, axisOf } = this.scope.picture;
    return (axes?.[axisOf[this.k] ?? 0].perDivision ?? 1) / 10;
  }

  /** Move the level, or the whole of a window, by steps. */
  moveLevel(steps) {
    const fields = levelsOf(this.settings.kind);
    this.set(
      Object.fromEntries(
        fields.map((field) => [field, tidy(this.settings[field] + steps * this.levelStep, this.levelStep)]),
      ),
    );
  }

  movePosition(steps) {
    const { timebase, picture } = this.scope;
    // A frozen window may have been scrolled since.
    const isElsewhere = !timebase.running && picture.trigger;
    this.stand((isElsewhere ? 1 + picture.zero / timebase.window : this.settings.position) + steps / 20);
  }

  /** Where in the window the trigger stands: a frozen window is moved, one that runs filled anew. */
  stand(position) {
    const { timebase, picture, tools } = this.scope;
    const share = Math.min(1, Math.max(0, Math.round(position * 100) / 100));
    this.set({ position: share });
    if (!timebase.running && picture.trigger) tools.time.goTo(picture.trigger.at + (1 - share) * timebase.window);
  }

  /** Whether the server sends windows that nothing was looked for in. */
  get #isFree() {
    return this.mode === "off" && this.scope.record.mode === "sweeps";
  }

  get #isReady() {
    const { settings, mode } = this;
    const chosen = levelsOf(settings.kind).every((field) => settings[field] !== null) && settings.hysteresis !== null;
    return mode !== "off" && chosen && this.problem === null && Boolean(this.triggering.settings);
  }

  /** Look for what is set now, in what is there and in what comes. */
  #look() {
    const { settings, scope } = this;
    const chosen = settings.hysteresis !== null && levelsOf(settings.kind).every((field) => settings[field] !== null);
    if (!chosen && !this.#chooseLevels()) return;
    this.triggering.look(this.settings, this.k, scope.record.description?.rate ?? scope.config.rate);
    this.triggering.stand(this.settings.position);
    this.#feed();
  }

  #feed() {
    const { record, timebase } = this.scope;
    if (record.ring && !record.envelope && record.mode !== "sweeps" && this.triggering.settings) {
      this.triggering.feed(record.source, record.end, timebase.window);
    }
  }

  /** Levels that nobody chose, from what there is of the signal. @returns {boolean} whether there is */
  #chooseLevels() {
    const { ring, dt, envelope } = this.scope.record;
    const { window } = this.scope.timebase;
    if (!ring) return false;
    const wanted = dt > 0 ? Math.ceil(Math.min(window, ENOUGH) / dt) : 2;
    const from = Math.max(ring.first, ring.next - Math.min(MOST, Math.max(2, wanted)));
    if (ring.next - ring.first < 0.9 * wanted) return false;
    const rows = envelope ? [2 * this.k, 2 * this.k + 1] : [this.k];
    const values = rows.flatMap((row) => [...ring.slice(row, from, ring.next)]).filter(Number.isFinite);
    const [low, high] = [
      values.reduce((a, b) => Math.min(a, b), Infinity),
      values.reduce((a, b) => Math.max(a, b), -Infinity),
    ];
    if (!(low < high)) return false;
    this.settings = withLevels(this.settings, low, high);
    return true;
  }

  #levelItem(field, { axisOf, axes }) {
    const axis = axisOf[this.k] ?? 0;
    return {
      id: `trigger-${field}`,
      line: "horizontal",
      y: this.settings[field],
      axis,
      colour: this.scope.chart.colourOf(this.signal, this.k),
      dash: true,
      lineless: this.#dragged !== field,
      handle: "triangle",
      clamp: true,
      drag: (point) => {
        this.#dragged = field;
        this.set({ [field]: tidy(point.yOf(axis), axes[axis].perDivision / 10) });
      },
      drop: () => this.#dropped(),
    };
  }

  #positionItem({ zero }) {
    return {
      id: "trigger-position",
      line: "vertical",
      x: zero,
      colour: "--warn",
      dash: true,
      handle: "triangle",
      clamp: true,
      drag: (point) => this.stand(point.along),
    };
  }

  #dropped() {
    this.#dragged = null;
    this.scope.changed();
  }
}

/** Rounded to a tenth of a step: what a hand on the mouse means. */
function tidy(value, step) {
  return Number((Math.round((value / step) * 10) * (step / 10)).toPrecision(9));
}
