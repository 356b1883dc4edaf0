/**
 * A WebSocket to the server: acknowledges, measures the server's clock, leaves a connection on
 * which nothing comes, and comes back by itself.
 * Which streams it views is for those who extend it. Timers, chance and the WebSocket are given,
 * so that tests never wait.
 */

import { readMessage } from "./messages.js";
import { ServerClock } from "./server-clock.js";
import { Silence } from "./silence.js";

/** @import { AckRule, Message, Hello, Pong } from "./messages.js" */

/**
 * @typedef {object} State of the connection
 * @property {"connecting" | "open" | "waiting" | "refused" | "closed"} name
 * @property {boolean} [again] whether it is not the first connection
 * @property {number} [seconds] until the next try, and `until` when that is, in page seconds
 * @property {number} [until]
 * @property {number} [code] of the close
 * @property {string} [reason]
 */

/**
 * @typedef {object} SocketOptions
 * @property {() => string} address where to open: `ws:` or `wss:`, asked at each opening
 * @property {(buffer: ArrayBuffer, now: number) => void} onData
 * @property {(message: Message, now: number) => void} onMessage
 * @property {(state: State) => void} onState
 * @property {new (address: string, protocol: string) => WebSocket} [WebSocket] given by tests, as all that follows
 * @property {() => number} [now] page seconds
 * @property {() => number} [random]
 * @property {(call: () => void, ms: number) => number} [setTimeout]
 * @property {(id: number | undefined) => void} [clearTimeout]
 */

const PROTOCOL = "waves.v1";
/** Closes after which coming back cannot help: bad message, refused, unknown stream. */
const FINAL = new Set([4400, 4403, 4404]);
/** Seconds of the first wait, and the bound of the doubling. */
const FIRST_WAIT = 0.5;
const LONGEST_WAIT = 15;
/** A wait is between this share and all of it, so that viewers do not come back as one. */
const LEAST_SHARE = 0.5;
const PING_SECONDS = 30;
/**
 * A connection that does not open in this time is given up: a server that is frozen takes it, and
 * says nothing. Chromium itself waits up to 5 s before it tries again where many tries failed.
 */
const CONNECT_SECONDS = 8;

export class Socket {
  /** @type {WebSocket | null} */
  #socket = null;
  /** @type {Map<string, number>} */
  #timers = new Map();
  #attempt = 0;
  /** @type {Map<number, number>} */
  #pings = new Map();
  #pingId = 0;

  /** @type {AckRule | null} */
  ackRule = null;
  received = nothing();
  /** What the server said of the close that follows. @type {string | null} */
  reason = null;
  /** @type {State} */
  state = { name: "closed" };

  /** @param {SocketOptions} options */
  constructor(options) {
    /** @type {Required<SocketOptions>} */
    this.options = {
      WebSocket: globalThis.WebSocket,
      now: () => performance.now() / 1000,
      random: Math.random,
      setTimeout: (/** @type {() => void} */ call, /** @type {number} */ ms) => setTimeout(call, ms),
      clearTimeout: (/** @type {number | undefined} */ id) => clearTimeout(id),
      ...options,
    };
    this.clock = new ServerClock();
    this.silence = new Silence();
  }

  open() {
    this.#stopTimers();
    this.#pings.clear();
    this.ackRule = null;
    this.received = nothing();
    const socket = new this.options.WebSocket(this.options.address(), PROTOCOL);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => this.#opened();
    socket.onmessage = (event) => this.#message(event.data);
    socket.onclose = (event) => this.#closed(socket, event);
    this.#socket = socket;
    this.#later("connect", CONNECT_SECONDS, () => this.#lost("The server does not answer."));
    this.#tell({ name: "connecting", again: this.#attempt > 0 });
  }

  /**
   * Send a control message; without a connection it is left out: opening says it all. So it is where the connection
   * ends at this moment, of which its event tells a moment later.
   * @param {object} message
   */
  send(message) {
    if (this.state.name !== "open" || !this.#socket || this.#socket.readyState > WebSocket.OPEN) return;
    this.#socket.send(JSON.stringify(message));
  }

  close() {
    this.#stopTimers();
    this.#drop();
    this.#tell({ name: "closed" });
  }

  /** Come back at once, as when the network is there again. */
  retryNow() {
    if (this.state.name === "waiting") this.open();
  }

  /** Whether anything came lately, and what to do where it did not; also when a page is seen again. */
  look() {
    if (this.state.name !== "open") return;
    const now = this.options.now();
    const act = this.silence.look(now);
    if (act === "lost") return this.#lost("The server does not answer.");
    if (act === "ask") this.#ask();
    this.#later("look", this.silence.due - now, () => this.look());
  }

  /** What is to be said of the connection while it stands: see `Silence`; null where all is well. */
  words() {
    return this.state.name === "open" ? this.silence.words(this.options.now()) : null;
  }

  #opened() {
    this.#cancel("connect");
    this.silence.heard(this.options.now());
    this.#tell({ name: "open" });
    this.#ping();
    this.look();
  }

  /** @param {unknown} data */
  #message(data) {
    const now = this.options.now();
    this.#heard(now);
    if (data instanceof ArrayBuffer) {
      this.#count(data.byteLength, now);
      this.options.onData(data, now);
      return;
    }
    const message = typeof data === "string" ? readMessage(data) : null;
    if (message) this.#control(message, now);
  }

  /**
   * The next look is as good as it stands, except where an answer was awaited, and longer.
   * @param {number} now
   */
  #heard(now) {
    const asked = this.silence.askedAt !== null;
    this.silence.heard(now);
    if (asked) this.look();
  }

  /** @param {Message} message @param {number} now */
  #control(message, now) {
    if (message.type === "hello") this.#hello(message);
    if (message.type === "pong") this.#pong(message, now);
    // An error that names a stream is about that stream, and ends nothing else.
    if (message.type === "error" && !message.stream) this.reason = message.message;
    this.options.onMessage(message, now);
  }

  /** @param {Hello} message */
  #hello(message) {
    this.ackRule = message.ack;
    this.#attempt = 0;
    this.reason = null;
  }

  /** @param {number} bytes @param {number} now */
  #count(bytes, now) {
    const { received } = this;
    received.count += 1;
    received.bytes += bytes;
    received.ackedAt ??= now;
    if (!this.ackRule) return;
    // Asked here and not by the timer alone, because hidden tabs have timers once a minute.
    const due =
      received.bytes - received.ackedBytes >= this.ackRule.bytes * this.#share() ||
      now - received.ackedAt >= this.ackRule.ms / 1000;
    if (due) this.#ack();
    else if (!this.#timers.has("ack")) this.#later("ack", this.#ackWait(this.ackRule), () => this.#ack());
  }

  /**  */
  /** @param {AckRule} rule */
  #ackWait({ ms }) {
    return (ms / 1000) * this.#share();
  }

  #ack() {
    const { received } = this;
    this.#cancel("ack");
    if (received.acked === received.count) return;
    received.acked = received.count;
    received.ackedBytes = received.bytes;
    received.ackedAt = this.options.now();
    this.send({ type: "ack", count: received.count });
  }

  #ping() {
    this.#ask();
    this.#later("ping", PING_SECONDS, () => this.#ping());
  }

  #ask() {
    this.#pingId += 1;
    this.#pings.set(this.#pingId, this.options.now());
    this.send({ type: "ping", id: this.#pingId });
  }

  /** @param {Pong} message @param {number} now */
  #pong(message, now) {
    const sent = this.#pings.get(message.id);
    this.#pings.delete(message.id);
    if (sent !== undefined) this.clock.pong(sent, now, message.time);
  }

  /**
   * The browser's own close is not waited for: it takes as long as the link is dead.
   * @param {string} reason
   */
  #lost(reason) {
    this.#stopTimers();
    this.#drop();
    this.#wait({ code: 1006, reason });
  }

  /** @param {WebSocket} socket @param {CloseEvent} event */
  #closed(socket, event) {
    if (socket !== this.#socket) return;
    this.#stopTimers();
    const reason = this.reason || event.reason;
    if (FINAL.has(event.code)) this.#tell({ name: "refused", code: event.code, reason });
    else this.#wait({ code: event.code, reason });
  }

  /** @param {{code: number, reason: string}} close */
  #wait({ code, reason }) {
    const longest = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** this.#attempt);
    const seconds = longest * this.#share();
    this.#attempt += 1;
    this.#tell({ name: "waiting", seconds, until: this.options.now() + seconds, code, reason });
    this.#later("open", seconds, () => this.open());
  }

  /** Forget the socket before closing it, so that its last events say nothing to anyone. */
  #drop() {
    const socket = this.#socket;
    this.#socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  #share() {
    return LEAST_SHARE + (1 - LEAST_SHARE) * this.options.random();
  }

  /** @param {State} state */
  #tell(state) {
    this.state = state;
    this.options.onState(state);
  }

  /** @param {string} name @param {number} seconds @param {() => void} call */
  #later(name, seconds, call) {
    this.#cancel(name);
    this.#timers.set(
      name,
      this.options.setTimeout(() => {
        this.#timers.delete(name);
        call();
      }, seconds * 1000),
    );
  }

  /** @param {string} name */
  #cancel(name) {
    this.options.clearTimeout(this.#timers.get(name));
    this.#timers.delete(name);
  }

  #stopTimers() {
    for (const name of [...this.#timers.keys()]) this.#cancel(name);
  }
}

/** What came over a connection, and how much of it was acknowledged; `ackedAt` in page seconds. */
function nothing() {
  return { count: 0, bytes: 0, acked: 0, ackedBytes: 0, ackedAt: /** @type {number | null} */ (null) };
}
