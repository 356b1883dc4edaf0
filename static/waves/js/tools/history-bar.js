/** A bar under the plot for all that is kept: where the window stands in it, what is lost, and marks. */

import { byId, element } from "../controls/elements.js";
import { COLUMNS } from "../text/divisions.js";
import { duration } from "../text/quantities.js";

/** @import { Parts } from "./parts.js" */

/** CSS pixels: the narrowest window, gap and mark that are seen. */
const LEAST = 3;
const HAIR = 1;
/** A window may be let go this near to the end (CSS pixels): that is live. */
const NEAR = 4;

export class HistoryBar {
  #parts;
  #bar = byId("history");
  #canvas = element("history-canvas", HTMLCanvasElement);
  #known = "";
  /** Seconds from the pointer to the right end of the window, while it is dragged. @type {number | null} */
  #held = null;

  /** @param {Pick<Parts, "chart" | "past" | "screen" | "timeline">} parts */
  constructor(parts) {
    this.#parts = parts;
  }

  bind() {
    const bar = this.#bar;
    bar.addEventListener("pointerdown", (event) => this.#grab(event));
    bar.addEventListener("pointermove", (event) => this.#held !== null && this.#move(event));
    for (const name of ["pointerup", "pointercancel"]) bar.addEventListener(name, () => this.#drop());
    bar.addEventListener("keydown", (event) => this.#keydown(event));
    new ResizeObserver(() => this.readings()).observe(bar);
  }

  themed() {
    this.#known = "";
  }

  /** A few times a second, and whenever the view is another. */
  readings() {
    const span = this.#span;
    const { clientWidth: width, clientHeight: height } = this.#bar;
    if (!span || width === 0) return;
    const at = (/** @type {number} */ seconds) => ((seconds - span.first) / (span.end - span.first)) * width;
    const bands = this.#parts.past.lost().map(({ from, to }) => [at(from), at(to)]);
    const seen = this.#seen(span);
    const marks = this.#marks.map(({ seconds, colour }) => ({ x: at(seconds), colour }));
    this.#say(span);
    const known = JSON.stringify([
      bands,
      [at(seen.from), at(seen.to)].map(Math.round),
      marks,
      width,
      height,
      devicePixelRatio,
    ]);
    if (known === this.#known) return;
    this.#known = known;
    this.#draw({ width, height }, { bands, window: [at(seen.from), at(seen.to)], marks });
  }

  /** All that there is; null before anything came. */
  get #span() {
    const { past } = this.#parts;
    const span = past.isThere ? past.span() : null;
    return span && span.end > span.first ? span : null;
  }

  /** What of it is on the screen. @param {{first: number, end: number}} span */
  #seen({ first, end }) {
    const { timeline } = this.#parts;
    const to = Math.min(end, timeline.held ?? end);
    return { from: Math.max(first, to - timeline.window), to };
  }

  /** When the stream began anew; of a paused view also what somebody may look for, as the tools say. */
  get #marks() {
    const { past, screen, timeline } = this.#parts;
    const restarts = past.restarts().map((seconds) => ({ seconds, colour: "--bad" }));
    return timeline.running ? restarts : [...restarts, ...screen.marks()];
  }

  /** @param {{first: number, end: number}} span */
  #say({ first, end }) {
    const { timeline } = this.#parts;
    const behind = timeline.running ? 0 : Math.max(0, end - (timeline.held ?? end));
    const whole = duration(end - first);
    const text = timeline.running ? `live, of ${whole}` : `${behind.toFixed(1)} s ago, of ${whole}`;
    if (this.#bar.getAttribute("aria-valuetext") === text) return;
    this.#bar.setAttribute("aria-valuetext", text);
    this.#bar.setAttribute("aria-valuemin", String(Math.round(first - end)));
    this.#bar.setAttribute("aria-valuenow", String(-Math.round(behind)));
  }

  /**
   * @param {{width: number, height: number}} size CSS pixels
   * @param {{bands: number[][], window: number[], marks: {x: number, colour: string}[]}} seen
   */
  #draw({ width, height }, { bands, window: [left, right], marks }) {
    const context = this.#canvas.getContext("2d");
    if (!context) return;
    const { chart } = this.#parts;
    this.#canvas.width = Math.round(width * devicePixelRatio);
    this.#canvas.height = Math.round(height * devicePixelRatio);
    context.scale(devicePixelRatio, devicePixelRatio);
    const fill = (/** @type {string} */ colour, /** @type {number} */ x, /** @type {number} */ wide, inset = 0) => {
      context.fillStyle = chart.colour(colour);
      context.fillRect(x, inset, wide, height - 2 * inset);
    };
    fill("--line", 0, width, height / 3);
    for (const [from, to] of bands) fill("--warn", from, Math.max(HAIR, to - from), height / 3);
    const wide = Math.max(LEAST, right - left);
    context.globalAlpha = 0.35;
    fill("--accent", Math.min(left, width - wide), wide);
    context.globalAlpha = 1;
    context.strokeStyle = chart.colour("--accent");
    context.strokeRect(Math.min(left, width - wide) + 0.5, 0.5, wide - 1, height - 1);
    for (const { x, colour } of marks) fill(colour, Math.min(width - 2 * HAIR, Math.max(0, x - HAIR)), 2 * HAIR);
  }

  /** The second under a pointer. @param {PointerEvent} event */
  #secondAt(event) {
    const span = this.#span;
    const { left, width } = this.#bar.getBoundingClientRect();
    if (!span || width === 0) return null;
    const along = Math.min(1, Math.max(0, (event.clientX - left) / width));
    return { second: span.first + along * (span.end - span.first), isEnd: left + width - event.clientX < NEAR };
  }

  /** The window is held where it is taken; beside it, it comes to the pointer. @param {PointerEvent} event */
  #grab(event) {
    const at = this.#secondAt(event);
    const span = this.#span;
    if (event.button !== 0 || !at || !span) return;
    this.#bar.setPointerCapture(event.pointerId);
    const { from, to } = this.#seen(span);
    const isWithin = at.second >= from && at.second <= to;
    this.#held = isWithin ? to - at.second : this.#parts.timeline.window / 2;
    if (!isWithin) this.#move(event);
  }

  /** @param {PointerEvent} event */
  #move(event) {
    const { timeline } = this.#parts;
    const at = this.#secondAt(event);
    if (!at) return;
    if (at.isEnd) timeline.goLive();
    else timeline.goTo(at.second + (this.#held ?? 0));
  }

  #drop() {
    this.#held = null;
  }

  /** Whole windows, and up and down what left and right do; these, home and end do what they do everywhere. @param {KeyboardEvent} event */
  #keydown(event) {
    const { timeline } = this.#parts;
    const step = { PageUp: -1, PageDown: 1, ArrowDown: -1 / COLUMNS, ArrowUp: 1 / COLUMNS }[event.key];
    const span = this.#span;
    if (!step || !span) return;
    event.preventDefault();
    // On the page they move and scale the signals.
    event.stopPropagation();
    if (step > 0 && timeline.running) return;
    timeline.goTo(this.#seen(span).to + step * timeline.window);
  }
}
