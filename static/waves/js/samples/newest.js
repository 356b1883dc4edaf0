/**
 * The newest sample of each signal, whatever is drawn. Where the page is sent columns or sweeps only,
 * the newest samples are not among what comes, so they are asked for.
 */

import { MOST_VALUES } from "../protocol/history-requests.js";

/**
 * @import { Frame, Values } from "../protocol/frames.js"
 * @import { Ask } from "./full-rate.js"
 */

/** Seconds between two questions: a reading changes no more often. */
const EVERY = 0.25;
/** The same, where the most that can be asked for held no value. */
const RARELY = 10;
/** Samples of each signal that are asked for at first; where a signal has no value among them, more. */
const FEW = 64;
const MORE = 8;

export class Newest {
  /** @type {number[]} */
  #values = [];
  /** The sample of each value, and the newest that may hold a later one. @type {number[]} */
  #samples = [];
  /** @type {number[]} */
  #unread = [];
  /** The sample after the newest that came, and when that was. */
  #end = { sample: 0, now: -Infinity };
  #few = FEW;
  #signals = 1;
  /** Counts the epochs, as answers of a former one may still come. */
  #epoch = 0;
  #asking = false;
  #askedAt = -Infinity;
  #ask;

  /** @param {Ask} [ask] for samples; without it, what comes is all there is */
  constructor(ask = async () => null) {
    this.#ask = ask;
  }

  /** Another epoch: its samples are others. */
  begin() {
    this.#values = [];
    this.#samples = [];
    this.#unread = [];
    this.#end = { sample: 0, now: -Infinity };
    this.#few = FEW;
    this.#epoch += 1;
  }

  /** The newest value of signal `k`; NaN before there is any. @param {number} k */
  value(k) {
    return this.#values[k] ?? NaN;
  }

  /**
   * Take a frame that arrived at `now` page seconds.
   * @param {Frame} frame
   * @param {number} now
   */
  take(frame, now) {
    this.#signals = Math.max(1, frame.signals);
    if (frame.kind === "samples") frame.values.forEach((row, k) => this.#read(k, row, row, frame));
    else frame.minima.forEach((row, k) => this.#read(k, row, frame.maxima[k], frame));
    const end = frame.sample + frame.n * frame.stride;
    if (end >= this.#end.sample) this.#end = { sample: end, now };
  }

  /**
   * Ask for what did not come, where that is needed.
   * @param {number} now page seconds
   * @param {number} rate samples a second
   * @param {boolean} isSent whether sweeps are sent: then the newest samples lie after them
   */
  async look(now, rate, isSent) {
    const most = Math.floor(MOST_VALUES / this.#signals);
    const rest = this.#few === most ? RARELY : EVERY;
    if (!(this.#isBehind || isSent) || this.#asking || now - this.#askedAt < rest) return;
    this.#asking = true;
    this.#askedAt = now;
    const [end, epoch] = [this.#end, this.#epoch];
    const last = end.sample - 1 + (isSent ? Math.max(0, Math.floor((now - end.now) * rate)) : 0);
    const first = Math.max(0, last + 1 - this.#few);
    const frames = await this.#ask({ first, last });
    this.#asking = false;
    if (epoch !== this.#epoch) return;
    for (const frame of frames ?? []) this.take(frame, now);
    if (frames) this.#answered(first, last, most);
  }

  /** Whether something came of which the newest value is not known. */
  get #isBehind() {
    return this.#unread.some((sample, k) => sample > (this.#samples[k] ?? -1));
  }

  /** Samples `first` to `last` were looked through: what has a value among them has its newest. @param {number} first @param {number} last @param {number} most */
  #answered(first, last, most) {
    this.#unread.forEach((sample, k) => {
      const value = this.#samples[k] ?? -1;
      if (sample <= last && value >= first) this.#unread[k] = value;
      // Something later is there, and cannot be had.
      else if (sample > value && this.#few === most) this.#values[k] = NaN;
    });
    this.#few = this.#isBehind ? Math.min(most, this.#few * MORE) : Math.min(most, FEW);
  }

  /**
   * The newest value of a row: one column of two different extremes tells that there is one, not which.
   * @param {number} k
   * @param {Values} low
   * @param {Values} high
   * @param {Frame} frame
   */
  #read(k, low, high, { sample, stride }) {
    let at = low.length - 1;
    while (at >= 0 && Number.isNaN(low[at])) at -= 1;
    if (at < 0) return;
    const newest = sample + (at + 1) * stride - 1;
    this.#unread[k] = Math.max(newest, this.#unread[k] ?? -1);
    if (low[at] !== high[at] || newest < (this.#samples[k] ?? -1)) return;
    this.#values[k] = low[at];
    this.#samples[k] = newest;
  }
}
