/** Time on the screen: run and pause, time/div, and going back into the past. */

import { byId } from "../controls/elements.js";
import { ANSWER } from "../protocol/frames.js";
import { instantOf } from "../samples/window-samples.js";
import { COLUMNS, ceilTime } from "../text/divisions.js";
import { fullInstant, instantText } from "../text/instants.js";
import { parseQuantity } from "../text/parse-quantity.js";
import { duration, timeSetting } from "../text/quantities.js";
import { allowed, nearestWindow, shortestOf } from "../time/navigation.js";
import { SHORTEST, stepTimePerDivision } from "../time/timebase.js";

/**
 * @import { PointDrag, PointPinch } from "../chart/chart.js"
 * @import { Item, Point } from "../chart/overlay.js"
 * @import { Controls } from "../controls/controls.js"
 * @import { View } from "../controls/views.js"
 * @import { Frame } from "../protocol/frames.js"
 * @import { Place } from "../trigger/placing.js"
 * @import { Kept, Parts, Picture, Restored } from "./parts.js"
 */

/** A scroll of the arrow keys in divisions, and with shift. */
const STEP = 1;
const LEAP = COLUMNS;
/** How strongly it is shaded where nothing is kept. */
const SHADE = 0.16;
/** Narrower than this share of the window nobody reads why. */
const ROOM = 0.2;

const pageSeconds = () => performance.now() / 1000;

export class Time {
  #parts;
  #timeline;
  /** The position of a link, until the stream's epoch is known. @type {{epoch: number, end: number, unix: number | null} | null} */
  #wanted = null;
  /** @type {View[]} */
  views;

  /** @param {Pick<Parts, "chart" | "config" | "controls" | "past" | "record" | "screen" | "timeline">} parts */
  constructor(parts) {
    this.#parts = parts;
    this.#timeline = parts.timeline;
    this.views = [{ name: "time", charts: () => [parts.chart] }];
  }

  /** @param {Controls} controls */
  bind(controls) {
    const timeline = this.#timeline;
    const clicks = {
      run: () => (timeline.running ? this.#pause() : timeline.goLive()),
      "time-shorter": () => this.#step(-1),
      "time-longer": () => this.#step(1),
      live: () => timeline.goLive(),
      earlier: () => this.#scrollBy(-STEP),
      later: () => this.#scrollBy(STEP),
    };
    for (const [id, act] of Object.entries(clicks)) controls.click(id, act);
    controls.field("time", {
      read: (text) => readPerDivision(text),
      apply: (perDivision) => timeline.setWindow(perDivision * COLUMNS, timeline.pivot),
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
      Home: () => timeline.goTo(-Infinity),
      End: clicks.live,
    });
  }

  /** Hold what is on the screen; data goes on arriving. Where none comes, there is nothing to pause. */
  #pause() {
    if (this.#isStopped) return;
    const edge = this.#parts.screen.picture?.edge ?? null;
    if (edge !== null) this.#timeline.freeze(edge);
  }

  /** @param {Pick<Point, "x" | "ctrl" | "place">} at @param {number} steps */
  zoom({ x, ctrl, place }, steps) {
    if (ctrl || place === "y") return false;
    const wanted = stepTimePerDivision(this.#timeline.perDivision, steps);
    if (steps > 0 || wanted >= this.#shortest) this.#timeline.setWindow(wanted * COLUMNS, x);
    else this.#parts.controls.toast("Two samples a division: nearer there is nothing more to see.");
    return true;
  }

  /** @param {number} seconds */
  scroll(seconds) {
    this.#scrollTo(this.#edge + seconds);
    return true;
  }

  /**
   * Dragging sideways pulls the past to the right.
   * @param {Point & {direction: string}} at
   * @returns {PointDrag | null}
   */
  grab({ direction, x }) {
    if (direction !== "horizontal") return null;
    const edge = this.#edge;
    const move = (/** @type {Point} */ point) => {
      const pulled = point.x - x;
      // Nothing lies to the right of what is live.
      if (pulled > 0 || !this.#timeline.running) this.#timeline.goTo(edge - pulled);
    };
    return { move };
  }

  /**
   * Two fingers beside each other: the window follows, by the steps of the sequence, and so does the instant.
   * @param {Point & {direction: string}} at
   * @returns {PointPinch | null}
   */
  pinch({ x, direction }) {
    if (direction !== "horizontal") return null;
    const { window } = this.#timeline;
    const least = Math.min(window, ceilTime(this.#shortest) * COLUMNS);
    return {
      move: (scale) => {
        const wanted = Math.max(least, nearestWindow(window / scale));
        this.#timeline.setWindow(wanted, (x / window) * this.#timeline.window);
      },
    };
  }

  /** A double click on its axis: the window that the stream begins with. @param {Point} at */
  twice({ place }) {
    if (place === "x") this.#timeline.setWindow(this.#parts.config.window, this.#timeline.pivot);
  }

  /** @param {{edge: number, held: number | null}} view @returns {Place | null} */
  place({ edge, held }) {
    return held === null ? null : { edge, zero: 0 };
  }

  /** Where nothing is kept, or nothing came yet, there is no empty picture that looks like a line of nothing. @param {Picture} picture @returns {Item[]} */
  overlay({ edge, window, source, axes, gaps }) {
    if ("between" in source) return this.#beforeRecording(edge, window, axes);
    const { ring } = source;
    const { first } = this.#parts.past.memory();
    const x = (ring.first < ring.next ? Math.min(first, instantOf(source, ring.first)) : first) - edge;
    const isCut = gaps.some(({ from }) => from === -Infinity);
    if (isCut || x < -window * (1 - 1 / this.#parts.chart.columns)) return [];
    const band = { from: -Infinity, to: Math.min(0, x) };
    /** @type {Item} */
    const shade = { id: "not-kept", band, colour: "--dim", opacity: SHADE };
    if (x + window < ROOM * window) return [shade];
    const [{ min, max }] = axes;
    const why = { text: edge + x > 0 ? "Not kept" : "Before the beginning", x: (Math.min(0, x) - window) / 2 };
    return [shade, { id: "not-kept-text", ...why, y: (min + max) / 2, colour: "--dim", align: "center" }];
  }

  /** What is older than the recording. @param {number} edge @param {number} window @param {Picture["axes"]} axes @returns {Item[]} */
  #beforeRecording(edge, window, [{ min, max }]) {
    const { past } = this.#parts;
    const x = past.span().first - edge;
    if (!(x > -window)) return [];
    const shade = { id: "not-kept", band: { from: -Infinity, to: Math.min(0, x) }, colour: "--dim", opacity: SHADE };
    if (x + window < ROOM * window) return [shade];
    const since = instantText(past.wallTime(past.span().first), "local", Date.now() / 1000).replace(/\.\d+$/, "");
    const text = { id: "not-kept-text", text: `Recorded since ${since}`, x: (Math.min(0, x) - window) / 2 };
    return [shade, { ...text, y: (min + max) / 2, colour: "--dim", align: "center" }];
  }

  readings() {
    const { controls, past, record } = this.#parts;
    // Of a stream that is not live nothing comes that a link could wait for.
    const unix = this.#wanted?.unix;
    if (unix && !record.ring && past.isRecorded && past.span().end > -Infinity) {
      // First, since whoever moves is shown, and so comes here again.
      this.#wanted = null;
      this.#goToInstant(unix);
    } else if (this.#wanted && this.#isStopped && !record.ring && !past.isRecorded) {
      controls.toast("What this link shows is no longer kept.");
      this.#wanted = null;
    }
    const { running, perDivision } = this.#timeline;
    const canPause = running && !this.#isStopped;
    controls.mark("run", "does", canPause ? "pause" : "run");
    controls.text("run-label", canPause ? "Pause" : "Run");
    controls.enable("run", !this.#isStopped);
    controls.fill("time", timeSetting(perDivision));
    if (running) return this.#hideNote();
    controls.show("frozen", true);
    controls.text(
      "behind",
      past.isFormer
        ? "from before the restart"
        : `${behindText(this.#behind)} ago${this.#isOldest ? ", the oldest" : ""}`,
    );
    const isWaiting = past.whole?.tiles.isWaiting === true && this.#isOfRecording;
    controls.text("coarse", isWaiting ? "The recording is on its way." : "No finer samples are kept.");
    controls.show("coarse", past.isCoarse || isWaiting);
    controls.text("live", this.#isStopped ? "To the end" : "Go live");
  }

  /** Whether the picture is drawn from the recording: what memory holds whole waits for nothing. */
  get #isOfRecording() {
    const { past, screen } = this.#parts;
    return past.isRecorded && screen.picture !== null && "between" in screen.picture.source;
  }

  /** Whether nothing older is kept than what is seen. */
  get #isOldest() {
    const { chart, past } = this.#parts;
    const { window } = this.#timeline;
    return this.#edge - window * (1 + 1 / chart.columns) <= past.span().first;
  }

  /** The focus does not go with the note, but to the button that pauses again. */
  #hideNote() {
    const note = byId("frozen");
    // The trigger says something there: see `trigger.js`.
    if (note.dataset.waits === "true") return;
    if (note.contains(document.activeElement)) byId("run").focus();
    note.hidden = true;
  }

  /** @returns {Kept} */
  state() {
    const { past, record } = this.#parts;
    const { held, window } = this.#timeline;
    if (held === null || past.isFormer || !past.isThere) return { window };
    // On a timed clock each page counts seconds from its own first label.
    const end = record.ring?.times ? record.wallTime(held) : held;
    if (!past.isRecorded) return { window, run: 0, epoch: record.epoch, end };
    // By its time it is found after restarts, too. A year has more digits than others before those of a microsecond.
    const at = String(past.wallTime(held) * 1000);
    return record.ring ? { window, run: 0, epoch: record.epoch, end: String(end), at } : { window, run: 0, at };
  }

  /** @param {Restored} state */
  restore({ window, run, epoch, end, at }) {
    const perDivision = allowed(Number(window) / COLUMNS);
    if (Number.isFinite(perDivision) && perDivision > 0) this.#timeline.resize(perDivision * COLUMNS);
    const has = (/** @type {string | undefined} */ text) => text !== undefined && Number.isFinite(Number(text));
    if (run !== "0" || !(has(end) || has(at))) return;
    const unix = has(at) ? Number(at) / 1000 : null;
    this.#wanted = { epoch: Number(epoch), end: has(end) ? Number(end) : NaN, unix };
  }

  /** Samples came: stand where the link says, once they reach there, or are live. @param {Frame} frame */
  data(frame) {
    const { controls, record } = this.#parts;
    if (!this.#wanted || !record.ring) return;
    const { epoch, end, unix } = this.#wanted;
    const isSame = epoch === record.epoch && !Number.isNaN(end);
    const edge = record.ring.times ? record.secondsAt(end) : end;
    if (isSame && frame.flags & ANSWER && record.end < edge) return;
    this.#wanted = null;
    if (isSame && edge > this.#parts.past.span().first) this.#stand(edge);
    else if (unix !== null && this.#goToInstant(unix)) return;
    else controls.toast("What this link shows is no longer kept; this is live.");
  }

  /** Where a link says, to the sample: what of its window is older than a recording stays empty, and is said. @param {number} edge */
  #stand(edge) {
    const { past } = this.#parts;
    if (past.isRecorded) this.#timeline.freeze(Math.min(edge, past.span().end));
    else this.#timeline.goTo(edge);
  }

  /** Show an instant of the recording at the right end. @param {number} unix @returns {boolean} whether it is there, or was told that it is not */
  #goToInstant(unix) {
    const { controls, past } = this.#parts;
    const { whole } = past;
    if (!whole || !past.isRecorded || whole.recordedSince === null) return false;
    if (unix > whole.recordedSince) this.#stand(whole.secondsAt(unix));
    else controls.toast(`What this link shows is gone. Recorded since ${fullInstant(whole.recordedSince, "local")}.`);
    return true;
  }

  get #isStopped() {
    return this.#parts.record.description?.state === "stopped";
  }

  /** time/div that the wheel, keys and fingers go down to. */
  get #shortest() {
    const { past, record } = this.#parts;
    const [edge, { window }] = [this.#edge, this.#timeline];
    const isRecorded = !this.#timeline.running && past.reaches({ edge, window }, false);
    const clock = (isRecorded && past.whole?.finestClock(edge - window, edge)) || record.description;
    return clock ? shortestOf(clock) : SHORTEST;
  }

  get #edge() {
    return this.#timeline.held ?? this.#parts.screen.picture?.edge ?? 0;
  }

  get #behind() {
    const { held, live } = this.#timeline;
    const edge = live.edge(pageSeconds());
    return edge === null || held === null ? 0 : Math.max(0, edge - held);
  }

  /** @param {number} direction */
  #step(direction) {
    this.zoom({ x: this.#timeline.pivot, ctrl: false, place: "plot" }, direction);
  }

  /** @param {number} divisions */
  #scrollBy(divisions) {
    this.#scrollTo(this.#edge + divisions * this.#timeline.perDivision);
  }

  /** What is live has no future to scroll to. @param {number} edge */
  #scrollTo(edge) {
    if (this.#timeline.running && edge >= this.#edge) return;
    this.#timeline.goTo(edge);
  }
}

/** time/div of a text, or null where it is none. @param {string} text */
function readPerDivision(text) {
  const perDivision = parseQuantity(text, "s");
  return perDivision !== null && perDivision > 0 ? allowed(perDivision) : null;
}

/** Tenths of a second while they can be read. @param {number} seconds */
function behindText(seconds) {
  return seconds < 60 ? `${seconds.toFixed(1)} s` : duration(seconds);
}
