/** The clock at the right end of the screen: local time, UTC, or relative to the trigger. */

import { clockTime, quantity } from "../text/quantities.js";

const ZONES = ["local", "utc", "trigger"];

export class Clock {
  constructor(scope) {
    this.scope = scope;
    this.zone = ZONES[0];
  }

  bind(controls) {
    controls.choice("clock-zone", (zone) => this.#set(zone));
    controls.keys({ z: () => this.#set(ZONES[(ZONES.indexOf(this.zone) + 1) % ZONES.length]) });
  }

  readings() {
    const { controls } = this.scope;
    controls.choose("clock-zone", this.zone);
    controls.text("clock", this.#text());
  }

  state() {
    return this.zone === ZONES[0] ? {} : { clock: this.zone };
  }

  restore({ clock }) {
    if (ZONES.includes(clock)) this.zone = clock;
  }

  #text() {
    const { picture, past } = this.scope;
    // The right end is as far behind the trigger as the label 0 is before it.
    if (this.zone === "trigger") return picture.trigger ? quantity(-picture.zero, "s") : "no trigger";
    return clockTime(past.wallTime(picture.edge), this.zone);
  }

  #set(zone) {
    this.zone = zone;
    this.scope.changed();
  }
}
