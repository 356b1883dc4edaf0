/** What the clock of the screen counts from, and what the time axis says. */

/** @typedef {"local" | "utc" | "trigger"} Zone local time, UTC, or from the trigger */

/** @typedef {"auto" | "clock" | "seconds"} Axis time of day, seconds before now, or what fits the window */

/** @type {Zone[]} */
const ZONES = ["local", "utc", "trigger"];
/** @type {Axis[]} */
const AXES = ["auto", "clock", "seconds"];
/** From so many seconds a division on nobody counts them back from now. */
const CLOCK_FROM = 10;

export class ClockZone {
  /** @type {Zone} */
  name = ZONES[0];
  /** @type {Axis} */
  axis = AXES[0];

  /** The one after this. */
  get next() {
    return ZONES[(ZONES.indexOf(this.name) + 1) % ZONES.length];
  }

  /** The choice for the time axis after this one. */
  get nextAxis() {
    return AXES[(AXES.indexOf(this.axis) + 1) % AXES.length];
  }

  /** The zone that times on the axis, in a file's caption and in its name are in. @returns {"local" | "utc"} */
  get ofFiles() {
    return this.name === "utc" ? "utc" : "local";
  }

  /**
   * Whether the time axis says the time of day.
   * @param {number} perDivision seconds
   * @param {boolean} isTriggered whether there is a trigger that the axis counts from
   * @param {boolean} [isHeld] whether the view is paused: then nothing is gained by counting from its right end
   */
  isOnAxis(perDivision, isTriggered, isHeld = false) {
    const isLong = isHeld || perDivision >= CLOCK_FROM;
    return this.axis === "clock" || (this.axis === "auto" && isLong && !isTriggered);
  }

  state() {
    return {
      ...(this.name === ZONES[0] ? {} : { clock: this.name }),
      ...(this.axis === AXES[0] ? {} : { axis: this.axis }),
    };
  }

  /** @param {{clock?: string, axis?: string}} state */
  restore({ clock, axis }) {
    this.name = ZONES.find((name) => name === clock) ?? this.name;
    this.axis = AXES.find((name) => name === axis) ?? this.axis;
  }
}
