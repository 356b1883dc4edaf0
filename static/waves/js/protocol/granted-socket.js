/** The WebSocket of one stream for a page that came by a link: its first words are the grant. */

import { Socket } from "./socket.js";

/**
 * @import { Grant } from "./grant.js"
 * @import { Message } from "./messages.js"
 * @import { SocketOptions, State } from "./socket.js"
 */

/** The closes of what one may not see (any more), and of what is not there. */
const REFUSED = 4403;
const UNKNOWN = 4404;

export class GrantedSocket extends Socket {
  /**
   * As of `Socket`, and instead of `address`: `url` of the socket of all streams, the `slug` of the one, what to ask for
   * on opening, and the grant.
   * @param {Omit<SocketOptions, "address"> & {url: () => string, slug: () => string, query: () => object, grant: Grant}} options
   */
  constructor({ url, ...options }) {
    super({
      ...options,
      address: url,
      onState: (state) => this.#changed(state),
      onMessage: (message, now) => this.#heard(message, now),
    });
    this.told = options;
  }

  /** @param {State} state */
  #changed(state) {
    if (state.name === "open") this.#begin();
    if (state.name === "refused" && state.code === REFUSED) this.#refused(state);
    else this.told.onState(state);
  }

  #begin() {
    const { grant, query, slug } = this.told;
    this.send({ type: "show", key: grant.text });
    this.send({ type: "subscribe", stream: slug(), ...asked(query()) });
  }

  /** A grant lasts an hour, and its link may last longer. @param {State} state */
  async #refused(state) {
    const { grant } = this.told;
    if (await grant.renew()) return this.open();
    const told = { ...state, reason: grant.refusal ?? state.reason };
    this.state = told;
    this.told.onState(told);
  }

  /** The only stream is not there (any more): that is the end. @param {Message} message @param {number} now */
  #heard(message, now) {
    if (message.type === "error" && message.stream) {
      this.close();
      /** @type {State} */
      const gone = { name: "refused", code: UNKNOWN, reason: message.message };
      this.state = gone;
      this.told.onState(gone);
      return;
    }
    this.told.onMessage(message, now);
  }
}

/** What stands in the query of an address as `subscribe` has it. @param {object} query */
function asked(query) {
  const { epoch, sample, ...rest } = /** @type {{epoch?: number | null, sample?: number | null}} */ (query);
  return epoch == null || sample == null ? rest : { ...rest, since: { epoch, sample } };
}
