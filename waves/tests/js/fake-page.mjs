/** A page with a clock and timers of its own, and sockets that only remember. */
export class FakePage {
  now = 0;
  timers = new Map();
  sockets = [];
  states = [];
  data = [];
  messages = [];

  constructor(random = () => 1) {
    this.random = random;
  }

  /** Open a socket of a class, with what it takes besides the world. */
  open(Socket, options) {
    const page = this;
    class FakeSocket {
      sent = [];
      constructor(url, protocol) {
        Object.assign(this, { url, protocol });
        page.sockets.push(this);
      }
      send(text) {
        this.sent.push(JSON.parse(text));
      }
      close() {
        this.closed = true;
      }
    }
    this.socket = new Socket({
      ...options,
      random: this.random,
      WebSocket: FakeSocket,
      now: () => this.now,
      setTimeout: (call, ms) => this.#later(call, ms),
      clearTimeout: (id) => this.timers.delete(id),
      onData: (buffer) => this.data.push(buffer),
      onMessage: (message) => this.messages.push(message),
      onState: (state) => this.states.push(state),
    });
    this.socket.open();
  }

  get last() {
    return this.sockets.at(-1);
  }

  #id = 0;
  #later(call, ms) {
    this.#id += 1;
    this.timers.set(this.#id, { call, at: this.now + ms / 1000 });
    return this.#id;
  }

  /** Let time pass, and the timers that are due with it. */
  pass(seconds) {
    const end = this.now + seconds;
    for (;;) {
      const due = [...this.timers].filter(([, t]) => t.at <= end).sort((a, b) => a[1].at - b[1].at)[0];
      if (!due) break;
      this.timers.delete(due[0]);
      this.now = due[1].at;
      due[1].call();
    }
    this.now = end;
  }

  /** Let time pass with timers that stand still, and are all called, once, at its end. */
  sleep(seconds) {
    this.now += seconds;
    const due = [...this.timers].filter(([, t]) => t.at <= this.now);
    for (const [id, { call }] of due) {
      if (this.timers.delete(id)) call();
    }
  }

  connect() {
    this.last.onopen();
    this.say({ type: "hello", protocol: "waves.v1", time: 1, ack: { ms: 1000, bytes: 131072 } });
    return this.last;
  }

  say(message) {
    this.last.onmessage({ data: JSON.stringify(message) });
  }

  receive(bytes) {
    this.last.onmessage({ data: new ArrayBuffer(bytes) });
  }

  sent(type) {
    return this.sockets.flatMap((socket) => socket.sent).filter((message) => message.type === type);
  }
}
