import assert from "node:assert/strict";
import test from "node:test";
import { lossText, notice, pill, showLine } from "../../../static/waves/js/oscilloscope/status.js";
import { readDescription } from "../../../static/waves/js/protocol/description.js";
import { Timebase } from "../../../static/waves/js/time/timebase.js";

/** The pill of a page whose stream, connection and view are as told. */
function shown({ stream, socket = { name: "open" }, words = null, paused = false, refusal, openedAt = 9 }) {
  const timebase = new Timebase(2);
  if (paused) timebase.hold(1);
  const description = stream && readDescription(stream);
  const { name, text } = pill(
    { socket: { state: socket, words: () => words }, record: { description }, timebase, refusal, openedAt },
    10,
  );
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
    assert.deepEqual(shown({ stream: live, socket: { name: "waiting", until: 12.2 }, paused }), [
      "waiting",
      "Reconnecting in 3 s",
    ]);
    assert.deepEqual(shown({ stream: live, socket: { name: "connecting", again: true }, paused }), [
      "waiting",
      "Reconnecting",
    ]);
  });
}

test("before anything is known it connects", () => {
  assert.deepEqual(shown({ socket: { name: "connecting", again: false } }), ["connecting", "Connecting"]);
  assert.deepEqual(shown({}), ["connecting", "Connecting"]);
  // But not for ever.
  assert.deepEqual(shown({ openedAt: 6 }), ["stale", "No news"]);
});

test("a stream that there is not was deleted, whatever the view was", () => {
  assert.deepEqual(shown({ socket: { name: "refused", code: 4404 } }), ["refused", "Deleted"]);
  assert.deepEqual(shown({ stream: live, socket: { name: "refused", code: 4404 } }), ["refused", "Deleted"]);
  assert.deepEqual(shown({ socket: { name: "refused", code: 4403 } }), ["refused", "Refused"]);
});

test("a source that yields nothing says since when", () => {
  assert.deepEqual(shown({ stream: { state: "silent", message: "No samples for 6 s." } }), [
    "silent",
    "No samples for 6 s",
  ]);
});

test("a state that this page does not know is told by its message, or by its name", () => {
  assert.deepEqual(shown({ stream: { state: "drowsy", message: "Wakes at noon." } }), ["drowsy", "Wakes at noon"]);
  assert.deepEqual(shown({ stream: { state: "drowsy", message: "" } }), ["drowsy", "Drowsy"]);
  const message = "It sleeps until somebody comes and wakes it.";
  assert.deepEqual(shown({ stream: { state: "drowsy", message } }), ["drowsy", "Drowsy"]);
});

const OPEN = {
  config: { staff: false },
  socket: { state: { name: "open" } },
  record: { description: { state: "live" }, ring: {} },
};
const PAUSED = { type: "notice", handle: 1, code: "trigger_paused", message: "No time for this one." };
const RESUMED = { type: "notice", handle: 1, code: "trigger_resumed", message: "It is looked for again." };

test("what the server wants a person to know is shown until it is taken back", () => {
  assert.equal(notice(OPEN), null);
  assert.equal(notice({ ...OPEN, noticed: PAUSED }), "No time for this one.");
  assert.equal(notice({ ...OPEN, noticed: RESUMED }), null);
});

test("a notice whose code the page does not know is shown all the same", () => {
  const noticed = { type: "notice", handle: 1, code: "something_new", message: "The server is tired." };
  assert.equal(notice({ ...OPEN, noticed }), "The server is tired.");
});

test("a source that failed is the more important sentence", () => {
  const record = { description: { state: "failed", message: "It broke." } };
  const said = notice({ ...OPEN, record, noticed: PAUSED });
  assert.match(said, /^It broke\. The server tries again by itself\. .*tell who runs this server/);
  assert.match(notice({ ...OPEN, record, config: { staff: true } }), /Its settings are under Configure\.$/);
});

test("what a live stream leaves out is told in words, and late samples are counted", () => {
  const socket = { state: { name: "open" } };
  const said = (message, noticed = null) =>
    notice({ socket, record: { description: readDescription({ state: "live", message }) }, noticed });
  assert.equal(said("mode: 'x' can be no state."), "mode: 'x' can be no state.");
  assert.equal(said("", null), null);
  assert.equal(said("a", { code: "trigger_paused", message: "b" }), "b");
  assert.equal(lossText({ lost: 0, description: readDescription({ late: 3 }) }), "0, and 3 late");
  assert.equal(lossText({ lost: 5, description: readDescription({}) }), "5");
});

test("a rate is told while samples can come, and no longer", () => {
  /** The rate as it is written, where the socket is so. */
  const written = (/** @type {string} */ name, words = null) => {
    const texts = new Map();
    showLine(
      {
        socket: { state: { name }, words: () => words, clock: { time: () => 0 } },
        record: { description: { state: "live", rate: 1000 }, lost: 0, rate: () => 1000, wallTime: () => 0 },
        timebase: new Timebase(2),
        controls: { text: (id, text) => texts.set(id, text), show: () => {} },
        drawn: [],
        openedAt: 9,
        picture: null,
      },
      10,
    );
    return texts.get("rate");
  };
  assert.equal(written("open"), "1.000 kS/s");
  assert.equal(written("open", "No data for 5 s"), "–");
  assert.equal(written("waiting"), "–");
});
