/** Frames of sweeps that the server sends of a fast stream, put together to whole sweeps. */

import { Ring } from "./ring.js";

/** @import { SamplesFrame } from "../protocol/frames.js" */

/** Samples on either side of a window, so that lines reach the borders; and one for the fraction. */
export const MARGIN = 2;

/** Frames of sweeps to whole sweeps. */
export class Assembly {
  /** @type {Ring | null} */
  #ring = null;

  /** @param {number} length samples of a whole sweep */
  constructor(length) {
    this.length = length;
  }

  /**
   * Take a frame.
   * @param {SamplesFrame} frame
   * @returns {Ring | null} the sweep that it completes, in a ring of its own
   */
  take(frame) {
    // Frames of one sweep follow one another; a jump of the index begins the next.
    const ring = this.#ring && frame.sample === this.#ring.next ? this.#ring : this.#makeRing(frame);
    ring.write(frame.sample, frame.values);
    const isWhole = ring.next - ring.first >= this.length;
    this.#ring = isWhole ? null : ring;
    return isWhole ? ring : null;
  }

  /** @param {SamplesFrame} frame */
  #makeRing({ values, sampleType, n }) {
    const capacity = Math.max(this.length, n);
    return new Ring({ rows: values.length, capacity, float64: sampleType === "float64" });
  }
}

/**
 * How many samples a sweep of `window` seconds has.
 * @param {number} window
 * @param {number} rate
 */
export function sweepLength(window, rate) {
  return Math.ceil(window * rate) + 2 * MARGIN + 1;
}
