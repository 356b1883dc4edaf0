/** Time on the screen: time/div, and the live edge. */

import { COLUMNS, step125 } from "../text/divisions.js";

/** Bounds of time/div in seconds: below, a sample at 1 MS/s fills a division; above, 10 min. */
export const SHORTEST = 1e-6;
export const LONGEST = 60;
/** Seconds of arrivals that the live edge remembers. */
const MEMORY = 2;
/** The edge catches up by at most this share of the passing time: nobody sees 5 %. */
const SLEW = 0.05;
/** An error above this many seconds is no jitter; slewing it away would take over 5 s. */
const JUMP = 0.25;

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
    return this.window / COLUMNS;
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
