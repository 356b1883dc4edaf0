/** The newest window of a running stream, as the page's own cards follow theirs. */

import { readDescription } from "../js/protocol/description.js";
import { parse } from "../js/protocol/frames.js";
import { StreamSocket } from "../js/protocol/stream-socket.js";
import { Follower } from "../js/streams/follower.js";
import { socketAddress } from "../js/text/address.js";

/**
 * @import { Signal } from "../js/protocol/description.js"
 * @import { Message } from "../js/protocol/messages.js"
 * @import { Picture } from "../js/streams/follower.js"
 */

/** Bounds of `columns`: the server's own, and what no preview is wider than. */
const FEWEST_COLUMNS = 16;
const MOST_COLUMNS = 2048;
const UNREACHED = "The running stream cannot be reached.";

/**
 * @typedef {object} Told
 * @property {() => number} columns device pixels across
 * @property {(picture: Picture, signals: Signal[]) => void} picture
 * @property {(message: string) => void} state
 */

export class Running {
  #follower;
  #told;
  #socket;
  #window;
  #signature = "";
  /** @type {number | null} */
  #frame = null;

  /** @param {string} path of the stream's WebSocket @param {number} window seconds @param {Told} told */
  constructor(path, window, told) {
    this.#told = told;
    this.#window = window;
    this.#follower = new Follower(readDescription({ window }), wholeView);
    this.#socket = this.#makeSocket(path);
    this.#socket.open();
    this.#draw();
  }

  close() {
    if (this.#frame !== null) cancelAnimationFrame(this.#frame);
    this.#socket.close();
  }

  /** @param {string} path */
  #makeSocket(path) {
    return new StreamSocket({
      url: () => socketAddress(path),
      query: () => {
        this.#follower.changedView(this.#told.columns());
        return this.#follower.view;
      },
      onData: (buffer, now) => parse(buffer).forEach((frame) => this.#follower.add(frame, now)),
      onMessage: (message) => this.#message(message),
      onState: ({ name }) => {
        if (name === "waiting" || name === "refused") this.#told.state(UNREACHED);
      },
    });
  }

  /** @param {Message} message */
  #message(message) {
    if (message.type === "view") this.#follower.expect(message);
    if (message.type !== "stream") return;
    const description = readDescription(message, this.#follower.stream);
    this.#follower.describe({ ...description, window: this.#window });
    this.#signature = "";
    const { state, message: sentence } = description;
    this.#told.state(state === "live" ? "" : sentence || `The stream is ${state}.`);
  }

  #draw() {
    this.#frame = requestAnimationFrame(() => this.#draw());
    const picture = this.#follower.picture(performance.now() / 1000, this.#told.columns(), this.#signature);
    if (!picture) return;
    this.#signature = picture.signature;
    this.#told.picture(picture, this.#follower.stream.signals);
  }
}

/** What to ask for: its own window, whatever that costs. @param {{window: number}} stream @param {number} pixels */
function wholeView({ window }, pixels) {
  return { window, columns: Math.min(MOST_COLUMNS, Math.max(FEWEST_COLUMNS, pixels)) };
}
