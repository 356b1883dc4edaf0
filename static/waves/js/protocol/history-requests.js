/**
 * Asks the server for the past, one request at a time, and knows which frames are the answer.
 * Those must not go into what is held of the live stream: they may leave out what lies between.
 */

/** @import { Frame } from "./frames.js" */

/**
 * @typedef {object} Request what is asked for: samples `first` to `last`, inclusive, or about so many columns of them
 * @property {number} handle
 * @property {number} epoch
 * @property {number} first
 * @property {number} last
 * @property {number} [columns]
 */

/** @typedef {{request: Request, resolve: (frames: Frame[] | null) => void}} Asked */

/** Values that one answer may hold; asking for more closes the socket. */
export const MOST_VALUES = 262_144;

export class HistoryRequests {
  /** @type {Asked[]} */
  #waiting = [];
  /** @type {Asked | null} */
  #asked = null;
  #expected = 0;
  /** @type {Frame[]} */
  #frames = [];
  #id = 0;

  /** @param {(message: object) => void} send */
  constructor(send) {
    this.send = send;
  }

  /**
   * Ask for samples `first` to `last` (inclusive) of an epoch, or for about `columns` columns.
   * @param {Request} request {handle, epoch, first, last, columns?}
   * @param {number} signals bounds what may be asked for
   * @returns {Promise<Frame[] | null>} frames; null where the connection was lost
   * @throws {RangeError} where the answer might hold more than is allowed
   */
  ask(request, signals) {
    const { first, last, columns } = request;
    // A stride is a power of two, so there may be twice the columns; and each has two values.
    const values = signals * (columns ? 4 * columns : last - first + 1);
    if (values > MOST_VALUES) throw new RangeError(`An answer of ${values} values is too long.`);
    return new Promise((resolve) => {
      this.#waiting.push({ request, resolve });
      this.#next();
    });
  }

  /** Whether an answer is under way. */
  get busy() {
    return this.#asked !== null;
  }

  /** Take a `history` message: its frames follow. @param {{id: number, frames: number}} message */
  answered({ id, frames }) {
    if (id !== this.#id || !this.#asked) return;
    this.#expected = frames;
    if (frames === 0) this.#finish();
  }

  /**
   * Whether a frame belongs to an answer; frames are asked about in the order of their coming.
   * @param {Frame} frame
   */
  take(frame) {
    if (this.#expected === 0) return false;
    this.#frames.push(frame);
    this.#expected -= 1;
    if (this.#expected === 0) this.#finish();
    return true;
  }

  /** The connection is lost, and with it every answer. */
  lost() {
    const asked = [...(this.#asked ? [this.#asked] : []), ...this.#waiting];
    this.#asked = null;
    this.#waiting = [];
    this.#expected = 0;
    this.#frames = [];
    asked.forEach(({ resolve }) => resolve(null));
  }

  #next() {
    const next = this.#asked ? undefined : this.#waiting.shift();
    if (!next) return;
    this.#asked = next;
    this.#id += 1;
    this.send({ type: "history", id: this.#id, ...next.request });
  }

  #finish() {
    const asked = this.#asked;
    const frames = this.#frames;
    this.#asked = null;
    this.#frames = [];
    asked?.resolve(frames);
    this.#next();
  }
}
