import assert from "node:assert/strict";
import test from "node:test";

import { valueAt } from "../../../static/waves/js/measurements/cursor-values.js";
import { MOST, measureStretch } from "../../../static/waves/js/measurements/stretch.js";
import { Ring } from "../../../static/waves/js/samples/ring.js";

const PERIOD = 0.001;
const KEYS = ["vpp", "mean", "frequency"];

function samples(values, more = {}) {
  const ring = new Ring({ rows: 1, capacity: values.length });
  ring.write(0, [Float32Array.from(values)]);
  return { ring, period: PERIOD, envelope: false, ...more };
}

const sine = (n) => samples(Array.from({ length: n }, (_, i) => Math.sin((2 * Math.PI * i) / 50)));

test("a stretch is measured from its first to its last sample", () => {
  const source = samples([0, 1, 2, 3, 4, 5, 6, 7]);
  const {
    values,
    samples: n,
    part,
  } = measureStretch(["mean", "min", "max"], { source, first: 0.002, last: 0.005 }, [true], 0);
  assert.deepEqual([values[0], n, part], [{ mean: 3.5, min: 2, max: 5 }, 4, false]);
});

test("of very many samples the latest are measured, and all of them for the extremes", () => {
  const ring = new Ring({ rows: 1, capacity: 2 * MOST });
  ring.write(0, [Float32Array.from({ length: 2 * MOST }, (_, i) => (i < MOST ? -5 : 1))]);
  const {
    values,
    part,
    samples: n,
  } = measureStretch(KEYS, { source: { ring, period: PERIOD, envelope: false }, first: 0, last: 1e6 }, [true], 0);
  assert.deepEqual([values[0].vpp, values[0].mean, part, n], [6, 1, true, MOST]);
});

test("of columns the extremes are measured, and the rest of the latest samples", () => {
  const ring = new Ring({ rows: 2, capacity: 8, stride: 100 });
  ring.write(0, [Float32Array.of(-3, -1, -1, -1), Float32Array.of(1, 1, 1, 7)]);
  const source = { ring, period: 0.1, envelope: true };
  const wave = Float32Array.from({ length: 200 }, (_, i) => 2 + Math.sin((2 * Math.PI * i) / 50));
  const latest = { values: [wave], dt: PERIOD, edge: 0.399 };
  const whole = measureStretch(KEYS, { source, first: 0, last: 0.4, latest }, [true], 0);
  assert.equal(whole.values[0].vpp, 10);
  assert.ok(Math.abs(whole.values[0].mean - 2) < 1e-6 && Math.abs(whole.values[0].frequency - 20) < 1e-3);
  assert.deepEqual([whole.samples, whole.part], [200, true]);
  const former = measureStretch(KEYS, { source, first: 0, last: 0.15, latest }, [true], 0);
  assert.deepEqual([former.values[0].vpp, former.values[0].mean, former.samples], [4, NaN, 0]);
});

test("signals that are off are not measured", () => {
  assert.deepEqual(measureStretch(KEYS, { source: sine(100), first: 0, last: 1 }, [false], 0).values, [{}]);
});

test("a cursor reads the line between two samples, and both extremes of a column", () => {
  const source = samples([0, 10, 20]);
  assert.deepEqual(valueAt(source, 0, 0.0015), { low: 15, high: 15 });
  assert.deepEqual(valueAt(source, 0, 0.002), { low: 20, high: 20 });
  assert.equal(valueAt(source, 0, 0.0025).low, NaN);
  const ring = new Ring({ rows: 2, capacity: 2, stride: 16 });
  ring.write(0, [Float32Array.of(-1, -2), Float32Array.of(1, 2)]);
  assert.deepEqual(valueAt({ ring, period: 0.016, envelope: true }, 0, 0.02), { low: -2, high: 2 });
});

test("a cursor reads a timed clock by time", () => {
  const ring = new Ring({ rows: 1, capacity: 3, timed: true });
  ring.write(0, [Float32Array.of(0, 10, 20)], Float64Array.of(0, 1, 3));
  const source = { ring, period: 0, envelope: false };
  assert.deepEqual(
    [0.5, 1, 2, 4].map((at) => valueAt(source, 0, at).low),
    [5, 10, 15, NaN],
  );
});

const STEP = { shape: "step", missing: "hole" };
const JOINED = { shape: "linear", missing: "joined" };
const HELD = { shape: "linear", missing: "held" };

test("a cursor reads the line that is drawn: steps, and what is joined or held", () => {
  const source = samples([0, 10, NaN, NaN, 40]);
  const read = (line, ...instants) => instants.map((at) => valueAt(source, 0, at / 1000, line).low);
  assert.deepEqual(read({ shape: "linear", missing: "hole" }, 0.5, 1, 1.5, 3), [5, 10, NaN, NaN]);
  assert.deepEqual(read(STEP, 0.5, 1, 1.5, 3, 4, 9), [0, 10, 10, NaN, 40, 40]);
  assert.deepEqual(read(JOINED, 1, 2.5, 3, 4, 4.5), [10, 25, 30, 40, NaN]);
  assert.deepEqual(read(HELD, 0.5, 2.5, 3, 9), [0, 10, 10, 40]);
  assert.deepEqual(read({ shape: "points", missing: "hole" }, 0.4, 0.6), [0, 10]);
});

test("a cursor of a timed clock reads no line across a silence, but steps go on", () => {
  const ring = new Ring({ rows: 1, capacity: 4, timed: true });
  ring.write(0, [Float32Array.of(0, 10, 20, 30)], Float64Array.of(0, 1, 60, 61));
  const source = { ring, period: 0, envelope: false };
  const read = (line) => [0.5, 30, 60.5, 99].map((at) => valueAt(source, 0, at, line, 5).low);
  assert.deepEqual(read({ shape: "linear", missing: "hole" }), [5, NaN, 25, NaN]);
  assert.deepEqual(read(STEP), [0, 10, 20, 30]);
});

test("what is joined or held is measured as the line goes on", () => {
  const source = samples([0, NaN, 2, NaN, 8, 8]);
  const mean = (line) =>
    measureStretch(["mean"], { source, first: 0, last: 1, lines: [line] }, [true], 0).values[0].mean;
  assert.equal(mean({ shape: "linear", missing: "hole" }), 18 / 4);
  assert.equal(mean(JOINED), (0 + 1 + 2 + 5 + 8 + 8) / 6);
  assert.equal(mean(HELD), (0 + 0 + 2 + 2 + 8 + 8) / 6);
});

test("a relay that tells its changes only is measured over all of the window", () => {
  const ring = new Ring({ rows: 1, capacity: 20, timed: true });
  const times = Float64Array.from({ length: 10 }, (_, k) => 6 * k);
  ring.write(0, [Float32Array.from(times, (_, k) => k % 2)], times);
  const stretch = { source: { ring, period: 0, envelope: false }, first: 9, last: 57, lines: [STEP], longest: 2 };
  const { values } = measureStretch(["mean", "duty", "frequency"], stretch, [true], 0);
  // From 9 to 57 s: on from 9 to 12, 18 to 24, 30 to 36, 42 to 48, and from 54 on.
  assert.ok(Math.abs(values[0].mean - 24 / 48) < 1e-9);
  assert.deepEqual([values[0].duty, values[0].frequency], [50, 1 / 12]);
});

test("why a signal has no answer is said of each", () => {
  const source = samples(new Float32Array(100).fill(4));
  const { values, lack } = measureStretch(["frequency"], { source, first: 0, last: 1 }, [true], 0);
  assert.ok(Number.isNaN(values[0].frequency));
  assert.equal(lack(0, "frequency"), "The signal is constant.");
  assert.equal(lack(7, "mean"), "There are no samples of it.");
});

test("a signal that came with a later epoch than what is seen has no measurements", () => {
  const { values } = measureStretch(KEYS, { source: sine(200), first: 0, last: 0.199 }, [true, true], 0);
  assert.ok(values[0].vpp > 1.9);
  assert.ok(KEYS.every((key) => Number.isNaN(values[1][key] ?? NaN)));
});
