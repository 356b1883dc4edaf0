import assert from "node:assert/strict";
import test from "node:test";

import { readDescription } from "../../../static/waves/js/description.js";
import { pill } from "../../../static/waves/js/status.js";
import { Timebase } from "../../../static/waves/js/timebase.js";

/** The pill of a page whose stream, connection and view are as told. */
function shown({ stream, socket = { name: "open" }, words = null, paused = false, refusal }) {
  const timebase = new Timebase(2);
  if (paused) timebase.hold(1);
  const description = stream && readDescription(stream);
  const { name, text } = pill({ socket: { state: socket, words: () => words }, record: { description }, timebase, refusal }, 10);
  return [name, text];
}

const live = { state: "live", message: "" };

test("a stream that is live is live, or paused by whoever looks", () => {
  assert.deepEqual(shown({ stream: live }), ["live", "Live"]);
  assert.deepEqual(shown({ stream: live, paused: true }), ["paused", "Paused"]);
});

for (const paused of [false, true]) {
  test(`what is wrong with the connection comes before everything else${paused ? ", also of a paused view" : ""}`, () => {
    const words = "No data for 5 s";
    assert.deepEqual(shown({ stream: live, words, paused }), ["waiting", words]);
    assert.deepEqual(shown({ stream: { state: "failed", message: "No." }, words, paused }), ["waiting", words]);
    assert.deepEqual(shown({ stream: live, socket: { name: "waiting", until: 12.2 }, paused }), ["waiting", "Reconnecting in 3 s"]);
    assert.deepEqual(shown({ stream: live, socket: { name: "connecting", again: true }, paused }), ["waiting", "Reconnecting"]);
  });
}

test("before anything is known it connects", () => {
  assert.deepEqual(shown({ socket: { name: "connecting", again: false } }), ["connecting", "Connecting"]);
  assert.deepEqual(shown({}), ["connecting", "Connecting"]);
});

test("a stream that there is not was deleted, whatever the view was", () => {
  assert.deepEqual(shown({ socket: { name: "refused", code: 4404 } }), ["refused", "Deleted"]);
  assert.deepEqual(shown({ stream: live, socket: { name: "refused", code: 4404 } }), ["refused", "Deleted"]);
  assert.deepEqual(shown({ socket: { name: "refused", code: 4403 } }), ["refused", "Refused"]);
});

test("a source that yields nothing says since when", () => {
  assert.deepEqual(shown({ stream: { state: "silent", message: "No samples for 6 s." } }), ["silent", "No samples for 6 s"]);
});

test("a state that this page does not know is told by its message, or by its name", () => {
  assert.deepEqual(shown({ stream: { state: "drowsy", message: "Wakes at noon." } }), ["drowsy", "Wakes at noon"]);
  assert.deepEqual(shown({ stream: { state: "drowsy", message: "" } }), ["drowsy", "Drowsy"]);
  const message = "It sleeps until somebody comes and wakes it.";
  assert.deepEqual(shown({ stream: { state: "drowsy", message } }), ["drowsy", "Drowsy"]);
});
