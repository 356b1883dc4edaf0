/** The link to the server: what the page asks of it, and what it says of the connection. */

import { readDescription } from "../protocol/description.js";
import { parse, WireError } from "../protocol/frames.js";
import { granted } from "../protocol/grant.js";
import { GrantedSocket } from "../protocol/granted-socket.js";
import { HistoryRequests } from "../protocol/history-requests.js";
import { RecordedRequests } from "../protocol/recorded-requests.js";
import { StreamSocket } from "../protocol/stream-socket.js";
import { addressOf, socketAddress } from "../text/address.js";

/**
 * @import { Config, Description } from "../protocol/description.js"
 * @import { Frame } from "../protocol/frames.js"
 * @import { Hello, Message, Notice, ViewMessage } from "../protocol/messages.js"
 * @import { State } from "../protocol/socket.js"
 * @import { Record } from "../samples/record.js"
 */

/** The close of a socket whose stream there is not, and what that means to a page that was served. */
const UNKNOWN = 4404;
const DELETED = "This stream was deleted.";
/** More columns than this a view may not ask for. */
const MOST_COLUMNS = 16384;

/**
 * @typedef {object} View what the page shows
 * @property {number} window seconds
 * @property {number} columns device pixels across the plot
 * @property {boolean} running
 *
 * @typedef {object} World
 * @property {Config} config
 * @property {Record} record
 * @property {() => View} view
 * @property {() => object} wanted further fields of the `view` message
 * @property {(frame: Frame, now: number) => void} came a frame of what is live
 * @property {(description: Description) => void} described
 * @property {(hello: Hello) => void} [greeted] a server took the page, perhaps another one than before
 * @property {() => void} [refused] for good
 */

export class Link {
  #world;
  #requests;
  /** What the server was told of the view, and all that it was asked for. @type {Asked | null} */
  #told = null;
  #asked = "";
  /** Whether what was asked for last is yet to be answered. */
  unanswered = false;
  /** Why the page was refused, and what else a person should read. @type {string | null} */
  refusal = null;
  /** @type {string | null} */
  problem = null;
  /** @type {Notice | null} */
  noticed = null;
  /** Page seconds of the last opening. */
  openedAt = NaN;

  /** What is asked of the recording, by HTTP. */
  recorded = new RecordedRequests();

  /** @param {World} world */
  constructor(world) {
    this.#world = world;
    this.#requests = new HistoryRequests((message) => this.socket.send(message));
    this.socket = this.#makeSocket();
  }

  /**
   * Samples `first` to `last` of this epoch from the server's history, or columns of them.
   * @param {{first: number, last: number, columns?: number}} request
   * @returns {Promise<Frame[] | null>} null without a connection
   */
  ask(request) {
    const { handle, epoch, ring, signals } = this.#world.record;
    if (this.socket.state.name !== "open" || !ring || epoch === null) return Promise.resolve(null);
    return this.#requests.ask({ handle, epoch, ...request }, signals);
  }

  /** Where something of the stream is asked for by HTTP. @param {"samples" | "epochs" | "crossing"} what */
  address(what) {
    const { addresses, slug } = this.#world.config;
    // They stand side by side, wherever that is.
    return addressOf(addresses[what] ?? addresses.samples.replace(/samples$/, what), slug);
  }

  /** Tell the server what the page shows, unless it knows, or has not yet answered the last time. */
  askForView() {
    const { record, view, wanted } = this.#world;
    // A frozen view has its own data; what is held of the live stream stays whole until it is left.
    if (this.socket.state.name !== "open" || this.unanswered || !view().running) return;
    const told = this.#view;
    const asking = { ...told, ...wanted() };
    if (JSON.stringify(asking) === this.#asked) return;
    this.#told = told;
    this.#asked = JSON.stringify(asking);
    this.unanswered = true;
    this.socket.send({ type: "view", handle: record.handle, ...asking });
  }

  #makeSocket() {
    const { config } = this.#world;
    const told = {
      query: () => this.#query(),
      onData: (/** @type {ArrayBuffer} */ buffer, /** @type {number} */ now) => this.#data(buffer, now),
      onMessage: (/** @type {Message} */ message) => this.#message(message),
      onState: (/** @type {State} */ state) => this.#state(state),
    };
    const { addresses } = config;
    const grant = granted.current;
    if (!grant)
      return new StreamSocket({ ...told, url: () => socketAddress(addressOf(addresses.socket, config.slug)) });
    // A browser's WebSocket shows a key in no other way than by its first message.
    const url = () => socketAddress(addresses.sockets ?? "");
    return new GrantedSocket({ ...told, url, slug: () => config.slug, grant });
  }

  /**
   * Rejoining asks for what is lacked; where the view changed meanwhile, for a whole window. A
   * frozen page goes on with what it had, so that what is held stays whole.
   */
  #query() {
    const { record, view } = this.#world;
    const shown = this.#view;
    const isKnown = this.#told && (!view().running || JSON.stringify(shown) === JSON.stringify(this.#told));
    const told = isKnown && this.#told ? this.#told : shown;
    this.#told = told;
    this.#asked = JSON.stringify(told);
    this.unanswered = true;
    return isKnown ? { ...told, ...record.position } : told;
  }

  /** @typedef {{window: number, columns: number}} Asked */

  /**
   * Of a stream that is recorded no more than its memory holds, as what was before comes from the recording: columns
   * as wide as a year asks for would come once in hours, and all that is read of what is live would stand still.
   * @returns {Asked}
   */
  get #view() {
    const { window, columns } = this.#world.view();
    const { description } = this.#world.record;
    const most = (description?.recorded_since ?? null) === null ? window : (description?.history ?? window);
    return { window: Math.min(window, most), columns: Math.min(MOST_COLUMNS, columns) };
  }

  /** @param {ArrayBuffer} buffer @param {number} now */
  #data(buffer, now) {
    for (const frame of this.#parse(buffer)) {
      if (!this.#requests.take(frame)) this.#world.came(frame, now);
    }
  }

  /** The frames of a message; one that cannot be read is told, and everything else goes on. @param {ArrayBuffer} buffer */
  #parse(buffer) {
    try {
      return parse(buffer);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.problem = `A message could not be read, please reload this page. ${error.message}`;
      return [];
    }
  }

  /** @param {Message} message */
  #message(message) {
    if (message.type === "hello") this.#world.greeted?.(message);
    if (message.type === "stream") this.#world.described(readDescription(message, this.#known));
    if (message.type === "view") this.#viewed(message);
    if (message.type === "history") this.#requests.answered(message);
    if (message.type === "notice") this.noticed = message;
  }

  /** What holds where a description says nothing of use: the former one, or what the page was told. */
  get #known() {
    const { config, record } = this.#world;
    return record.description ?? { ...config, history: config.historySeconds };
  }

  /** @param {ViewMessage} message */
  #viewed(message) {
    this.#world.record.expect(message, this.#told?.window);
    this.unanswered = false;
    this.askForView();
  }

  /** @param {State} state */
  #state(state) {
    if (state.name === "open") this.openedAt = performance.now() / 1000;
    else {
      this.#requests.lost();
      this.noticed = null;
    }
    if (state.name !== "refused") return;
    this.refusal = state.code === UNKNOWN ? DELETED : (state.reason ?? null);
    this.#world.refused?.();
  }
}
