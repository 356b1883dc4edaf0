import assert from "node:assert/strict";
import test from "node:test";

import { StreamSocket } from "../../../static/waves/js/protocol/stream-socket.js";
import { FakePage } from "./fake-page.mjs";

class Page extends FakePage {
  url = "ws://host/ws/streams/sine/";
  query = { window: 2, columns: 1000 };

  constructor(random) {
    super(random);
    this.open(StreamSocket, { url: () => this.url, query: () => this.query });
  }
}

test("it asks for the view in its address and speaks waves.v1", () => {
  const page = new Page();
  assert.equal(page.last.url, "ws://host/ws/streams/sine/?window=2&columns=1000");
  assert.equal(page.last.protocol, "waves.v1");
});

test("data goes on as it came, messages as objects", () => {
  const page = new Page();
  page.connect();
  page.receive(8);
  page.say({ type: "gap", lost: 3 });
  assert.equal(page.data[0].byteLength, 8);
  assert.deepEqual(page.messages.at(-1), { type: "gap", lost: 3 });
});

test("it acknowledges a second after the first message, by count", () => {
  const page = new Page();
  page.connect();
  for (let k = 0; k < 5; k += 1) page.receive(100);
  assert.deepEqual(page.sent("ack"), []);
  page.pass(1);
  assert.deepEqual(page.sent("ack"), [{ type: "ack", count: 5 }]);
});

test("it acknowledges many bytes at once", () => {
  const page = new Page();
  page.connect();
  page.receive(100_000);
  page.receive(100_000);
  assert.deepEqual(page.sent("ack"), [{ type: "ack", count: 2 }]);
});

test("a steady stream is acknowledged about once a second, also without timers", () => {
  const page = new Page();
  page.connect();
  for (let k = 0; k < 200; k += 1) {
    page.now += 0.05;
    page.receive(100);
  }
  const acks = page.sent("ack").length;
  assert.ok(acks >= 9 && acks <= 11, String(acks));
});

test("nothing is sent on a connection that ends at this moment", () => {
  const page = new Page();
  page.connect();
  page.last.readyState = 2;
  page.receive(100_000);
  page.receive(100_000);
  assert.deepEqual(page.sent("ack"), []);
});

test("silence is not acknowledged again and again", () => {
  const page = new Page();
  page.connect();
  page.receive(100);
  page.pass(20);
  assert.equal(page.sent("ack").length, 1);
});

test("it pings on opening and every 30 s, and learns the server's clock", () => {
  const page = new Page();
  page.connect();
  assert.deepEqual(page.sent("ping"), [{ type: "ping", id: 1 }]);
  page.pass(0.02);
  page.say({ type: "pong", id: 1, time: 1000 });
  assert.equal(page.socket.clock.time(0.01), 1000);
  for (let k = 0; k < 300; k += 1) {
    page.pass(0.1);
    page.receive(8);
  }
  assert.equal(page.sent("ping").length, 2);
});

test("a stream that has another slug is asked for by that when it comes back", () => {
  const page = new Page();
  page.connect();
  page.url = "ws://host/ws/streams/other/";
  page.last.onclose({ code: 1006 });
  page.pass(1);
  assert.equal(page.last.url, "ws://host/ws/streams/other/?window=2&columns=1000");
});

for (const text of [
  '{"type": "from-a-later-server", "handle": 1}',
  "{}",
  "null",
  "3",
  "[]",
  '{"type": 4}',
  "no JSON",
]) {
  test(`a message that it does not know disturbs nothing: ${text}`, () => {
    const page = new Page();
    page.connect();
    page.last.onmessage({ data: text });
    page.say({ type: "gap", lost: 3 });
    page.receive(200_000);
    assert.deepEqual(page.messages.at(-1), { type: "gap", lost: 3 });
    assert.equal(page.sent("ack").length, 1);
    assert.equal(page.states.at(-1).name, "open");
  });
}

test("it comes back with its position, waiting longer each time up to a bound", () => {
  const page = new Page();
  page.connect();
  page.query = { ...page.query, epoch: 3, sample: 4711 };
  const waits = [];
  for (let k = 0; k < 8; k += 1) {
    page.last.onclose({ code: 1006, reason: "" });
    waits.push(page.states.at(-1).seconds);
    page.pass(waits.at(-1));
  }
  assert.deepEqual(waits, [0.5, 1, 2, 4, 8, 15, 15, 15]);
  assert.match(page.last.url, /epoch=3&sample=4711$/);
});

test("waits are spread by chance over their upper half", () => {
  const waits = [0, 0.5, 1].map((share) => {
    const page = new Page(() => share);
    page.last.onclose({ code: 1012, reason: "" });
    return page.states.at(-1).seconds;
  });
  assert.deepEqual(waits, [0.25, 0.375, 0.5]);
});

test("a hello makes the next wait short again", () => {
  const page = new Page();
  for (let k = 0; k < 4; k += 1) {
    page.last.onclose({ code: 1006 });
    page.pass(20);
  }
  page.connect();
  page.last.onclose({ code: 1006 });
  assert.equal(page.states.at(-1).seconds, 0.5);
});

for (const code of [4400, 4403, 4404]) {
  test(`a close with ${code} is final and says why`, () => {
    const page = new Page();
    page.connect();
    page.say({ type: "error", code: "refused", message: "Not you." });
    page.last.onclose({ code, reason: "" });
    page.pass(600);
    assert.deepEqual(page.states.at(-1), { name: "refused", code, reason: "Not you." });
    assert.equal(page.sockets.length, 1);
  });
}

for (const code of [4500, 4501, 1012, 1000]) {
  test(`a close with ${code} is followed by another try`, () => {
    const page = new Page();
    page.connect();
    page.last.onclose({ code, reason: "" });
    page.pass(1);
    assert.equal(page.sockets.length, 2);
  });
}

test("the network's return ends the wait", () => {
  const page = new Page();
  page.last.onclose({ code: 1006 });
  page.socket.retryNow();
  assert.equal(page.sockets.length, 2);
  page.pass(2);
  assert.equal(page.sockets.length, 2);
});

test("counting begins anew with each connection", () => {
  const page = new Page();
  page.connect();
  page.receive(200_000);
  page.last.onclose({ code: 1006 });
  page.pass(1);
  page.connect();
  page.receive(200_000);
  assert.deepEqual(
    page.sent("ack").map((message) => message.count),
    [1, 1],
  );
});

test("after close nothing is sent and nothing tried", () => {
  const page = new Page();
  page.connect();
  page.receive(10);
  page.socket.close();
  page.pass(600);
  assert.equal(page.sockets.length, 1);
  assert.deepEqual(page.sent("ack"), []);
});
