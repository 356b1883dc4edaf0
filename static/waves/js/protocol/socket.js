/**
 * A WebSocket to the server: acknowledges, measures the server's clock, leaves a connection on
 * which nothing comes, and comes back by itself.
 * Which streams it views is for those who extend it. Timers, chance and the WebSocket are given,
 * so that tests never wait.
 */

import { ServerClock } from "./server-clock.js";
import { Silence } from "./silence.js";

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
  #socket = null;
  #timers = new Map();
  #attempt = 0;
  #pings = new Map();
  #pingId = 0;

  /**
   * @param {object} options
   * @param {() => string} options.address where to open: `ws:` or `wss:`, asked at each opening
   * @param {(buffer: ArrayBuffer, now: number) => void} options.onData
   * @param {(message: object, now: number) => void} options.onMessage
   * @param {(state: object) => void} options.onState {name: connecting | open | waiting | refused |
   *   closed, again?, seconds?, code?, reason?}; `again` where it is not the first connection
   */
  constructor(options) {
    this.options = {
      WebSocket: globalThis.WebSocket,
      now: () => performance.now() / 1000,
      random: Math.random,
      setTimeout: (call, ms) => setTimeout(call, ms),
      clearTimeout: (id) => clearTimeout(id),
      ...options,
    };
    this.clock = new ServerClock();
    this.silence = new Silence();
    this.state = { name: "closed" };
  }

  open() {
    this.#stopTimers();
    this.#pings.clear();
    this.ackRule = null;
    this.received = { count: 0, bytes: 0, acked: 0, ackedBytes: 0, ackedAt: null };
    const socket = new this.options.WebSocket(this.options.address(), PROTOCOL);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => this.#opened();
    socket.onmessage = (event) => this.#message(event.data);
    socket.onclose = (event) => this.#closed(socket, event);
    this.#socket = socket;
    this.#later("connect", CONNECT_SECONDS, () => this.#lost("The server does not answer."));
    this.#tell({ name: "connecting", again: this.#attempt > 0 });
  }

  /** Send a control message; without a connection it is left out: opening says it all. */
  send(message) {
    if (this.state.name === "open") this.#socket.send(JSON.stringify(message));
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

  #message(data) {
    const now = this.options.now();
    this.#heard(now);
    if (typeof data !== "string") {
      this.#count(data.byteLength, now);
      this.options.onData(data, now);
      return;
    }
    const message = read(data);
    if (message) this.#control(message, now);
  }

  /** The next look is as good as it stands, except where an answer was awaited, and longer. */
  #heard(now) {
    const asked = this.silence.askedAt !== null;
    this.silence.heard(now);
    if (asked) this.look();
  }

  #control(message, now) {
    if (message.type === "hello") this.#hello(message);
    if (message.type === "pong") this.#pong(message, now);
    // An error that names a stream is about that stream, and ends nothing else.
    if (message.type === "error" && !message.stream) this.reason = message.message;
    this.options.onMessage(message, now);
  }

  #hello(message) {
    this.ackRule = message.ack;
    this.#attempt = 0;
    this.reason = null;
  }

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
    else if (!this.#timers.has("ack")) this.#later("ack", this.#ackWait(), () => this.#ack());
  }

  #ackWait() {
    return (this.ackRule.ms / 1000) * this.#share();
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

  #pong(message, now) {
    const sent = this.#pings.get(message.id);
    this.#pings.delete(message.id);
    if (sent !== undefined) this.clock.pong(sent, now, message.time);
  }

  /** The browser's own close is not waited for: it takes as long as the link is dead. */
  #lost(reason) {
    this.#stopTimers();
    this.#drop();
    this.#wait({ code: 1006, reason });
  }

  #closed(socket, event) {
    if (socket !== this.#socket) return;
    this.#stopTimers();
    const reason = this.reason || event.reason;
    if (FINAL.has(event.code)) this.#tell({ name: "refused", code: event.code, reason });
    else this.#wait({ code: event.code, reason });
  }

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

  #tell(state) {
    this.state = state;
    this.options.onState(state);
  }

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

  #cancel(name) {
    this.options.clearTimeout(this.#timers.get(name));
    this.#timers.delete(name);
  }

  #stopTimers() {
    for (const name of [...this.#timers.keys()]) this.#cancel(name);
  }
}

/** A control message; null for what is none, as a later protocol may have it. */
function read(text) {
  try {
    const message = JSON.parse(text);
    return typeof message?.type === "string" ? message : null;
  } catch {
    return null;
  }
}
