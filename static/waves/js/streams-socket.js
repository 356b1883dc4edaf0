/** One WebSocket for any number of streams: each is subscribed to by message, and again by itself. */

import { Socket } from "./socket.js";

export class StreamsSocket extends Socket {
  /** What to ask for, by slug. */
  #asks = new Map();

  /**
   * @param {object} options as of `Socket`, and instead of `address`:
   * @param {string} options.url `ws:` or `wss:`
   */
  constructor({ url, ...options }) {
    super({ ...options, address: () => url, onState: (state) => this.#told(state, options.onState) });
  }

  /**
   * View a stream until `unsubscribe`, over every connection to come.
   * @param {string} slug
   * @param {() => object} ask what `subscribe` carries besides the stream, asked at each opening:
   *   window, columns, budget, and `since` where something is held already
   */
  subscribe(slug, ask) {
    this.#asks.set(slug, ask);
    this.#subscribe(slug);
  }

  unsubscribe(slug) {
    if (this.#asks.delete(slug)) this.send({ type: "unsubscribe", stream: slug });
  }

  /** Subscribed before anyone hears of the connection, so that what they say comes after it. */
  #told(state, onState) {
    if (state.name === "open") [...this.#asks.keys()].forEach((slug) => this.#subscribe(slug));
    onState(state);
  }

  #subscribe(slug) {
    if (this.state.name !== "open") return;
    this.send({ type: "subscribe", stream: slug, ...this.#asks.get(slug)() });
  }
}
