/** The clock at the right end of the screen: local time, UTC, or relative to the trigger. */

import { clockTime, quantity } from "../text/quantities.js";

/**
 * @import { Controls } from "../controls/controls.js"
 * @import { Zone } from "../time/clock-zone.js"
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
    controls.keys({ z: () => this.#set(this.#parts.zone.next) });
  }

  readings() {
    const { controls, zone } = this.#parts;
    controls.choose("clock-zone", zone.name);
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
    return clockTime(past.wallTime(picture?.edge ?? NaN), zone.name);
  }

  /** @param {Zone} zone */
  #set(zone) {
    this.#parts.zone.name = zone;
    this.#parts.screen.changed();
  }
}
