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

test("what was asked for is in the middle, and stays there whatever the window is", () => {
  const { timeline } = timelineOf();
  timeline.show(50);
  assert.deepEqual([timeline.held, timeline.askedAt], [51, -1]);
  timeline.setWindow(20, timeline.pivot);
  timeline.setWindow(0.2, timeline.pivot);
  for (const [is, due] of [
    [timeline.held, 50.1],
    [timeline.askedAt, -0.1],
  ])
    assert.ok(Math.abs(is - due) < 1e-9, `${is} is not ${due}`);
});

test("near an end what was asked for is beside the middle, and stays where it is", () => {
  const { timeline } = timelineOf();
  timeline.show(99.5);
  assert.deepEqual([timeline.held, timeline.pivot], [100, -0.5]);
  timeline.setWindow(1, timeline.pivot);
  assert.equal(timeline.held + timeline.pivot, 99.5);
});

test("what was asked for and is seen no longer is forgotten for the middle, and so it is live", () => {
  const { timeline } = timelineOf();
  timeline.show(50);
  timeline.goTo(20);
  assert.deepEqual([timeline.askedAt, timeline.pivot], [null, -1]);
  timeline.goTo(50.5);
  timeline.goLive();
  assert.equal(timeline.askedAt, null);
});

test("what was asked for goes on in seconds of another epoch", () => {
  const { timeline } = timelineOf({ span: { first: -100, end: 100 } });
  timeline.show(50);
  timeline.hold(timeline.held - 80);
  timeline.shift(-80);
  assert.equal(timeline.askedAt, -1);
});
