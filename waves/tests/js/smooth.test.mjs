import assert from "node:assert/strict";
import test from "node:test";

import { Points } from "../../../static/waves/js/chart/points.js";
import { Ring } from "../../../static/waves/js/samples/ring.js";
import { Smooth } from "../../../static/waves/js/samples/smooth.js";

const CURVE = { shape: "linear", missing: "hole", smooth: true };
const N = 400;

/** A ring of what a function of the index gives. */
function ringOf(signal, n = N) {
  const ring = new Ring({ rows: 1, capacity: n, float64: true });
  ring.write(0, [Float64Array.from({ length: n }, (_, i) => signal(i))]);
  return ring;
}

/** The points of a picture of indices 100 to 200 with so many pixels, as index and value. */
function drawn(signal, { line = CURVE, columns = 1600, n = N, edge = 200 } = {}) {
  const view = { edge, window: 100, columns, period: 1, envelope: false, visible: [true], lines: [line] };
  const { points, dots } = new Points().of(ringOf(signal, n), view).traces[0];
  const every = (data) => Array.from({ length: data.length / 2 }, (_, k) => [data[2 * k] + edge, data[2 * k + 1]]);
  return { points: every(points), dots: every(dots) };
}

/** The largest error against what was sampled, of points whose sums are whole. */
function errorOf(signal, options) {
  const { points } = drawn(signal, options);
  return Math.max(...points.map(([index, value]) => Math.abs(value - signal(index))));
}

test("a sine of 2.5 samples a period is a sine, within 0.02 % of its amplitude", () => {
  for (let phase = 0; phase < 6; phase += 0.37) {
    const error = errorOf((i) => Math.sin((2 * Math.PI * i) / 2.5 + phase));
    assert.ok(error < 2e-4, String(error));
  }
});

test("so is one of any frequency below, on any offset", () => {
  for (const samples of [2.5, 2.7, 3.3, 4, 5, 7.9, 20, 300]) {
    assert.ok(errorOf((i) => Math.sin((2 * Math.PI * i) / samples + 0.3)) < 2e-4, String(samples));
    const offset = errorOf((i) => 1e9 + 1e-3 * Math.sin((2 * Math.PI * i) / samples + 0.3));
    assert.ok(offset < 6e-7, `${samples}: ${offset}`);
  }
});

test("the curve goes through its samples, each with a dot where there is room", () => {
  const signal = (i) => Math.sin((2 * Math.PI * i) / 2.5 + 1);
  const { points, dots } = drawn(signal);
  const values = new Map(points);
  assert.equal(dots.length, 101);
  for (const [index, value] of dots) assert.ok(value === signal(index) && values.get(index) === value);
  assert.equal(drawn(signal, { columns: 300 }).dots.length, 0);
  assert.equal(drawn(signal, { line: { ...CURVE, smooth: false } }).dots.length, 101);
});

test("it is drawn where samples are sparser than pixels only, and not where straight lines are chosen", () => {
  const signal = (i) => Math.sin(i);
  assert.ok(drawn(signal, { columns: 200 }).points.length > 200);
  assert.ok(drawn(signal, { columns: 90 }).points.length <= 101);
  assert.equal(drawn(signal, { line: { ...CURVE, smooth: false } }).points.length, 101);
});

/** Whether all points between samples lie on straight lines. */
function isStraight(signal) {
  return drawn(signal).points.every(([index, value]) => {
    const before = Math.floor(index);
    const straight = signal(before) + (index - before) * (signal(before + 1) - signal(before));
    return Math.abs(value - straight) < 1e-9;
  });
}

test("what is not of frequencies below half the rate is straight: squares, steps, pulses, stairs", () => {
  for (const length of [3, 4, 7, 50])
    assert.ok(
      isStraight((i) => Math.floor(i / length) % 2),
      `square of ${length}`,
    );
  assert.ok(
    isStraight((i) => (i < 150 ? 0 : 5)),
    "a step",
  );
  assert.ok(
    isStraight((i) => (i === 150 ? 1 : 0)),
    "a pulse of one sample",
  );
  assert.ok(
    isStraight((i) => Math.floor(i / 10)),
    "stairs",
  );
});

test("beside a step what is smooth stays a curve, and nothing swings beyond the samples", () => {
  const signal = (i) => (i < 150 ? 0 : 100 + Math.sin((2 * Math.PI * i) / 10));
  for (const [index, value] of drawn(signal).points) {
    if (index <= 149) assert.ok(Math.abs(value) < 1e-9, `${value} at ${index}`);
    if (index >= 150) assert.ok(Math.abs(value - signal(index)) < 0.06, `${value} at ${index}`);
    if (index >= 163) assert.ok(Math.abs(value - signal(index)) < 2e-4, `${value} at ${index}`);
  }
});

test("holes stay holes, and the newest sample changes little of what was drawn", () => {
  const holes = (i) => (i % 30 === 0 ? NaN : Math.sin(i / 3));
  const { points } = drawn(holes);
  for (const [index, value] of points) {
    const nearHole = Math.abs(((index + 15) % 30) - 15) < 1;
    assert.ok(!nearHole || Number.isNaN(value), `${value} at ${index}`);
  }
  const signal = (i) => Math.sin((2 * Math.PI * i) / 5);
  const end = drawn(signal, { n: 200 });
  for (const [index, value] of end.points) {
    if (index < 186) assert.ok(Math.abs(value - signal(index)) < 2e-4, `${value} at ${index}`);
    else assert.ok(Math.abs(value) <= 1.05);
  }
});

test("the value at any index is that of the curve", () => {
  const signal = (i) => Math.sin((2 * Math.PI * i) / 2.5 + 1);
  const [smooth, ring] = [new Smooth(), ringOf(signal)];
  for (const index of [100, 100.25, 133.7, 180.001])
    assert.ok(Math.abs(smooth.valueAt(ring, 0, index) - signal(index)) < 2e-4);
  assert.ok(Number.isNaN(smooth.valueAt(ring, 0, N + 3.5)));
});

test("a trigger stands where the curve passes its level, and the straight line does not", () => {
  const period = 2.5;
  const smooth = new Smooth();
  for (let phase = 0; phase < 6; phase += 0.37) {
    const signal = (i) => Math.sin((2 * Math.PI * i) / period + phase);
    const ring = ringOf(signal);
    // Where the sine passes 0.2 upwards, and the sample before.
    const wanted = ((Math.asin(0.2) - phase) / (2 * Math.PI)) * period + 60 * period;
    const before = Math.floor(wanted);
    const straight = (0.2 - signal(before)) / (signal(before + 1) - signal(before));
    if (!(straight > 0 && straight < 1)) continue;
    const found = before + smooth.crossing(ring, 0, before, straight);
    assert.ok(Math.abs(found - wanted) < 2e-4, `${phase}: ${found - wanted}`);
    assert.ok(Math.abs(smooth.valueAt(ring, 0, found) - 0.2) < 1e-5);
  }
});

test("at a step, and beside what is missing, the straight line stays", () => {
  const smooth = new Smooth();
  assert.equal(
    smooth.crossing(
      ringOf((i) => (i < 150 ? 0 : 1)),
      0,
      149,
      0.5,
    ),
    0.5,
  );
  assert.equal(
    smooth.crossing(
      ringOf((i) => (i === 151 ? NaN : Math.sin(i))),
      0,
      149,
      0.25,
    ),
    0.25,
  );
});
