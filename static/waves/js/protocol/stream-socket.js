/** The WebSocket of one stream, which its address names: viewed from the moment it opens. */

import { Socket } from "./socket.js";

/** @import { SocketOptions } from "./socket.js" */

export class StreamSocket extends Socket {
  /**
   * As of `Socket`, and instead of `address`: `url`, `ws:` or `wss:` without a query, and what to ask
   * for on opening; empty values are left out.
   * @param {Omit<SocketOptions, "address"> & {url: () => string, query: () => object}} options
   */
  constructor({ url, query, ...options }) {
    super({ ...options, address: () => `${url()}?${new URLSearchParams(given(query()))}` });
  }
}

/** @param {object} query */
function given(query) {
  return Object.entries(query)
    .filter(([, value]) => value != null)
    .map(([name, value]) => [name, String(value)]);
}
