import assert from "node:assert/strict";
import test from "node:test";

import { ANSWER } from "../../../static/waves/js/protocol/frames.js";
import { Labels } from "../../../static/waves/js/samples/labels.js";
import { Record } from "../../../static/waves/js/samples/record.js";
import { samplesFrame } from "./frames.mjs";

const near = (a, b, by = 1e-6) => assert.ok(Math.abs(a - b) < by, `${a} is not ${b}`);

function stepped(step) {
  const labels = new Labels();
  labels.take(0, 1000);
  labels.take(10, 1010);
  labels.take(20, 1020 + step);
  labels.take(30, 1030 + step);
  return labels;
}

test("before anything came no time is known", () => {
  assert.ok(Number.isNaN(new Labels().wallTime(0)));
  assert.ok(Number.isNaN(new Labels().secondsAt(0)));
  assert.ok(new Labels().isEmpty);
});

test("a step of the clock relabels nothing that is past", () => {
  for (const step of [-3600, -5, 0.25, 7200]) {
    const labels = stepped(step);
    near(labels.wallTime(15), 1015);
    near(labels.wallTime(25), 1025 + step);
    near(labels.wallTime(-5), 995);
  }
});

test("older labels that come later move nothing that was before all of them", () => {
  const labels = new Labels();
  labels.take(100, 1100);
  const then = labels.ownSecondsAt(500);
  labels.take(98, 1098.0025);
  labels.take(96, 1096.003);
  near(labels.ownSecondsAt(500), then, 1e-9);
  near(labels.ownTime(then), 500, 1e-9);
  near(labels.wallTime(97), 1097.003);
  near(labels.secondsAt(1099.0025), 99);
});

test("an instant is found by its time, after a step too: of two the newer", () => {
  near(stepped(3600).secondsAt(4625), 25);
  near(stepped(3600).secondsAt(1015), 15);
  near(stepped(-3600).secondsAt(1015), 15);
  near(stepped(-5).secondsAt(1017), 22);
  near(stepped(0).secondsAt(1100), 100);
});

test("what is asked for later says when its own seconds were, and changes nothing after it", () => {
  const labels = new Labels();
  labels.take(100, 5000);
  labels.take(50, 1050);
  labels.take(80, 1080);
  near(labels.wallTime(70), 1070);
  near(labels.wallTime(99), 1099);
  near(labels.wallTime(120), 5020);
});

test("labels of one line are kept once, however many come", () => {
  const labels = new Labels();
  for (let k = 100_000; k > 0; k -= 7) labels.take(k, 1000 + k);
  near(labels.wallTime(3), 1003);
  near(labels.secondsAt(1003), 3);
});

test("the page keeps the times of what it shows when the server's clock is set", () => {
  const record = new Record(1);
  record.describe({ handle: 1, epoch: 1, state: "live", signals: [{}], rate: 1000 });
  record.add(samplesFrame(0, [new Array(1000).fill(0)]), 0);
  record.add(samplesFrame(1000, [new Array(1000).fill(0)], { t0: 1001 - 3600 }), 1);
  near(record.wallTime(0.5), 1000.5);
  near(record.wallTime(1.5), 1001.5 - 3600);
  record.add(samplesFrame(0, [new Array(500).fill(0)], { flags: ANSWER }), 2);
  near(record.wallTime(0.25), 1000.25);
});

test("by the clock as it is now what was before it was set back has the times that it would have had", () => {
  const labels = stepped(-5);
  near(labels.ownTime(15), 1010);
  near(labels.ownTime(25), 1020);
  near(labels.ownSecondsAt(1010), 15);
  near(labels.ownSecondsAt(1019), 24);
  assert.equal(labels.since, 20);
});

test("a clock that was set forward, or corrected by little, goes on", () => {
  for (const step of [3600, -0.5]) {
    const labels = stepped(step);
    near(labels.ownTime(15), 1015);
    near(labels.ownTime(25), 1025 + step);
    assert.equal(labels.since, -Infinity);
  }
});
