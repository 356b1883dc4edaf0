/** Time on the screen: time/div, the live edge, and the server's clock seen from the page. */

/** Divisions of the time axis. */
export const DIVISIONS = 10;
/** Bounds of time/div in seconds: below, a sample at 1 MS/s fills a division; above, 10 min. */
export const SHORTEST = 1e-6;
export const LONGEST = 60;
/** Seconds of arrivals that the live edge remembers. */
const MEMORY = 2;
/** The edge catches up by at most this share of the passing time: nobody sees 5 %. */
const SLEW = 0.05;
/** An error above this many seconds is no jitter; slewing it away would take over 5 s. */
const JUMP = 0.25;

/** The smallest of …, 0.1, 0.2, 0.5, 1, 2, 5, … that is not below `value`. */
export function ceil125(value) {
  const decade = Math.floor(Math.log10(value) + 1e-9);
  const mantissa = value / 10 ** decade;
  const step = [1, 2, 5, 10].find((candidate) => mantissa <= candidate * (1 + 1e-9));
  return Number(`${step}e${decade}`);
}

/** The neighbour of `value` in the 1-2-5 sequence; `direction` is 1 or -1. */
export function step125(value, direction) {
  if (direction > 0) return ceil125(value * 1.01);
  const above = ceil125(value);
  const decade = Math.floor(Math.log10(above) + 1e-9);
  const mantissa = Math.round(above / 10 ** decade);
  const below = { 1: 0.5, 2: 1, 5: 2 }[mantissa];
  const floor = above > value * (1 + 1e-9) ? ceil125(value / 2.5) : Number(`${below}e${decade}`);
  return Math.min(floor, above);
}

/** time/div one step shorter (-1) or longer (1), within what an oscilloscope offers. */
export function stepTimePerDivision(seconds, direction) {
  return Math.min(LONGEST, Math.max(SHORTEST, step125(seconds, direction)));
}

/**
 * Where the right end of the screen is, in seconds of the stream.
 *
 * It runs at the page's own steady clock, so scrolling does not depend on when messages arrive,
 * and stays just far enough behind that samples have come before they are due. Nothing here
 * knows wall time.
 */
export class LiveEdge {
  /** @param {boolean} timed silence is normal on a timed clock, so the edge may run past data */
  constructor(timed = false) {
    this.timed = timed;
    this.reset();
  }

  reset() {
    this.end = null;
    this.lead = null;
    this.marks = [];
    this.at = null;
  }

  /** Samples up to `end` seconds arrived when the page's clock showed `now` seconds. */
  arrived(end, now) {
    // What was shown just before this message could not have been later than the former end.
    const lead = (this.timed || this.end === null ? end : this.end) - now;
    this.marks.push({ now, lead });
    while (this.marks[0].now < now - MEMORY) this.marks.shift();
    this.end = Math.max(end, this.end ?? end);
    this.target = Math.min(...this.marks.map((mark) => mark.lead));
  }

  /** The past was answered up to `end`: what is live goes on from there. */
  answered(end, now) {
    this.end = Math.max(end, this.end ?? end);
    this.marks = [];
    this.lead = null;
    this.target = this.end - now;
  }

  /** The live edge at `now`; null before the first sample. */
  edge(now) {
    if (this.end === null) return null;
    this.#slew(now);
    const edge = now + this.lead;
    return this.timed ? edge : Math.min(edge, this.end);
  }

  #slew(now) {
    const error = this.lead === null ? Infinity : this.target - this.lead;
    // Back at once: the edge has waited at the end of the data, so nothing moves on the screen.
    if (error < 0 || error > JUMP) this.lead = this.target;
    else this.lead += Math.min(error, SLEW * (now - this.at));
    this.at = now;
  }
}

/** Running or frozen. Holding the edge stops nothing: data goes on arriving. */
export class Timebase {
  constructor(window) {
    this.window = window;
    this.live = new LiveEdge();
    this.held = null;
  }

  get running() {
    return this.held === null;
  }

  get perDivision() {
    return this.window / DIVISIONS;
  }

  /** Show what lies before `edge` seconds, whatever arrives. */
  hold(edge) {
    this.held = edge;
  }

  resume() {
    this.held = null;
  }

  /** Seconds of the stream at the right end of the screen, or null without data. */
  edge(now) {
    return this.held ?? this.live.edge(now);
  }

  /** Another epoch: its seconds have nothing to do with the former ones. What is held stays. */
  begin(timed) {
    this.live = new LiveEdge(timed);
  }
}

/** Wall time of the server from the page's steady clock, by pings (the fastest one counts). */
export class ServerClock {
  constructor() {
    this.offset = null;
    this.roundTrip = Infinity;
  }

  /** Times of sending and receiving in page seconds, `server` in unix seconds. */
  pong(sent, received, server) {
    const roundTrip = received - sent;
    // A worse answer replaces an old good one in the end, because clocks drift.
    this.roundTrip = Math.min(this.roundTrip * 1.2, Infinity);
    if (roundTrip > this.roundTrip) return;
    this.roundTrip = roundTrip;
    this.offset = server - (sent + received) / 2;
  }

  /** Unix seconds of the server's clock at page time `now`; NaN before the first answer. */
  time(now) {
    return this.offset === null ? NaN : now + this.offset;
  }
}
