import assert from "node:assert/strict";
import test from "node:test";

import { Fold, searchTime } from "../../../static/waves/js/samples/decimation.js";
import { lineOf } from "../../../static/waves/js/samples/line.js";
import { Pen } from "../../../static/waves/js/samples/pen.js";
import { Ring } from "../../../static/waves/js/samples/ring.js";
import { chance, normal, sampled } from "./chance.mjs";
import { counting } from "./frames.mjs";

const index = (i) => i;

/** What a signal is drawn as. */
function drawn(fold, from, to, line = lineOf({})) {
  const pen = new Pen();
  pen.start(new Float64Array(8192));
  fold.draw(pen, 0, from, to, index, line);
  return pen.points;
}

function folded(ring, from, to, per, envelope = false, fold = new Fold()) {
  fold.update(ring, from, to, per, envelope);
  const columns = new Map();
  const points = drawn(fold, from, to);
  for (let at = 0; at < points.length; at += 2) {
    if (Number.isNaN(points[at])) continue;
    const k = Math.floor(points[at] / per);
    const [low, high] = columns.get(k) ?? [Infinity, -Infinity];
    columns.set(k, [Math.min(low, points[at + 1]), Math.max(high, points[at + 1])]);
  }
  return columns;
}

function expected(ring, from, to, per) {
  const columns = new Map();
  for (let i = Math.max(ring.first, Math.ceil(Math.floor(from / per) * per)); i < Math.min(to, ring.next); i += 1) {
    const value = ring.at(0, i);
    if (Number.isNaN(value)) continue;
    const [low, high] = columns.get(Math.floor(i / per)) ?? [Infinity, -Infinity];
    columns.set(Math.floor(i / per), [Math.min(low, value), Math.max(high, value)]);
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
  assert.equal(columns.has(1), false);
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

test("a line enters a pixel column at its first sample and leaves at its last, by way of both extremes", () => {
  const ring = new Ring({ rows: 1, capacity: 100 });
  ring.write(0, [Float32Array.of(2, -5, 9, 4, 1, 1, 1, 1)]);
  const fold = new Fold();
  fold.update(ring, 0, 8, 4, false);
  assert.deepEqual([...drawn(fold, 0, 8)], [2, 2, 2, -5, 2, 9, 2, 4, 6, 1]);
});

test("a square told by pairs of samples is a square", () => {
  const ring = new Ring({ rows: 1, capacity: 100 });
  ring.write(0, [Float32Array.of(0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0, 1)]);
  const fold = new Fold();
  fold.update(ring, 0, 12, 4, false);
  const values = [...drawn(fold, 0, 12)].filter((_, at) => at % 2 === 1);
  assert.deepEqual(values, [0, 1, 1, 0, 0, 1]);
});

test("a line leaves a pulse of one sample where the signal does", () => {
  const ring = new Ring({ rows: 1, capacity: 100 });
  ring.write(0, [Float32Array.of(0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0)]);
  const fold = new Fold();
  fold.update(ring, 0, 12, 4, false);
  assert.deepEqual([...drawn(fold, 0, 12)], [2, 0, 6, 0, 6, 1, 6, 0, 10, 0]);
});

test("noise, and a noisy sine of any period, is drawn with little more than two points a column", () => {
  const [count, per] = [8000, 9];
  for (const period of [5, 20, 100, 200, 500, 1000, Infinity]) {
    const noise = chance(period);
    const values = sampled(count, (at) => Math.sin((2 * Math.PI * at) / period) + 0.05 * normal(noise));
    const ring = new Ring({ rows: 1, capacity: count });
    ring.write(0, [Float32Array.from(values)]);
    const fold = new Fold();
    fold.update(ring, 0, count, per, false);
    const points = drawn(fold, 0, count).length / 2;
    assert.ok(points < 2.3 * (count / per), `${period}: ${points} points`);
  }
});

test("columns of the server's are drawn with the nearer extreme first: a smooth signal makes no zigzag", () => {
  const ring = new Ring({ rows: 2, capacity: 100, stride: 16 });
  ring.write(0, [Float32Array.of(30, 20, 10, 0), Float32Array.of(39, 29, 19, 9)]);
  const fold = new Fold();
  fold.update(ring, 0, 4, 1, true);
  const values = [...drawn(fold, 0, 4)].filter((_, at) => at % 2 === 1).slice(2);
  assert.deepEqual(values, [29, 20, 19, 10, 9, 0]);
});

test("a hole between two columns is a hole, though both have values", () => {
  const ring = new Ring({ rows: 1, capacity: 100 });
  ring.write(0, [Float32Array.of(1, 2, NaN, NaN, 3, 4)]);
  const fold = new Fold();
  fold.update(ring, 0, 6, 3, false);
  assert.deepEqual([...drawn(fold, 0, 6)], [1.5, 1, 1.5, 2, NaN, NaN, 4.5, 3, 4.5, 4]);
  const joined = drawn(fold, 0, 6, lineOf({ missing: "joined" }));
  assert.ok(!joined.some(Number.isNaN), String(joined));
});

test("no column but those with samples has a point, wherever its borders are rounded to", () => {
  for (let columns = 3; columns < 400; columns += 1) {
    const [n, per] = [1000, 1000 / columns];
    const ring = new Ring({ rows: 1, capacity: n });
    const fold = new Fold();
    for (let to = 7; to <= n; to += 97) {
      ring.write(to === 7 ? 0 : to - 97, [new Float32Array(to === 7 ? 7 : 97).fill(5)]);
      fold.update(ring, 0, to, per, false);
      const values = drawn(fold, 0, to).filter((_, at) => at % 2 === 1);
      assert.ok(
        values.every((value) => value === 5),
        `${columns}: ${values}`,
      );
    }
  }
});

test("a time is found by searching", () => {
  const ring = new Ring({ rows: 1, capacity: 10, timed: true });
  ring.write(0, [new Float32Array(4)], Float64Array.of(0, 0.1, 0.2, 1.5));
  assert.deepEqual(
    [-1, 0.1, 0.15, 2].map((t) => searchTime(ring, t)),
    [0, 1, 2, 4],
  );
});
