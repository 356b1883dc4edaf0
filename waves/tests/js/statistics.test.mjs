import assert from "node:assert/strict";
import test from "node:test";

import { Running, Statistics } from "../../../static/waves/js/measurements/statistics.js";

const plain = ({ current, mean, min, max, count }) => ({ current, mean, min, max, count });

test("current, mean, min, max and count are those of the values", () => {
  const running = new Running();
  [4, -2, 7, 3].forEach((value) => running.add(value));
  assert.deepEqual(plain(running), { current: 3, mean: 3, min: -2, max: 7, count: 4 });
});

test("before the first value there is nothing", () => {
  assert.deepEqual(plain(new Running()), { current: NaN, mean: NaN, min: NaN, max: NaN, count: 0 });
});

test("a value that does not exist is shown and not counted", () => {
  const running = new Running();
  [1, NaN, 3, NaN].forEach((value) => running.add(value));
  assert.deepEqual(plain(running), { current: NaN, mean: 2, min: 1, max: 3, count: 2 });
});

test("a mean over a million large values loses no digits", () => {
  const running = new Running();
  for (let k = 0; k < 1e6; k += 1) running.add(1e12 + (k % 2));
  assert.ok(Math.abs(running.mean - 1e12 - 0.5) < 1e-3);
});

test("statistics are kept for what is selected, and go on when more is selected", () => {
  const statistics = new Statistics();
  statistics.select(["a/mean"]);
  statistics.add({ "a/mean": 1, "a/rms": 5 });
  statistics.select(["a/mean", "a/rms"]);
  statistics.add({ "a/mean": 3, "a/rms": 7 });
  assert.equal(statistics.of("a/mean").count, 2);
  assert.equal(statistics.of("a/mean").mean, 2);
  assert.equal(statistics.of("a/rms").count, 1);
});

test("what is no longer selected is forgotten", () => {
  const statistics = new Statistics();
  statistics.select(["mean"]);
  statistics.add({ mean: 1 });
  statistics.select([]);
  statistics.select(["mean"]);
  assert.equal(statistics.of("mean").count, 0);
});

test("a reset begins anew and keeps the selection", () => {
  const statistics = new Statistics();
  statistics.select(["mean"]);
  statistics.add({ mean: 1 });
  statistics.reset();
  statistics.add({ mean: 9 });
  assert.deepEqual(plain(statistics.of("mean")), { current: 9, mean: 9, min: 9, max: 9, count: 1 });
});
