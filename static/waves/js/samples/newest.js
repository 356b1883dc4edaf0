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
  /** The sample of each value; up to which there is no later one; and up to which there may be. @type {number[]} */
  #samples = [];
  /** @type {number[]} */
  #read = [];
  /** @type {number[]} */
  #came = [];
  /** The sample after the newest that came, and when that was. */
  #end = { sample: 0, now: -Infinity };
  #few = FEW;
  #signals = 1;
  /** Counts the epochs, as answers of a former one may still come. */
  #epoch = 0;
  #rest = EVERY;
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
    this.#read = [];
    this.#came = [];
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
    if (frame.kind === "samples") frame.values.forEach((row, k) => this.#take(k, row, row, frame));
    else frame.minima.forEach((row, k) => this.#take(k, row, frame.maxima[k], frame));
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
    const isBehind = isSent || this.#came.some((sample, k) => sample > (this.#read[k] ?? -1));
    if (!isBehind || this.#asking || now - this.#askedAt < this.#rest) return;
    this.#asking = true;
    this.#askedAt = now;
    const [end, epoch] = [this.#end, this.#epoch];
    const last = end.sample - 1 + (isSent ? Math.max(0, Math.floor((now - end.now) * rate)) : 0);
    const most = Math.floor(MOST_VALUES / this.#signals);
    const count = Math.min(most, this.#few);
    const first = Math.max(0, last + 1 - count);
    const frames = await this.#ask({ first, last });
    this.#asking = false;
    if (epoch !== this.#epoch) return;
    for (const frame of frames ?? []) this.take(frame, now);
    if (frames) this.#answered(first, last, count === most);
  }

  /**
   * Samples `first` to `last` were looked through: what has a value among them has its newest.
   * @param {number} first
   * @param {number} last
   * @param {boolean} isMost whether no more can be asked for
   */
  #answered(first, last, isMost) {
    let isFound = true;
    this.#came.forEach((sample, k) => {
      if ((this.#samples[k] ?? -1) >= first) this.#read[k] = Math.max(last, this.#read[k] ?? -1);
      if ((this.#read[k] ?? -1) >= Math.min(last, sample)) return;
      isFound = false;
      // Something later is there, and cannot be had.
      if (isMost) this.#values[k] = NaN;
    });
    this.#few = isFound ? FEW : this.#few * (isMost ? 1 : MORE);
    this.#rest = isFound || !isMost ? EVERY : RARELY;
  }

  /**
   * The newest value of a row: one column of two different extremes tells that there is one, not which.
   * @param {number} k
   * @param {Values} low
   * @param {Values} high
   * @param {Frame} frame
   */
  #take(k, low, high, { sample, stride }) {
    let at = low.length - 1;
    while (at >= 0 && Number.isNaN(low[at])) at -= 1;
    if (at < 0) return;
    const newest = sample + (at + 1) * stride - 1;
    this.#came[k] = Math.max(newest, this.#came[k] ?? -1);
    if (low[at] !== high[at] || newest < (this.#samples[k] ?? -1)) return;
    this.#values[k] = low[at];
    this.#samples[k] = this.#read[k] = newest;
  }
}
