import assert from "node:assert/strict";
import test from "node:test";
import { Timeline } from "../../../static/waves/js/time/timeline.js";

function timelineOf({ isThere = true, span = { first: 0, end: 100 } } = {}) {
  const told = [];
  const past = { isThere, span: () => span, release: () => told.push("released") };
  const listener = Object.fromEntries(["moved", "resized", "resumed"].map((what) => [what, () => told.push(what)]));
  const timeline = new Timeline(2, past, listener);
  return { timeline, told };
}

test("going somewhere freezes there, or as near as there is anything", () => {
  const { timeline, told } = timelineOf();
  timeline.goTo(50);
  assert.equal(timeline.held, 50);
  timeline.goTo(-Infinity);
  assert.equal(timeline.held, 2);
  timeline.goTo(1000);
  assert.equal(timeline.held, 100);
  assert.deepEqual(told, ["moved", "moved", "moved"]);
});

test("where there is nothing yet, nothing is frozen", () => {
  const { timeline, told } = timelineOf({ isThere: false });
  timeline.goTo(5);
  assert.ok(timeline.running);
  assert.deepEqual(told, []);
});

test("going live lets go of the past, and is told once", () => {
  const { timeline, told } = timelineOf();
  timeline.goTo(50);
  timeline.goLive();
  timeline.goLive();
  assert.ok(timeline.running);
  assert.deepEqual(told, ["moved", "released", "resumed", "moved"]);
});

test("another window leaves the instant under the hand where it is", () => {
  const { timeline } = timelineOf();
  timeline.goTo(50);
  timeline.setWindow(4, -1);
  assert.deepEqual([timeline.window, timeline.held], [4, 51]);
});

test("another window of what is live freezes nothing; the same one is none", () => {
  const { timeline, told } = timelineOf();
  timeline.setWindow(2);
  timeline.setWindow(5);
  assert.ok(timeline.running);
  assert.deepEqual(told, ["resized"]);
});
