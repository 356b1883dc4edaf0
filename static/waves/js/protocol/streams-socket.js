/** One WebSocket for any number of streams: each is subscribed to by message, and again by itself. */

import { Socket } from "./socket.js";

/**
 * @import { Message } from "./messages.js"
 * @import { SocketOptions, State } from "./socket.js"
 */

export class StreamsSocket extends Socket {
  /** What to ask for, by slug. @type {Map<string, () => object>} */
  #asks = new Map();

  /**
   * As of `Socket`, and instead of `address` a `url`, `ws:` or `wss:`.
   * @param {Omit<SocketOptions, "address"> & {url: string}} options
   */
  constructor({ url, ...options }) {
    super({
      ...options,
      address: () => url,
      onState: (state) => this.#changed(state),
      onMessage: (message, now) => this.#heard(message, now),
    });
    this.told = options;
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

  /** @param {string} slug */
  unsubscribe(slug) {
    if (this.#asks.delete(slug)) this.send({ type: "unsubscribe", stream: slug });
  }

  /**
   * A stream has another slug: it is asked for by that from now on.
   * @param {string} former
   * @param {string} slug
   */
  rename(former, slug) {
    const ask = this.#asks.get(former);
    if (!ask) return;
    this.#asks.delete(former);
    this.#asks.set(slug, ask);
  }

  /**
   * Subscribed before anyone hears of the connection, so that what they say comes after it.
   * @param {State} state
   */
  #changed(state) {
    if (state.name === "open") [...this.#asks.keys()].forEach((slug) => this.#subscribe(slug));
    this.told.onState(state);
  }

  /**
   * A stream that the server does not know is not asked for again, and not given up either.
   * @param {Message} message
   * @param {number} now
   */
  #heard(message, now) {
    if (message.type === "error") this.#asks.delete(message.stream ?? "");
    this.told.onMessage(message, now);
  }

  /** @param {string} slug */
  #subscribe(slug) {
    if (this.state.name !== "open") return;
    this.send({ type: "subscribe", stream: slug, ...this.#asks.get(slug)?.() });
  }
}
