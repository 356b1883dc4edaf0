/** Time on the screen: run and pause, time/div, and going back into the past. */

import { ANSWER } from "../protocol/frames.js";
import { COLUMNS } from "../text/divisions.js";
import { parseQuantity } from "../text/parse-quantity.js";
import { duration, setting } from "../text/quantities.js";
import { allowed, nearestWindow, within, zoomAbout } from "../time/navigation.js";
import { stepTimePerDivision } from "../time/timebase.js";

/** A scroll of the arrow keys in divisions, and with shift. */
const STEP = 1;
const LEAP = COLUMNS;

const pageSeconds = () => performance.now() / 1000;

export class Time {
  /** The position of a link, until the stream's epoch is known. */
  #wanted = null;

  constructor(scope) {
    this.scope = scope;
    this.timebase = scope.timebase;
  }

  bind(controls) {
    const clicks = {
      run: () => (this.timebase.running ? this.freeze() : this.goLive()),
      "time-shorter": () => this.#step(-1),
      "time-longer": () => this.#step(1),
      live: () => this.goLive(),
      earlier: () => this.#scrollBy(-STEP),
      later: () => this.#scrollBy(STEP),
    };
    for (const [id, act] of Object.entries(clicks)) controls.click(id, act);
    controls.field("time", {
      read: (text) => readPerDivision(text),
      apply: (perDivision) => this.setWindow(perDivision * COLUMNS),
      step: (direction) => this.#step(direction),
      hint: "Time per division is a time, such as “20 ms”.",
    });
    controls.keys({
      " ": clicks.run,
      "-": clicks["time-shorter"],
      "+": clicks["time-longer"],
      "=": clicks["time-longer"],
      ArrowLeft: clicks.earlier,
      ArrowRight: clicks.later,
      "Shift+ArrowLeft": () => this.#scrollBy(-LEAP),
      "Shift+ArrowRight": () => this.#scrollBy(LEAP),
      Home: () => this.goTo(-Infinity),
      End: clicks.live,
    });
  }

  /** Freeze what is on the screen; data goes on arriving. */
  freeze() {
    const { edge } = this.scope.picture;
    if (edge !== null) this.#hold(edge);
  }

  /** Show what is live again. */
  goLive() {
    if (this.timebase.running) return;
    this.timebase.resume();
    this.scope.past.release();
    this.scope.askForView();
    this.scope.changed();
  }

  /** Freeze with this second of the stream at the right end, or the nearest that there is. */
  goTo(edge) {
    if (!this.#canLookBack) return;
    const span = { ...this.scope.past.span(), window: this.timebase.window };
    this.#hold(within(edge, span));
  }

  #hold(edge) {
    this.timebase.hold(edge);
    this.scope.changed();
  }

  /** Take another window; the instant at `x` (seconds from the right end) stays where it is. */
  setWindow(window, x = 0) {
    const { timebase } = this;
    if (window === timebase.window) return;
    const edge = timebase.running ? null : zoomAbout({ edge: timebase.held, window: timebase.window }, x, window);
    timebase.window = window;
    if (edge !== null) this.goTo(edge);
    this.scope.tools.vertical.refit();
    this.scope.askForView();
    this.scope.changed();
  }

  zoom({ x }, steps) {
    this.setWindow(stepTimePerDivision(this.timebase.perDivision, steps) * COLUMNS, x);
    return true;
  }

  scroll(seconds) {
    this.#scrollTo(this.#edge + seconds);
    return true;
  }

  /** Dragging sideways pulls the past to the right. */
  grab({ direction, x }) {
    if (direction !== "horizontal") return null;
    const edge = this.#edge;
    const move = (point) => {
      const pulled = point.x - x;
      // Nothing lies to the right of what is live.
      if (pulled > 0 || !this.timebase.running) this.goTo(edge - pulled);
    };
    return { move };
  }

  /** Two fingers: the window follows, by the steps of the sequence, and so does the instant. */
  pinch({ x }) {
    const { window } = this.timebase;
    return {
      move: (scale) => {
        const wanted = nearestWindow(window / scale);
        this.setWindow(wanted, (x / window) * this.timebase.window);
      },
    };
  }

  place({ edge, held }) {
    return held === null ? null : { edge, zero: 0 };
  }

  readings() {
    const { controls, past } = this.scope;
    const { running } = this.timebase;
    controls.press("run", running);
    controls.text("run", running ? "Run" : "Paused");
    controls.fill("time", setting(this.timebase.perDivision, "s"));
    if (running) return this.#hideNote();
    controls.show("frozen", true);
    controls.text("behind", past.isFormer ? "from before the restart" : `${behindText(this.#behind)} behind`);
    controls.show("coarse", past.isCoarse);
  }

  /** The focus does not go with the note, but to the button that freezes again. */
  #hideNote() {
    const note = document.getElementById("frozen");
    if (note.contains(document.activeElement)) document.getElementById("run").focus();
    note.hidden = true;
  }

  state() {
    const { timebase, scope } = this;
    const window = { window: timebase.window };
    if (timebase.running || scope.past.isFormer || !scope.record.ring) return window;
    // On a timed clock each page counts seconds from its own first label.
    const { ring, epoch } = scope.record;
    const end = ring.times ? scope.record.wallTime(timebase.held) : timebase.held;
    return { ...window, run: 0, epoch, end };
  }

  restore({ window, run, epoch, end }) {
    const perDivision = allowed(Number(window) / COLUMNS);
    if (Number.isFinite(perDivision) && perDivision > 0) this.timebase.window = perDivision * COLUMNS;
    if (run === "0" && Number.isFinite(Number(end))) this.#wanted = { epoch: Number(epoch), end: Number(end) };
  }

  /** Samples came: stand where the link says, once they reach there, or are live. */
  data(frame) {
    if (!this.#wanted) return;
    const { record, controls } = this.scope;
    const { epoch, end } = this.#wanted;
    const edge = record.ring.times ? record.secondsAt(end) : end;
    if (epoch === record.epoch && frame.flags & ANSWER && record.end < edge) return;
    this.#wanted = null;
    if (epoch === record.epoch) this.goTo(edge);
    else controls.toast("What this link shows is no longer kept; this is live.");
  }

  get #edge() {
    return this.timebase.held ?? this.scope.picture.edge ?? 0;
  }

  get #behind() {
    const live = this.timebase.live.edge(pageSeconds());
    return live === null ? 0 : Math.max(0, live - this.timebase.held);
  }

  get #canLookBack() {
    return Boolean(this.scope.record.ring) || this.scope.past.isFormer;
  }

  #step(direction) {
    // About the middle, where nobody pointed anywhere.
    this.zoom({ x: -this.timebase.window / 2 }, direction);
  }

  #scrollBy(divisions) {
    this.#scrollTo(this.#edge + divisions * this.timebase.perDivision);
  }

  /** What is live has no future to scroll to. */
  #scrollTo(edge) {
    if (this.timebase.running && edge >= this.#edge) return;
    this.goTo(edge);
  }
}

/** time/div of a text, or null where it is none. */
function readPerDivision(text) {
  const perDivision = parseQuantity(text, "s");
  return perDivision > 0 ? allowed(perDivision) : null;
}

/** Tenths of a second while they can be read. */
function behindText(seconds) {
  return seconds < 60 ? `${seconds.toFixed(1)} s` : duration(seconds);
}
