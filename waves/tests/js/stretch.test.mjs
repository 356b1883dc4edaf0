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
