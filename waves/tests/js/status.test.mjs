import assert from "node:assert/strict";
import test from "node:test";

import { notice } from "../../../static/waves/js/status.js";

const OPEN = { socket: { state: { name: "open" } }, record: { description: { state: "live" }, ring: {} } };
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
  assert.equal(notice({ ...OPEN, record, noticed: PAUSED }), "It broke.");
});
