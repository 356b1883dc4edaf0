/** Time on the screen: time/div, and the live edge. */

import { COLUMNS, stepTime } from "../text/divisions.js";

/** Bounds of time/div in seconds: below, a sample at 1 MS/s fills a division; above, more than a year of a recording is seen. */
export const SHORTEST = 1e-6;
export const LONGEST = 40 * 86_400;
/** Seconds of arrivals that the live edge remembers. */
const MEMORY = 2;
/** The edge catches up by at most this share of the passing time: nobody sees 5 %. */
const SLEW = 0.05;
/** An error above this many seconds is no jitter; slewing it away would take over 5 s. */
const JUMP = 0.25;

/**
 * Seconds between samples above which each is drawn as it comes: a message brings no more than one,
 * and whoever waited until the next one is due would show it late by all that time.
 */
const SLOW = 0.1;

/**
 * Whether time goes on on the screen beyond the newest sample. Else it stays behind it, so that what
 * moves is steady.
 * @param {{clock: string, rate: number}} stream
 */
export function goesOn({ clock, rate }) {
  return clock === "timed" || rate * SLOW < 1;
}

/**
 * time/div one step shorter (-1) or longer (1), within what an oscilloscope offers.
 * @param {number} seconds
 * @param {number} direction
 */
export function stepTimePerDivision(seconds, direction) {
  return Math.min(LONGEST, Math.max(SHORTEST, stepTime(seconds, direction)));
}

/**
 * Where the right end of the screen is, in seconds of the stream.
 *
 * It runs at the page's own steady clock, so scrolling does not depend on when messages arrive,
 * and stays just far enough behind that samples have come before they are due. Nothing here
 * knows wall time.
 */
export class LiveEdge {
  /** The newest second that came. @type {number | null} */
  end = null;
  /** Seconds of the stream ahead of the page's clock: as shown, and as they should be. @type {number | null} */
  #lead = null;
  #target = 0;
  /** Arrivals of the last seconds. @type {{now: number, lead: number}[]} */
  #marks = [];
  #at = 0;

  /** @param {boolean} [timed] silence is normal on a timed clock, and where samples are rare, so the edge may run past data */
  constructor(timed = false) {
    this.timed = timed;
  }

  reset() {
    this.end = null;
    this.#lead = null;
    this.#marks = [];
  }

  /**
   * Samples up to `end` seconds arrived when the page's clock showed `now` seconds.
   * @param {number} end
   * @param {number} now
   */
  arrived(end, now) {
    // What was shown just before this message could not have been later than the former end.
    const lead = (this.timed || this.end === null ? end : this.end) - now;
    this.#marks.push({ now, lead });
    while (this.#marks[0].now < now - MEMORY) this.#marks.shift();
    this.end = Math.max(end, this.end ?? end);
    this.#target = Math.min(...this.#marks.map((mark) => mark.lead));
  }

  /**
   * The past was answered up to `end`: what is live goes on from there.
   * @param {number} end
   * @param {number} now
   */
  answered(end, now) {
    this.end = Math.max(end, this.end ?? end);
    this.#marks = [];
    this.#lead = null;
    this.#target = this.end - now;
  }

  /** The live edge at `now`; null before the first sample. @param {number} now */
  edge(now) {
    if (this.end === null) return null;
    const edge = now + this.#slew(now);
    return this.timed ? edge : Math.min(edge, this.end);
  }

  /** @param {number} now */
  #slew(now) {
    const former = this.#lead ?? this.#target;
    const error = this.#target - former;
    // Back at once: the edge has waited at the end of the data, so nothing moves on the screen.
    const isOff = error < 0 || error > JUMP;
    const lead = isOff ? this.#target : former + Math.min(error, SLEW * (now - this.#at));
    [this.#lead, this.#at] = [lead, now];
    return lead;
  }
}

/** Running or frozen. Holding the edge stops nothing: data goes on arriving. */
export class Timebase {
  live = new LiveEdge();
  /** The second at the right end of a frozen screen. @type {number | null} */
  held = null;

  /** @param {number} window seconds */
  constructor(window) {
    this.window = window;
  }

  get running() {
    return this.held === null;
  }

  get perDivision() {
    return this.window / COLUMNS;
  }

  /** Show what lies before `edge` seconds, whatever arrives. @param {number} edge */
  hold(edge) {
    this.held = edge;
  }

  /** @param {number} window seconds */
  resize(window) {
    this.window = window;
  }

  resume() {
    this.held = null;
  }

  /** Seconds of the stream at the right end of the screen, or null without data. @param {number} now */
  edge(now) {
    return this.held ?? this.live.edge(now);
  }

  /**
   * Another epoch: its seconds have nothing to do with the former ones. What is held stays.
   * @param {boolean} [timed]
   */
  begin(timed = false) {
    this.live = new LiveEdge(timed);
  }
}
