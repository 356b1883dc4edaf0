/** Epochs on the time axis: where each begins, what lies between two, and what lies beneath where a clock was set back. */

import { MOST_EPOCHS } from "../samples/epochs.js";
import { instantOf } from "../samples/window-samples.js";
import { count } from "../text/quantities.js";
import { marksOf } from "../time/epoch-marks.js";

/**
 * @import { Item } from "../chart/overlay.js"
 * @import { Controls } from "../controls/controls.js"
 * @import { Stretch } from "../samples/epochs.js"
 * @import { EpochMark } from "../time/epoch-marks.js"
 * @import { Parts, Picture } from "./parts.js"
 */

/** @typedef {{from: number, to: number}} Band seconds */

/** How strongly it is shaded where there was no epoch. */
const SHADE = 0.16;
/** Of the height: how far from the top names stand. */
const DOWN = 0.04;

export class EpochMarks {
  #parts;
  /** @type {{key: string, marks: EpochMark[]}} */
  #last = { key: "", marks: [] };

  /** @param {Pick<Parts, "chart" | "controls" | "past" | "record" | "screen" | "selection" | "timeline" | "zone">} parts */
  constructor(parts) {
    this.#parts = parts;
  }

  /** @param {Controls} controls */
  bind(controls) {
    controls.click("beneath", () => this.#turn());
  }

  /** What was beneath is seen no longer. */
  resumed() {
    const { whole } = this.#parts.past;
    if (whole) whole.lookBeneath(null);
  }

  began() {
    this.#parts.past.whole?.renew();
  }

  /** @param {Picture} picture @returns {Item[]} */
  overlay(picture) {
    const { edge, window, source, axes } = picture;
    const { whole } = this.#parts.past;
    if (!whole || !("between" in source)) return [];
    const between = /** @type {Band[]} */ (source.between)
      .map(({ from, to }) => ({ from: from - edge, to: to - edge }))
      .filter(({ from, to }) => to > -window && from < 0);
    /** @type {Item[]} */
    const bands = [...between, ...this.#atEnds(picture, between)].map((band, k) => {
      return { id: `between-${k}`, band, colour: "--dim", opacity: SHADE };
    });
    const [{ min, max }] = axes;
    const y = max - DOWN * (max - min);
    const items = this.#marks(edge, window).flatMap((mark) => {
      const x = whole.secondsAt(mark.unix) - edge;
      const hand = mark.beneath === null ? {} : { drag: () => {}, drop: () => this.#turnAt(mark) };
      const title = mark.beneath === null ? mark.name : `${mark.name}: shows what was before`;
      /** @type {Item} */
      const line = { id: `epoch-${mark.epoch}-${mark.first}`, line: "vertical", x, colour: "--dim", dash: true, title };
      if (!mark.isNamed) return [{ ...line, tick: mark.beneath === null, ...hand }];
      const text = {
        id: `epoch-name-${mark.epoch}-${mark.first}`,
        text: mark.name,
        y,
        align: mark.side === "left" ? "right" : "left",
        boxed: true,
      };
      return [
        { ...line, ...hand },
        { ...text, x: x + (mark.side === "left" ? -window : window) / 400, colour: "--dim" },
      ];
    });
    return [...bands, ...items, ...this.#cut(window, axes)];
  }

  /** What is not marked is said, where the marks would be. @param {number} window @param {Picture["axes"]} axes @returns {Item[]} */
  #cut(window, [{ min, max }]) {
    const { whole } = this.#parts.past;
    if (!whole?.epochs.isCut) return [];
    const text = `Over ${count(MOST_EPOCHS)} epochs around here are not all marked: zoom in to see them.`;
    const y = min + DOWN * (max - min);
    return [{ id: "epochs-cut", text, x: -window / 2, y, align: "center", boxed: true, colour: "--dim" }];
  }

  /**
   * Where there was no epoch, and a window has only one side of it, or neither.
   * @param {Picture} picture
   * @param {Band[]} known
   * @returns {Band[]}
   */
  #atEnds({ edge, window, source }, known) {
    const { record } = this.#parts;
    const { whole } = this.#parts.past;
    if (!whole || whole.tiles.isWaiting || whole.beneath !== null) return [];
    const { ring } = source;
    const isEmpty = ring.first >= ring.next;
    // What is drawn is there, whatever is known of epochs.
    const begin = isEmpty ? Infinity : instantOf(source, ring.first) - edge;
    const end = isEmpty ? -Infinity : instantOf(source, ring.next - 1) - edge;
    return whole.epochs
      .between(whole.wallTime(edge - window), whole.wallTime(edge), record.epoch)
      .map(({ from, to }) => ({ from: whole.secondsAt(from) - edge, to: whole.secondsAt(to) - edge }))
      .flatMap(({ from, to }) => {
        if (from <= -window) return { from, to: Math.min(to, begin) };
        return to >= 0 ? { from: Math.max(from, end), to } : [];
      })
      .filter(({ from, to }) => from < to && !known.some((band) => band.from < to && band.to > from));
  }

  readings() {
    const { controls, past, screen } = this.#parts;
    const { picture } = screen;
    const beneath = past.whole?.beneath ?? null;
    const isThere = picture && "between" in picture.source && this.#firstSet !== undefined;
    controls.show("beneath", beneath !== null || isThere === true);
    controls.text("beneath", beneath === null ? "Before the clock was set" : "After the clock was set");
  }

  /** The first mark of the window beneath which something lies. */
  get #firstSet() {
    return this.#last.marks.find((each) => each.beneath !== null);
  }

  /** Look at what lies beneath the first mark, or at what covers it again. */
  #turn() {
    const isThere = this.#parts.past.whole?.beneath !== null;
    this.#look(isThere ? null : (this.#firstSet?.beneath ?? null));
  }

  /** The same at one of several marks. @param {EpochMark} mark */
  #turnAt({ beneath }) {
    const seen = this.#parts.past.whole?.beneath ?? null;
    const isSeen = seen !== null && seen.epoch === beneath?.epoch && seen.first === beneath.first;
    this.#look(isSeen ? null : beneath);
  }

  /** @param {Stretch | null} beneath */
  #look(beneath) {
    const { past, screen, timeline } = this.#parts;
    const { whole } = past;
    const edge = screen.picture?.edge;
    if (!whole || edge === undefined) return;
    if (timeline.running) timeline.freeze(edge);
    whole.lookBeneath(beneath);
    screen.changed();
  }

  /** @param {number} edge @param {number} window */
  #marks(edge, window) {
    const { chart, past, zone } = this.#parts;
    const { whole } = past;
    if (!whole) return [];
    const [from, to] = [whole.wallTime(edge - window), whole.wallTime(edge)];
    const width = chart.plotWidth;
    const key = `${from} ${to} ${width} ${whole.epochs.revision} ${zone.ofFiles}`;
    if (key !== this.#last.key) {
      const view = { from, to, width, zone: zone.ofFiles, now: Date.now() / 1000 };
      this.#last = { key, marks: marksOf(whole.epochs.list, view) };
    }
    return this.#last.marks;
  }
}
