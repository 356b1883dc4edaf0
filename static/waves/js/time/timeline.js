/** Going along the time of a stream: what is live, what is frozen, and how much of it is seen. */

import { within, zoomAbout } from "./navigation.js";
import { Timebase } from "./timebase.js";

/** @import { Past } from "../samples/past.js" */

/** @typedef {{moved: () => void, resized: () => void, resumed: () => void}} Listener the view is another; the window is; what is live is shown again */

export class Timeline extends Timebase {
  #past;
  #listener;
  /** The second that somebody asked for, while the view is paused. @type {number | null} */
  #asked = null;

  /** @param {number} window seconds @param {Past} past @param {Listener} listener */
  constructor(window, past, listener) {
    super(window);
    this.#past = past;
    this.#listener = listener;
  }

  /** Show what is live again. */
  goLive() {
    if (this.running) return;
    this.resume();
    this.#asked = null;
    this.#past.release();
    this.#listener.resumed();
    this.#listener.moved();
  }

  /** Freeze with this second of the stream at the right end, or the nearest that there is. @param {number} edge */
  goTo(edge) {
    if (!this.#past.isThere || Number.isNaN(this.#past.span().end)) return;
    this.freeze(within(edge, { ...this.#past.span(), window: this.window }));
  }

  /** Freeze with exactly this second at the right end; data goes on arriving. @param {number} edge */
  freeze(edge) {
    this.hold(edge);
    this.#listener.moved();
  }

  /** Freeze with a second in the middle, or as near to it as there is anything. @param {number} second */
  show(second) {
    this.goTo(second + this.window / 2);
    this.#asked = this.running ? null : second;
  }

  /** What is frozen goes on in seconds of another epoch, so many more. @param {number} by */
  shift(by) {
    if (this.#asked !== null) this.#asked += by;
  }

  /** Where the second that was asked for is, in seconds from the right end; null where it is not seen. */
  get askedAt() {
    const x = this.#asked === null || this.held === null ? NaN : this.#asked - this.held;
    return x >= -this.window && x <= 0 ? x : null;
  }

  /** What stays where it is while the window changes and nobody points anywhere: what was asked for, or the middle. */
  get pivot() {
    return this.askedAt ?? -this.window / 2;
  }

  /**
   * Take another window; the instant at `x` (seconds from the right end) stays where it is.
   * @param {number} window
   * @param {number} [x]
   */
  setWindow(window, x = 0) {
    if (window === this.window) return;
    const edge = this.held === null ? null : zoomAbout({ edge: this.held, window: this.window }, x, window);
    this.resize(window);
    if (edge !== null) this.goTo(edge);
    this.#listener.resized();
  }
}
