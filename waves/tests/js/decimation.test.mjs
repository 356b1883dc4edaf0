import assert from "node:assert/strict";
import test from "node:test";

import { Fold, samplePoints, searchTime, timedPoints } from "../../../static/waves/js/samples/decimation.js";
import { Ring } from "../../../static/waves/js/samples/ring.js";
import { counting } from "./frames.mjs";

const index = (i) => i;

function folded(ring, from, to, per, envelope = false, fold = new Fold()) {
  fold.update(ring, from, to, per, envelope);
  const columns = new Map();
  const points = fold.points(0, from, to, index, new Float32Array(4096));
  for (let at = 0; at < points.length; at += 4) {
    assert.equal(points[at], points[at + 2]);
    const [a, b] = [points[at + 1], points[at + 3]];
    columns.set(Math.floor(points[at] / per), [Math.min(a, b), Math.max(a, b)]);
  }
  return columns;
}

function expected(ring, from, to, per) {
  const columns = new Map();
  for (let i = Math.max(ring.first, Math.ceil(Math.floor(from / per) * per)); i < Math.min(to, ring.next); i += 1) {
    const value = ring.at(0, i);
    const [low, high] = columns.get(Math.floor(i / per)) ?? [NaN, NaN];
    const wider = Number.isNaN(low) ? [value, value] : [Math.min(low, value), Math.max(high, value)];
    columns.set(Math.floor(i / per), Number.isNaN(value) ? [low, high] : wider);
  }
  return columns;
}

test("columns hold the extremes of their absolute indices, however samples arrive", () => {
  const signal = (i) => Math.fround(Math.sin(i / 7) * i);
  for (const per of [2, 3.7, 8, 11.25]) {
    const ring = new Ring({ rows: 1, capacity: 500 });
    const fold = new Fold();
    for (let first = 0, n = 1; first < 3000; first += n, n = 1 + ((n * 7) % 61)) {
      ring.write(first, [Float32Array.from({ length: n }, (_, k) => signal(first + k))]);
      const to = ring.next;
      const from = Math.max(0, to - 300);
      assert.deepEqual(folded(ring, from, to, per, false, fold), expected(ring, from, to, per));
    }
  }
});

test("a spike of one sample in a million stays visible", () => {
  const ring = new Ring({ rows: 1, capacity: 1_000_000 });
  const samples = new Float32Array(1_000_000);
  samples[654_321] = 5;
  ring.write(0, [samples]);
  const columns = folded(ring, 0, 1_000_000, 1000);
  assert.deepEqual(columns.get(654), [0, 5]);
  assert.deepEqual(columns.get(653), [0, 0]);
});

test("a column of missing values is a hole, one with a value is not", () => {
  const ring = new Ring({ rows: 1, capacity: 100 });
  ring.write(0, [Float32Array.from(counting(0, 10))]);
  ring.write(25, [Float32Array.from(counting(25, 15))]);
  const columns = folded(ring, 0, 40, 10);
  assert.deepEqual(columns.get(1), [NaN, NaN]);
  assert.deepEqual(columns.get(2), [25, 29]);
});

test("columns do not crawl: the window slides, the columns stay", () => {
  const ring = new Ring({ rows: 1, capacity: 1000 });
  ring.write(0, [Float32Array.from({ length: 900 }, (_, i) => Math.sin(i * i))]);
  const early = folded(ring, 100, 500, 7.3);
  const late = folded(ring, 160, 560, 7.3);
  for (const [k, column] of late) {
    if (k >= 23 && k < 67) assert.deepEqual(column, early.get(k));
  }
});

test("what was replaced in the ring is folded anew", () => {
  const ring = new Ring({ rows: 1, capacity: 100 });
  const fold = new Fold();
  ring.write(0, [new Float32Array(40)]);
  folded(ring, 0, 40, 10, false, fold);
  ring.write(12, [Float32Array.of(9)]);
  assert.deepEqual(folded(ring, 0, 40, 10, false, fold).get(1), [0, 9]);
});

test("a view that jumps ahead and comes back is right", () => {
  const ring = new Ring({ rows: 1, capacity: 2000 });
  ring.write(0, [Float32Array.from(counting(0, 2000))]);
  const fold = new Fold();
  folded(ring, 0, 100, 10, false, fold);
  assert.deepEqual(folded(ring, 1500, 1600, 10, false, fold), expected(ring, 1500, 1600, 10));
  assert.deepEqual(folded(ring, 1480, 1580, 10, false, fold), expected(ring, 1480, 1580, 10));
  assert.deepEqual(folded(ring, 40, 140, 10, false, fold), expected(ring, 40, 140, 10));
});

test("an envelope is folded from its minima and maxima", () => {
  const ring = new Ring({ rows: 2, capacity: 100, stride: 16 });
  ring.write(0, [Float32Array.of(-1, -5, -2), Float32Array.of(1, 0, 7)]);
  assert.deepEqual(folded(ring, 0, 3, 2, true).get(0), [-5, 1]);
});

test("the nearer extreme comes first, so that a smooth signal makes no zigzag", () => {
  const ring = new Ring({ rows: 1, capacity: 100 });
  ring.write(0, [Float32Array.from(counting(0, 40)).map((v) => 40 - v)]);
  const fold = new Fold();
  fold.update(ring, 0, 40, 10, false);
  const points = fold.points(0, 0, 40, index, new Float32Array(64));
  const values = [...points].filter((_, at) => at % 2 === 1).slice(2);
  assert.deepEqual(
    values,
    [...values].sort((a, b) => b - a),
  );
});

test("few samples are drawn as they are, and holes stay holes", () => {
  const ring = new Ring({ rows: 1, capacity: 100 });
  ring.write(10, [Float32Array.of(1, 2, NaN, 4, NaN)]);
  const points = samplePoints(ring, 0, 0, 100, index, new Float32Array(400));
  assert.deepEqual([...points], [10, 1, 11, 2, 12, NaN, 12.75, 4, 13.25, 4, 14, NaN]);
});

test("a timed clock is folded by time", () => {
  const ring = new Ring({ rows: 1, capacity: 10, timed: true });
  ring.write(0, [Float32Array.of(1, 5, 2, 8)], Float64Array.of(0, 0.1, 0.2, 1.5));
  const value = (i) => ring.at(0, i);
  const scale = { width: 1, xOf: index };
  const points = timedPoints(ring, { low: value, high: value }, 0, 4, scale, new Float32Array(16));
  assert.deepEqual([...points], [0, 1, 0, 5, 1.5, 8, 1.5, 8]);
});

test("a time is found by searching", () => {
  const ring = new Ring({ rows: 1, capacity: 10, timed: true });
  ring.write(0, [new Float32Array(4)], Float64Array.of(0, 0.1, 0.2, 1.5));
  assert.deepEqual(
    [-1, 0.1, 0.15, 2].map((t) => searchTime(ring, t)),
    [0, 1, 2, 4],
  );
});
