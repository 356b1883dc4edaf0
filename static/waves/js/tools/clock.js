/** The clock at the right end of the screen, and on the time axis: local time, UTC, or relative to the trigger. */

import { instantText } from "../text/instants.js";
import { quantity } from "../text/quantities.js";

/**
 * @import { Controls } from "../controls/controls.js"
 * @import { Axis, Zone } from "../time/clock-zone.js"
 * @import { Parts, Restored } from "./parts.js"
 */

export class Clock {
  #parts;

  /** @param {Pick<Parts, "controls" | "past" | "screen" | "zone">} parts */
  constructor(parts) {
    this.#parts = parts;
  }

  /** @param {Controls} controls */
  bind(controls) {
    controls.choice("clock-zone", (zone) => this.#set(/** @type {Zone} */ (zone)));
    controls.choice("time-axis", (axis) => this.#setAxis(/** @type {Axis} */ (axis)));
    controls.keys({ z: () => this.#set(this.#parts.zone.next), x: () => this.#setAxis(this.#parts.zone.nextAxis) });
  }

  readings() {
    const { controls, zone } = this.#parts;
    controls.choose("clock-zone", zone.name);
    controls.choose("time-axis", zone.axis);
    controls.text("clock", this.#text());
  }

  state() {
    return this.#parts.zone.state();
  }

  /** @param {Restored} state */
  restore(state) {
    this.#parts.zone.restore(state);
  }

  #text() {
    const { past, screen, zone } = this.#parts;
    const { picture } = screen;
    // The right end is as far behind the trigger as the label 0 is before it.
    if (zone.name === "trigger") return picture?.trigger ? quantity(-picture.zero, "s") : "no trigger";
    return instantText(past.wallTime(picture?.edge ?? NaN), zone.name, Date.now() / 1000);
  }

  /** @param {Axis} axis */
  #setAxis(axis) {
    this.#parts.zone.axis = axis;
    this.#parts.screen.changed();
  }

  /** @param {Zone} zone */
  #set(zone) {
    this.#parts.zone.name = zone;
    this.#parts.screen.changed();
  }
}
