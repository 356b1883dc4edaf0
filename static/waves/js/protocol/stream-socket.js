/** The WebSocket of one stream, which its address names: viewed from the moment it opens. */

import { Socket } from "./socket.js";

export class StreamSocket extends Socket {
  /**
   * @param {object} options as of `Socket`, and instead of `address`:
   * @param {() => string} options.url `ws:` or `wss:`, without a query
   * @param {() => object} options.query what to ask for on opening; empty values are left out
   */
  constructor({ url, query, ...options }) {
    super({ ...options, address: () => `${url()}?${new URLSearchParams(given(query()))}` });
  }
}

function given(query) {
  return Object.entries(query).filter(([, value]) => value != null);
}
