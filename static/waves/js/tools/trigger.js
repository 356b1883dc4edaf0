/** The trigger on the page: its panel, and its handles on the chart. */

import { isInLane } from "../samples/line.js";
import { instantText } from "../text/instants.js";
import { NONE } from "../text/quantities.js";
import { TriggerPanel } from "../trigger/panel.js";
import { levelsOf } from "../trigger/settings.js";

/**
 * @import { Item } from "../chart/overlay.js"
 * @import { Description } from "../protocol/description.js"
 * @import { Frame } from "../protocol/frames.js"
 * @import { LevelField } from "../trigger/settings.js"
 * @import { Mark, Parts, Picture, Restored } from "./parts.js"
 */

export class Trigger {
  #parts;
  #triggering;
  #panel;
  /** The level that is being dragged. @type {LevelField | null} */
  #dragged = null;

  /** @param {Pick<Parts, "chart" | "controls" | "past" | "screen" | "selection" | "timeline" | "triggering" | "zone">} parts */
  constructor(parts) {
    this.#parts = parts;
    this.#triggering = parts.triggering;
    this.#panel = new TriggerPanel(parts.triggering, parts.controls);
  }

  bind() {
    this.#panel.bind();
    this.#parts.controls.click("live", () => this.#triggering.stopWaiting());
  }

  /** @param {Restored} state */
  restore(state) {
    this.#triggering.restore(state);
  }

  state() {
    return this.#triggering.state();
  }

  /** @param {Description} description */
  described(description) {
    this.#triggering.describe(description);
  }

  changedSignals() {
    this.#panel.changedSignals(this.#parts.selection.signals);
    this.#triggering.look();
  }

  began() {
    this.#triggering.begin();
  }

  /** @param {Frame} frame @param {number} now */
  data(frame, now) {
    this.#triggering.take(frame, now);
  }

  wanted() {
    return this.#triggering.wanted;
  }

  /** @param {{now: number, edge: number, held: number | null}} view */
  place(view) {
    return this.#triggering.place(view);
  }

  drawn() {
    this.#triggering.choose();
    this.#triggering.capture();
  }

  resumed() {
    this.#triggering.resumed();
  }

  readings() {
    this.#panel.show();
    const { controls, screen } = this.#parts;
    const { isCaptured, waitsWith } = this.#triggering;
    controls.text("paused", this.#pausedText());
    controls.show("behind", !isCaptured && waitsWith === null);
    controls.show("next", isCaptured);
    // The age of a picture that waits for its trigger is none of the connection.
    if (screen.picture?.trigger && this.#triggering.shown.state === "armed") controls.text("latency", NONE);
    // The last capture stays in sight while the next is waited for: that it is old has to be said.
    controls.mark("frozen", "waits", String(waitsWith !== null));
    if (waitsWith === null) return;
    controls.show("frozen", true);
    controls.text("live", "Stop waiting");
  }

  /** A sweep that was asked for says when it was. */
  #pausedText() {
    const { past, screen, zone } = this.#parts;
    const { isCaptured, waitsWith } = this.#triggering;
    const at = waitsWith ?? (isCaptured ? screen.picture?.trigger?.at : null);
    if (at === null || at === undefined) return "Paused";
    const when = instantText(past.wallTime(at), zone.ofFiles, Date.now() / 1000);
    return isCaptured ? `Captured ${when}` : `Waiting; this is of ${when}`;
  }

  /** @returns {Mark[]} */
  marks() {
    const found = this.#parts.screen.picture?.trigger;
    return found ? [{ seconds: found.at, colour: "--warn" }] : [];
  }

  /** @param {Picture} picture @returns {Item[]} */
  overlay(picture) {
    const { isReady, isTooLong, settings } = this.#triggering;
    if (!isReady) return [];
    // Of a lane there is no axis that a level could stand at.
    const fields = isInLane(this.#triggering.signal) ? [] : levelsOf(settings.kind);
    const levels = fields.map((field) => this.#levelItem(field, picture));
    const running = this.#parts.timeline.running && !isTooLong;
    return running || picture.trigger ? [...levels, this.#positionItem(picture)] : levels;
  }

  /** @param {LevelField} field @param {Picture} picture @returns {Item} */
  #levelItem(field, { axisOf, axes }) {
    const { k, settings, signal } = this.#triggering;
    const axis = axisOf[k] ?? 0;
    return {
      id: `trigger-${field}`,
      line: "horizontal",
      y: settings[field] ?? NaN,
      axis,
      colour: this.#parts.chart.colourOf(signal, k),
      dash: true,
      lineless: this.#dragged !== field,
      handle: "triangle",
      clamp: true,
      drag: (point) => {
        this.#dragged = field;
        this.#triggering.drag(field, point.yOf(axis), axes[axis].perDivision);
      },
      drop: () => this.#dropped(),
    };
  }

  /** @param {Picture} picture @returns {Item} */
  #positionItem({ zero }) {
    return {
      id: "trigger-position",
      line: "vertical",
      x: zero,
      colour: "--warn",
      dash: true,
      handle: "triangle",
      clamp: true,
      drag: (point) => this.#triggering.stand(point.along),
    };
  }

  #dropped() {
    this.#dragged = null;
    this.#parts.screen.changed();
  }
}
