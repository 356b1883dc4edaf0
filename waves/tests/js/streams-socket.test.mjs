import assert from "node:assert/strict";
import test from "node:test";

import { StreamsSocket } from "../../../static/waves/js/protocol/streams-socket.js";
import { FakePage } from "./fake-page.mjs";

const VIEW = { window: 2, columns: 300, budget: 1000 };

function opened() {
  const page = new FakePage();
  page.open(StreamsSocket, { url: "ws://host/ws/" });
  return page;
}

const subscribed = (page) => page.last.sent.filter(({ type }) => type === "subscribe");

test("one socket asks for each stream by message", () => {
  const page = opened();
  page.connect();
  page.socket.subscribe("sine", () => VIEW);
  page.socket.subscribe("noise", () => ({ ...VIEW, window: 5 }));
  assert.equal(page.last.url, "ws://host/ws/");
  assert.equal(page.sockets.length, 1);
  assert.deepEqual(subscribed(page), [
    { type: "subscribe", stream: "sine", ...VIEW },
    { type: "subscribe", stream: "noise", ...VIEW, window: 5 },
  ]);
});

test("what was asked for before the connection stood is asked for on opening, once", () => {
  const page = opened();
  page.socket.subscribe("sine", () => VIEW);
  page.connect();
  assert.deepEqual(subscribed(page), [{ type: "subscribe", stream: "sine", ...VIEW }]);
});

test("a stream that is no longer viewed is not asked for again", () => {
  const page = opened();
  page.connect();
  page.socket.subscribe("sine", () => VIEW);
  page.socket.subscribe("noise", () => VIEW);
  page.socket.unsubscribe("sine");
  assert.deepEqual(page.sent("unsubscribe"), [{ type: "unsubscribe", stream: "sine" }]);
  page.last.onclose({ code: 1006 });
  page.pass(1);
  page.connect();
  assert.deepEqual(
    subscribed(page).map(({ stream }) => stream),
    ["noise"],
  );
});

test("a stream that has another slug is asked for, and let go of, by that", () => {
  const page = opened();
  page.connect();
  page.socket.subscribe("sine", () => VIEW);
  page.socket.rename("sine", "other");
  page.last.onclose({ code: 1006 });
  page.pass(1);
  page.connect();
  assert.deepEqual(
    subscribed(page).map(({ stream }) => stream),
    ["other"],
  );
  page.socket.unsubscribe("other");
  assert.deepEqual(page.sent("unsubscribe"), [{ type: "unsubscribe", stream: "other" }]);
});

test("a stream that is not viewed is not asked for because it has another slug", () => {
  const page = opened();
  page.connect();
  page.socket.rename("sine", "other");
  page.last.onclose({ code: 1006 });
  page.pass(1);
  page.connect();
  assert.deepEqual(subscribed(page), []);
});

test("a message that it does not know ends no subscription", () => {
  const page = opened();
  page.connect();
  page.socket.subscribe("sine", () => VIEW);
  for (const message of [
    { type: "notice", handle: 1, code: "x", message: "Words." },
    { type: "later", stream: "sine" },
    {},
    null,
  ])
    page.say(message);
  page.last.onclose({ code: 1006 });
  page.pass(1);
  page.connect();
  assert.deepEqual(
    subscribed(page).map(({ stream }) => stream),
    ["sine"],
  );
});

test("a stream that was never viewed is not unsubscribed", () => {
  const page = opened();
  page.connect();
  page.socket.unsubscribe("sine");
  assert.deepEqual(page.sent("unsubscribe"), []);
});

test("it comes back with the position of each stream at that time", () => {
  const page = opened();
  const held = { sine: null, noise: null };
  page.connect();
  for (const slug of ["sine", "noise"]) {
    page.socket.subscribe(slug, () => (held[slug] ? { ...VIEW, since: held[slug] } : VIEW));
  }
  held.sine = { epoch: 3, sample: 4711 };
  held.noise = { epoch: 1, sample: 12 };
  page.last.onclose({ code: 1012 });
  page.pass(1);
  page.connect();
  assert.deepEqual(
    subscribed(page).map(({ since }) => since),
    [held.sine, held.noise],
  );
});

test("messages of all streams are acknowledged by one count", () => {
  const page = opened();
  page.connect();
  page.socket.subscribe("sine", () => VIEW);
  page.socket.subscribe("noise", () => VIEW);
  for (let k = 0; k < 7; k += 1) page.receive(100);
  page.pass(1);
  assert.deepEqual(page.sent("ack"), [{ type: "ack", count: 7 }]);
});

test("an error about one stream is no reason for what happens to the connection", () => {
  const page = opened();
  page.connect();
  page.say({ type: "error", code: "unknown_stream", message: "There is no stream “x”.", stream: "x" });
  page.last.onclose({ code: 1006, reason: "" });
  assert.equal(page.states.at(-1).reason, "");
});

test("whoever hears that the connection stands may say more", () => {
  const page = new FakePage();
  page.open(StreamsSocket, { url: "ws://host/ws/" });
  page.socket.subscribe("sine", () => VIEW);
  page.connect();
  assert.equal(page.states.at(-1).name, "open");
  page.socket.send({ type: "view", handle: 1, ...VIEW });
  assert.deepEqual(
    page.last.sent.map(({ type }) => type),
    ["subscribe", "ping", "view"],
  );
});

test("a stream that the server does not know is let go of", () => {
  const page = opened();
  page.connect();
  page.socket.subscribe("x", () => VIEW);
  page.say({ type: "error", code: "unknown_stream", message: "There is no stream “x”.", stream: "x" });
  page.socket.unsubscribe("x");
  assert.deepEqual(page.sent("unsubscribe"), []);
  page.last.onclose({ code: 1006 });
  page.pass(1);
  page.connect();
  assert.deepEqual(subscribed(page), []);
  assert.equal(page.messages.at(-2).code, "unknown_stream");
});
