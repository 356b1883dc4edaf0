import assert from "node:assert/strict";
import test from "node:test";

import { Ring } from "../../../static/waves/js/samples/ring.js";
import { chance, normal, sampled } from "./chance.mjs";
import { counting } from "./frames.mjs";

const make = (options) => new Ring({ rows: 1, capacity: 10, ...options });
const row = (first, n) => [Float32Array.from(counting(first, n))];
const held = (ring) => [...ring.slice(0, ring.first, ring.next)];

test("what is written is held by absolute index", () => {
  const ring = make();
  ring.write(1000, row(1000, 4));
  ring.write(1004, row(1004, 3));
  assert.deepEqual([ring.first, ring.next], [1000, 1007]);
  assert.deepEqual(held(ring), counting(1000, 7));
  assert.equal(ring.at(0, 1003), 1003);
  assert.ok(Number.isNaN(ring.at(0, 999)) && Number.isNaN(ring.at(0, 1007)));
});

test("the oldest gives way to the newest", () => {
  const ring = make();
  for (let first = 0; first < 40; first += 4) ring.write(first, row(first, 4));
  assert.deepEqual(held(ring), counting(30, 10));
});

test("a block longer than the ring leaves its newest part", () => {
  const ring = make();
  ring.write(5, row(5, 25));
  assert.deepEqual(held(ring), counting(20, 10));
});

test("a jump is a gap of NaN, counted and told", () => {
  const ring = make();
  ring.write(0, row(0, 2));
  assert.equal(ring.write(5, row(5, 2)), 3);
  assert.deepEqual(held(ring), [0, 1, NaN, NaN, NaN, 5, 6]);
  assert.deepEqual(ring.gaps, [{ first: 2, next: 5 }]);
  assert.equal(ring.missing(0, 7), 3);
  assert.equal(ring.missing(4, 7), 1);
});

test("a NaN that came is a value and not missing", () => {
  const ring = make();
  ring.write(0, [Float32Array.of(1, NaN, 3)]);
  assert.equal(ring.missing(0, 3), 0);
  assert.deepEqual(ring.gaps, []);
});

test("an answer fills a gap, partly or wholly", () => {
  const ring = make();
  ring.write(0, row(0, 2));
  ring.write(6, row(6, 2));
  ring.write(3, row(3, 1));
  assert.deepEqual(ring.gaps, [
    { first: 2, next: 3 },
    { first: 4, next: 6 },
  ]);
  ring.write(2, row(2, 4));
  assert.deepEqual(ring.gaps, []);
  assert.deepEqual(held(ring), counting(0, 8));
});

test("an answer replaces what overlaps, and says so by its revision", () => {
  const ring = make();
  ring.write(0, row(0, 6));
  const before = ring.revision;
  ring.write(6, row(6, 1));
  assert.equal(ring.revision, before);
  ring.write(4, row(104, 2));
  assert.notEqual(ring.revision, before);
  assert.deepEqual(held(ring), [0, 1, 2, 3, 104, 105, 6]);
});

test("older samples extend the ring backwards as far as it goes", () => {
  const ring = make();
  ring.write(20, row(20, 5));
  ring.write(12, row(12, 8));
  assert.deepEqual(held(ring), counting(15, 10));
  ring.write(0, row(0, 3));
  assert.deepEqual([ring.first, ring.next], [15, 25]);
});

test("older samples that do not touch leave a gap between", () => {
  const ring = make();
  ring.write(20, row(20, 2));
  ring.write(15, row(15, 2));
  assert.deepEqual(ring.gaps, [{ first: 17, next: 20 }]);
  assert.deepEqual(held(ring), [15, 16, NaN, NaN, NaN, 20, 21]);
});

test("a jump beyond the capacity keeps only what came after it", () => {
  const ring = make();
  ring.write(0, row(0, 5));
  ring.write(1000, row(1000, 2));
  assert.equal(ring.next, 1002);
  assert.deepEqual([...ring.slice(0, 1000, 1002)], [1000, 1001]);
  assert.equal(ring.missing(0, 1000), 1000 - ring.first);
});

test("gaps are forgotten with what they stood between", () => {
  const ring = make();
  ring.write(0, row(0, 2));
  ring.write(4, row(4, 2));
  ring.write(6, row(6, 10));
  assert.deepEqual(ring.gaps, []);
});

test("float64 keeps what float32 would round", () => {
  const ring = make({ float64: true });
  ring.write(0, [Float64Array.of(0.1)]);
  assert.equal(ring.at(0, 0), 0.1);
});

test("times of a timed clock keep their order over a gap", () => {
  const ring = make({ timed: true });
  ring.write(0, row(0, 2), Float64Array.of(0, 0.5));
  ring.write(4, row(4, 1), Float64Array.of(9));
  assert.deepEqual(
    counting(0, 5).map((index) => ring.timeAt(index)),
    [0, 0.5, 0.5, 0.5, 9],
  );
});

test("any order of writing gives what each index had last", () => {
  let seed = 7;
  const random = (n) => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return seed % n;
  };
  for (let round = 0; round < 200; round += 1) {
    const ring = make({ capacity: 32 });
    const model = new Map();
    for (let step = 0; step < 12; step += 1) {
      const first = random(100);
      const n = 1 + random(12);
      ring.write(first, row(first + 1000 * step, n));
      counting(first, n).forEach((index, k) => model.set(index, first + 1000 * step + k));
      // What slid out of the ring is gone, even if the ring reaches back there later.
      for (const index of model.keys()) if (index < ring.first) model.delete(index);
    }
    for (let index = ring.first; index < ring.next; index += 1) {
      assert.equal(ring.at(0, index), model.get(index) ?? NaN);
      assert.equal(ring.missing(index, index + 1), model.has(index) ? 0 : 1);
    }
  }
});

test("extremes are those of what is held, without the holes", () => {
  const ring = make();
  ring.write(0, [Float32Array.of(5, -7, NaN, 2, 3)]);
  assert.deepEqual(ring.extremes(0, 0, 5), { low: -7, high: 5 });
  assert.deepEqual(ring.extremes(0, 2, 90), { low: 2, high: 3 });
  assert.deepEqual(ring.extremes(0, 2, 3), { low: Infinity, high: -Infinity });
});

test("extremes of a long stretch are those of its samples, whatever was asked and written before", () => {
  const next = chance(7);
  const ring = make({ capacity: 50_000 });
  const among = (/** @type {number} */ low, /** @type {number} */ high) => low + Math.floor(next() * (high - low));
  for (let round = 0; round < 300; round += 1) {
    // Mostly what comes next; now and then after a gap, or again, in place of what is held.
    const index = Math.max(0, ring.next + (next() < 0.9 ? 0 : among(-20_000, 9000)));
    const values = sampled(among(1, 4000), () => (next() < 0.01 ? NaN : normal(next) * 10 ** among(-3, 3)));
    ring.write(index, [Float32Array.from(values)]);
    const from = among(ring.first - 1000, ring.next);
    const to = among(from, ring.next + 1000);
    const seen = [...ring.slice(0, from, to)].filter((value) => !Number.isNaN(value));
    const expected = { low: Math.min(...seen), high: Math.max(...seen) };
    assert.deepEqual(ring.extremes(0, from, to), expected, `round ${round}: ${from} to ${to}`);
  }
});

test("of a signal that the ring never had all is missing, and nothing is raised", () => {
  const ring = make();
  ring.write(0, row(0, 4));
  assert.ok(Number.isNaN(ring.at(1, 2)));
  assert.deepEqual([...ring.slice(1, 1, 4)], [NaN, NaN, NaN]);
  const { low, high } = ring.extremes(1, 0, 4);
  assert.ok(low > high);
});
