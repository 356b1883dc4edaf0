/** What the clock of the screen counts from: local time, UTC, or the trigger. */

/** @typedef {"local" | "utc" | "trigger"} Zone */

/** @type {Zone[]} */
const ZONES = ["local", "utc", "trigger"];

export class ClockZone {
  /** @type {Zone} */
  name = ZONES[0];

  /** The one after this. */
  get next() {
    return ZONES[(ZONES.indexOf(this.name) + 1) % ZONES.length];
  }

  /** The zone that times in a file's caption are in. @returns {"local" | "utc"} */
  get ofFiles() {
    return this.name === "utc" ? "utc" : "local";
  }

  state() {
    return this.name === ZONES[0] ? {} : { clock: this.name };
  }

  /** @param {{clock?: string}} state */
  restore({ clock }) {
    this.name = ZONES.find((name) => name === clock) ?? this.name;
  }
}
