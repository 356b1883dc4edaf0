/** Epochs on the time axis: where each begins, what lies between two, and what a clock that was set back covers. */

import { MOST_EPOCHS } from "../samples/epochs.js";
import { count } from "../text/quantities.js";
import { marksOf } from "../time/epoch-marks.js";

/**
 * @import { Item } from "../chart/overlay.js"
 * @import { Controls } from "../controls/controls.js"
 * @import { EpochMark } from "../time/epoch-marks.js"
 * @import { Parts, Picture } from "./parts.js"
 */

/** How strongly it is shaded where there was no epoch. */
const SHADE = 0.16;
/** Of the height: how far from the top names stand. */
const DOWN = 0.04;

export class EpochMarks {
  #parts;
  /** @type {{key: string, marks: EpochMark[]}} */
  #last = { key: "", marks: [] };

  /** @param {Pick<Parts, "chart" | "controls" | "past" | "screen" | "selection" | "timeline" | "zone">} parts */
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
  overlay({ edge, window, source, axes }) {
    const { whole } = this.#parts.past;
    if (!whole || !("between" in source)) return [];
    const between = /** @type {{from: number, to: number}[]} */ (source.between);
    /** @type {Item[]} */
    const bands = between
      .map(({ from, to }) => ({ from: from - edge, to: to - edge }))
      .filter(({ from, to }) => to > -window && from < 0)
      .map((band, k) => ({ id: `between-${k}`, band, colour: "--dim", opacity: SHADE }));
    const [{ min, max }] = axes;
    const y = max - DOWN * (max - min);
    const items = this.#marks(edge, window).flatMap((mark) => {
      const x = whole.secondsAt(mark.unix) - edge;
      const hand = mark.beneath === null ? {} : { drag: () => {}, drop: () => this.#turn() };
      const title = mark.beneath === null ? mark.name : `${mark.name}: shows what was before`;
      /** @type {Item} */
      const line = { id: `epoch-${mark.epoch}`, line: "vertical", x, colour: "--dim", dash: true, title };
      if (!mark.isNamed) return [{ ...line, tick: mark.beneath === null, ...hand }];
      const text = {
        id: `epoch-name-${mark.epoch}`,
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

  readings() {
    const { controls, past, screen } = this.#parts;
    const { picture } = screen;
    const beneath = past.whole?.beneath ?? null;
    const isThere = picture && "between" in picture.source;
    const mark = isThere ? this.#last.marks.find((each) => each.beneath !== null) : undefined;
    controls.show("beneath", beneath !== null || mark !== undefined);
    controls.text("beneath", beneath === null ? "Before the clock was set" : "After the clock was set");
  }

  /** Look at what the later epoch covers, or at that again. */
  #turn() {
    const { past, screen, timeline } = this.#parts;
    const { whole } = past;
    const edge = screen.picture?.edge;
    if (!whole || edge === undefined) return;
    const mark = this.#last.marks.find((each) => each.beneath !== null);
    if (timeline.running) timeline.freeze(edge);
    whole.lookBeneath(whole.beneath === null ? (mark?.beneath ?? null) : null);
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
