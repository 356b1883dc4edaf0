/** The whole recording as one band under the plot, and where one is in it; and the field for a date and a time. */

import { byId, element, input } from "../controls/elements.js";
import { folded } from "../samples/overview.js";
import { COLUMNS } from "../text/divisions.js";
import { fullInstant, instantText, typedInstant } from "../text/instants.js";
import { duration } from "../text/quantities.js";

/**
 * @import { Item } from "../chart/overlay.js"
 * @import { Controls } from "../controls/controls.js"
 * @import { Parts } from "./parts.js"
 */

/** CSS pixels: the narrowest window that is seen; and how near to the end it is let go to be live. */
const LEAST = 3;
const NEAR = 4;

export class Minimap {
  #parts;
  #bar = byId("minimap");
  #canvas = element("minimap-canvas", HTMLCanvasElement);
  #known = "";
  /** @type {{key: string, lows: Float32Array, highs: Float32Array}} */
  #folded = { key: "", lows: new Float32Array(0), highs: new Float32Array(0) };
  /** Unix seconds from the pointer to the right end of the window, while it is dragged. @type {number | null} */
  #held = null;

  /** @param {Pick<Parts, "chart" | "controls" | "past" | "screen" | "timeline" | "zone">} parts */
  constructor(parts) {
    this.#parts = parts;
  }

  /** @param {Controls} controls */
  bind(controls) {
    const bar = this.#bar;
    bar.addEventListener("pointerdown", (event) => this.#grab(event));
    bar.addEventListener("pointermove", (event) => this.#held !== null && this.#move(event));
    for (const name of ["pointerup", "pointercancel"]) {
      bar.addEventListener(name, () => {
        this.#held = null;
      });
    }
    bar.addEventListener("keydown", (event) => this.#keydown(event));
    new ResizeObserver(() => this.readings()).observe(bar);
    const form = element("go-to", HTMLFormElement);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#goTo(controls);
    });
  }

  themed() {
    this.#known = "";
  }

  /** @param {number} by seconds */
  shifted(by) {
    this.#parts.timeline.shift(by);
  }

  /** The instant that was typed, for as long as it is seen. @returns {Item[]} */
  overlay() {
    const { past, timeline, zone } = this.#parts;
    const { askedAt: x, held } = timeline;
    if (x === null || held === null) return [];
    const title = fullInstant(past.wallTime(held + x), zone.ofFiles);
    return [{ id: "asked", line: "vertical", x, colour: "--accent", tick: true, title }];
  }

  readings() {
    const { controls, past } = this.#parts;
    const isThere = past.isRecorded;
    controls.show("minimap", isThere);
    controls.show("go-to", isThere);
    // One bar is enough: this one has what is in memory at its right end.
    controls.show("history", !isThere);
    const ends = this.#ends;
    const { clientWidth: width, clientHeight: height } = this.#bar;
    if (!ends || !past.whole || width === 0) return;
    past.whole.overview.want(ends.from, ends.to);
    const seen = this.#seen(ends);
    const at = (/** @type {number} */ unix) => ((unix - ends.from) / (ends.to - ends.from)) * width;
    this.#say(ends, seen);
    const pixels = Math.max(1, Math.round(width * devicePixelRatio));
    this.#fold(pixels, ends);
    const places = [at(seen.from), at(seen.to)].map((x) => Math.round(x * devicePixelRatio));
    const known = `${this.#folded.key} ${places} ${height} ${devicePixelRatio}`;
    if (known === this.#known) return;
    this.#known = known;
    this.#draw({ width, height }, [at(seen.from), at(seen.to)]);
  }

  /** Unix seconds of the ends of the recording; null where that is not known. */
  get #ends() {
    const { past } = this.#parts;
    const { whole } = past;
    if (!whole || !past.isRecorded || whole.recordedSince === null) return null;
    const to = whole.wallTime(past.span().end);
    return to > whole.recordedSince ? { from: whole.recordedSince, to } : null;
  }

  /** What of it is on the screen. @param {{from: number, to: number}} ends */
  #seen({ from, to }) {
    const { past, timeline } = this.#parts;
    const end = timeline.held === null ? to : Math.min(to, past.wallTime(timeline.held));
    return { from: Math.max(from, end - timeline.window), to: end };
  }

  /** @param {{from: number, to: number}} ends @param {{to: number}} seen */
  #say(ends, seen) {
    const { timeline, zone } = this.#parts;
    const whole = duration(ends.to - ends.from);
    const text = timeline.running
      ? `live, of ${whole}`
      : `${instantText(seen.to, zone.ofFiles, Date.now() / 1000).replace(/\.\d+$/, "")}, of ${whole}`;
    if (this.#bar.getAttribute("aria-valuetext") === text) return;
    this.#bar.setAttribute("aria-valuetext", text);
    this.#bar.setAttribute("aria-valuemin", String(Math.round(ends.from - ends.to)));
    this.#bar.setAttribute("aria-valuenow", String(Math.round(timeline.running ? 0 : seen.to - ends.to)));
  }

  /** @param {number} width device pixels @param {{from: number, to: number}} ends */
  #fold(width, ends) {
    const { whole } = this.#parts.past;
    if (!whole) return;
    // What was asked for grows on: it is moved by less than a pixel a hundred times before it is asked for again.
    const pixel = (ends.to - ends.from) / width;
    const key = `${whole.overview.revision} ${whole.epochs.revision} ${width} ${Math.floor(ends.to / pixel)}`;
    if (key === this.#folded.key) return;
    const { pieces } = whole.overview;
    this.#folded = { key, ...folded(pieces, { ...ends, width, placesOf: whole.placesOf }) };
  }

  /** @param {{width: number, height: number}} size CSS pixels @param {[number, number]} window */
  #draw({ width, height }, [left, right]) {
    const context = this.#canvas.getContext("2d");
    if (!context) return;
    const { chart } = this.#parts;
    const high = Math.round(height * devicePixelRatio);
    this.#canvas.width = Math.round(width * devicePixelRatio);
    this.#canvas.height = high;
    context.fillStyle = chart.colour("--plot");
    context.fillRect(0, 0, this.#canvas.width, high);
    context.fillStyle = chart.colour("--dim");
    const { lows, highs } = this.#folded;
    for (let x = 0; x < lows.length; x += 1) {
      if (!(lows[x] <= highs[x])) continue;
      const top = 1 + (1 - highs[x]) * (high - 3);
      context.fillRect(x, top, 1, Math.max(1, (highs[x] - lows[x]) * (high - 3)));
    }
    context.scale(devicePixelRatio, devicePixelRatio);
    const wide = Math.max(LEAST, right - left);
    const from = Math.min(left, width - wide);
    context.globalAlpha = 0.35;
    context.fillStyle = chart.colour("--accent");
    context.fillRect(from, 0, wide, height);
    context.globalAlpha = 1;
    context.strokeStyle = chart.colour("--accent");
    context.strokeRect(from + 0.5, 0.5, wide - 1, height - 1);
  }

  /** Unix seconds under a pointer. @param {PointerEvent} event */
  #instantAt(event) {
    const ends = this.#ends;
    const { left, width } = this.#bar.getBoundingClientRect();
    if (!ends || width === 0) return null;
    const along = Math.min(1, Math.max(0, (event.clientX - left) / width));
    return { unix: ends.from + along * (ends.to - ends.from), isEnd: left + width - event.clientX < NEAR, ends, width };
  }

  /** The window is held where it is taken, as wide as it is seen; beside it, its middle comes to the pointer. @param {PointerEvent} event */
  #grab(event) {
    const at = this.#instantAt(event);
    if (event.button !== 0 || !at) return;
    this.#bar.setPointerCapture(event.pointerId);
    const { from, to } = this.#seen(at.ends);
    const isWithin = at.unix >= from && at.unix <= to && to - from > (LEAST / at.width) * (at.ends.to - at.ends.from);
    this.#held = isWithin ? to - at.unix : this.#parts.timeline.window / 2;
    if (!isWithin) this.#move(event);
  }

  /** @param {PointerEvent} event */
  #move(event) {
    const { past, timeline } = this.#parts;
    const at = this.#instantAt(event);
    if (!at || !past.whole) return;
    if (at.isEnd) timeline.goLive();
    else timeline.goTo(past.whole.secondsAt(at.unix + (this.#held ?? 0)));
  }

  /** Whole windows, and up and down what left and right do. @param {KeyboardEvent} event */
  #keydown(event) {
    const { past, timeline } = this.#parts;
    const step = { PageUp: -1, PageDown: 1, ArrowDown: -1 / COLUMNS, ArrowUp: 1 / COLUMNS }[event.key];
    const ends = this.#ends;
    if (!step || !ends || !past.whole) return;
    event.preventDefault();
    // On the page they move and scale the signals.
    event.stopPropagation();
    if (step > 0 && timeline.running) return;
    timeline.goTo(past.whole.secondsAt(this.#seen(ends).to) + step * timeline.window);
  }

  /** The instant that was typed comes to the middle of the window. @param {Controls} controls */
  #goTo(controls) {
    const { past, timeline, zone } = this.#parts;
    const unix = typedInstant(input("go-to-time").value, zone.ofFiles);
    const ends = this.#ends;
    if (!past.whole || !ends) return;
    if (unix === null) return controls.toast("Type a date and a time, such as 2026-11-28 14:02.");
    if (unix < ends.from) {
      controls.toast(`Recorded since ${fullInstant(ends.from, zone.ofFiles)}.`);
    } else if (unix > ends.to) {
      controls.toast("That is yet to come; the newest is shown.");
    }
    const within = Math.min(ends.to, Math.max(ends.from, unix));
    timeline.show(past.whole.secondsAt(within));
  }
}
