/**
 * Where the two time cursors are. On what runs they stand where they are from the trigger or from
 * the right end; on what is frozen they stay with the samples.
 */

/** @typedef {"1" | "2"} Name */

/**
 * @typedef {object} Seen a picture: seconds of the stream at its right end, and the x that is labelled 0
 * @property {number} edge
 * @property {number} zero
 *
 * @typedef {object} Footing what the window of a picture stands on
 * @property {boolean} running
 * @property {boolean} stands whether windows stand at a trigger, or would
 * @property {boolean} isEarly whether the trigger that a link's cursors count from is yet to come
 */

/** @type {Name[]} */
export const NAMES = ["1", "2"];
/** Where they stand at first, as shares of the plot. */
const SHARES = { 1: 0.4, 2: 0.6 };
/** Nearer than this share of the plot one would hide the other. */
const NEAR = 0.05;
/** Of a window: what rounding may take. */
const HAIR = 1e-9;

export class TimeCursors {
  shown = false;
  #frozen = false;
  /** What they count from: "stream", "trigger" or "edge". @type {string | null} */
  #footing = null;
  /** Whether they are where a link says: seconds from the label 0, which may be yet to come. */
  #linked = false;
  /** Seconds from the trigger or the right end, or, on what is frozen, of the stream. @type {[number, number] | null} */
  #times = null;
  /** The picture that was drawn last. @type {Seen | null} */
  #last = null;

  /** Whether they were placed anywhere. */
  get arePlaced() {
    return this.#times !== null;
  }

  /** x in seconds from the right end; NaN before they were placed. @param {Name} name @param {Seen} seen */
  x(name, { edge, zero }) {
    const time = this.time(name);
    return this.#frozen ? time - edge : time + zero;
  }

  /** What a cursor counts, whatever that is from. @param {Name} name */
  time(name) {
    return this.#times?.[NAMES.indexOf(name)] ?? NaN;
  }

  /** Stay where they are seen now, whatever a link said. */
  settle() {
    this.#linked = false;
  }

  /** Put a cursor at an x. @param {Name} name @param {number} x @param {Seen} seen */
  move(name, x, seen) {
    this.settle();
    this.#set(name, x, seen);
  }

  /** Seconds of the stream at both, in order; null where they are not shown. @param {Seen | null} seen */
  span(seen) {
    if (!this.shown || !seen || !this.#times) return null;
    return NAMES.map((name) => seen.edge + this.x(name, seen)).sort((a, b) => a - b);
  }

  /**
   * What they count from is another when the view is frozen, or no longer triggered.
   * @param {Seen} seen
   * @param {Footing} footing
   */
  follow(seen, { running, stands, isEarly }) {
    if (this.#linked && isEarly) return;
    const footing = running ? (stands ? "trigger" : "edge") : "stream";
    const isOther = this.#footing !== null && footing !== this.#footing;
    this.#footing = footing;
    // Where they were on the screen, they stay.
    const former = this.#linked ? seen : (this.#last ?? seen);
    this.#linked = false;
    if (running !== this.#frozen && !isOther) return;
    const xs = NAMES.map((name) => this.x(name, former));
    // What was scrolled at once after it was frozen has them with the samples that they were at.
    const now = running || this.#frozen ? seen : former;
    this.#frozen = !running;
    if (this.#times) NAMES.forEach((name, at) => this.#set(name, xs[at], now));
  }

  /** Those that are nowhere to be seen come back. @param {Seen} seen @param {number} window */
  bringIn(seen, window) {
    if (!NAMES.some((name) => this.isSeen(name, seen, window))) this.bringHere(seen, window);
  }

  /** Those that are outside of a window come into it, none of them onto the other. @param {Seen} seen @param {number} window */
  bringHere(seen, window) {
    for (const name of NAMES.filter((each) => !this.isSeen(each, seen, window))) {
      const [free] = [name, ...NAMES].filter((each) => this.#isFree((SHARES[each] - 1) * window, seen, window));
      this.move(name, (SHARES[free] - 1) * window, seen);
    }
  }

  /** Whether a cursor is in a window. @param {Name} name @param {Seen} seen @param {number} window */
  isSeen(name, seen, window) {
    const x = this.x(name, seen);
    return x >= -window * (1 + HAIR) && x <= window * HAIR;
  }

  /** @param {number} x @param {Seen} seen @param {number} window */
  #isFree(x, seen, window) {
    return !NAMES.some((name) => Math.abs(this.x(name, seen) - x) < NEAR * window);
  }

  /** What is frozen goes on in seconds of another epoch, so many more. @param {number} by */
  shift(by) {
    if (this.#times && this.#frozen) this.#times = [this.#times[0] + by, this.#times[1] + by];
    if (this.#last) this.#last = { ...this.#last, edge: this.#last.edge + by };
  }

  /** @param {Seen} seen */
  drawn({ edge, zero }) {
    this.#last = { edge, zero };
  }

  /** Be where a link says. @param {[number, number] | null} times seconds from the label 0 */
  restore(times) {
    this.#times = times;
    this.#linked = times !== null;
  }

  /** @param {Name} name @param {number} x @param {Seen} seen */
  #set(name, x, { edge, zero }) {
    const times = this.#times ?? [NaN, NaN];
    times[NAMES.indexOf(name)] = this.#frozen ? x + edge : x - zero;
    this.#times = times;
  }
}
