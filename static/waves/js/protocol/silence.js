/**
 * How long nothing came over a connection, and what is to be done about it. A link that broke, or
 * a server that is frozen, closes no socket: silence is all that a page hears of it. Knows no
 * socket and no timer.
 */

/** Seconds of silence after which the page asks whether anyone is there. */
export const QUIET = 3;
/** Seconds that the answer is awaited: a server with much to do may take some, a link as well. */
export const PATIENCE = 8;
/** Seconds of silence, rounded, from which on nothing is called live. */
const TOLD = 5;
/**
 * A look that is this much late (s) tells that timers stood still: of a hidden tab, which has them
 * once a second or a minute, or of a computer that slept. The silence then is not the server's.
 */
const LATE = 2;

export class Silence {
  since = 0;
  /** @type {number | null} */
  askedAt = null;
  /** Whether timers stood still: the silence counts anew, once, until an answer comes. */
  excused = false;

  /** The connection stands, or something came over it. @param {number} now */
  heard(now) {
    this.since = now;
    this.askedAt = null;
    this.excused = false;
  }

  /** When to look again, in page seconds. */
  get due() {
    return this.askedAt === null ? this.since + QUIET : this.askedAt + PATIENCE;
  }

  /** @param {number} now @returns {"ask" | "lost" | null} what is to be done now */
  look(now) {
    if (now < this.due) return null;
    const excused = now - this.due > LATE && !this.excused;
    if (excused) Object.assign(this, { excused, since: now });
    else if (this.askedAt !== null) return "lost";
    this.askedAt = now;
    return "ask";
  }

  /** What a page says of it: "No data for 5 s", "Checking", or null while all is well. @param {number} now */
  words(now) {
    const seconds = Math.round(now - this.since);
    if (seconds >= TOLD) return `No data for ${seconds} s`;
    return this.excused ? "Checking" : null;
  }
}
