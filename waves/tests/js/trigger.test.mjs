import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { Ring } from "../../../static/waves/js/samples/ring.js";
import { DEFAULTS, Trigger } from "../../../static/waves/js/trigger/trigger.js";

const golden = JSON.parse(readFileSync(new URL("../dsp/golden_triggers.json", import.meta.url), "utf8"));

const arrayOf = (samples, type) =>
  (type === "float32" ? Float32Array : Float64Array).from(samples, (value) => value ?? NaN);
const pairs = (positions) => positions.map(({ sample, fraction }) => [sample, fraction]);

test("the defaults are those of Python", () => {
  assert.deepEqual({ ...DEFAULTS }, golden.defaults);
});

for (const { name, rate, sample_type: type, settings, blocks, positions, missing = "hole" } of golden.cases) {
  const line = { shape: "linear", missing };

  test(`the golden case "${name}" triggers where it says`, () => {
    const trigger = new Trigger(settings, rate, line);
    const found = blocks.flatMap(({ first, samples }) => trigger.feed(first, arrayOf(samples, type)));
    assert.deepEqual(pairs(found), positions);
  });

  test(`the golden case "${name}" is the same sample by sample, out of a larger array`, () => {
    const trigger = new Trigger(settings, rate, line);
    const found = blocks.flatMap(({ first, samples }) => {
      const values = arrayOf([9, -9, ...samples, 9, -9], type);
      return samples.flatMap((_, k) => trigger.feed(first + k, values, k + 2, k + 3));
    });
    assert.deepEqual(pairs(found), positions);
  });
}

/** Numbers in [0, 1) that are the same each time. */
function random(seed) {
  let state = seed;
  return () => {
    state = (state * 16807) % 2147483647;
    return state / 2147483647;
  };
}

const KINDS = [
  { hysteresis: 0.3 },
  { slope: "either", level: 0.2, hysteresis: 0.1, holdoff: 0.0031 },
  { kind: "pulse", hysteresis: 0.1, longer: 0.0011 },
  { kind: "pulse", polarity: "negative", shorter: 0.004, holdoff: 0.01 },
  { kind: "window", low: -0.4, high: 0.5, hysteresis: 0.2 },
  { kind: "window", direction: "leaving", low: -0.4, high: 0.5 },
];

for (const settings of KINDS) {
  test(`blocks of any size trigger alike: ${JSON.stringify(settings)}`, () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const next = random(seed);
      const values = Float32Array.from({ length: 400 }, () => (next() < 0.03 ? NaN : 2 * next() - 1));
      const whole = new Trigger(settings, 1000).feed(7, values);
      assert.ok(whole.length > 3);
      const trigger = new Trigger(settings, 1000);
      const found = [];
      for (let from = 0, to; from < 400; from = to) {
        to = Math.min(400, from + Math.floor(40 * next() ** 2));
        found.push(...trigger.feed(7 + from, values, from, to));
      }
      assert.deepEqual(found, whole);
      assert.equal(trigger.next, 407);
    }
  });
}

test("infinities are missing values", () => {
  const trigger = new Trigger({}, 1000);
  assert.deepEqual(trigger.feed(0, Float64Array.of(-Infinity, 1, -1, Infinity, 1, -1, 1)), [
    { sample: 5, fraction: 0.5 },
  ]);
});

test("reset forgets arming and holdoff", () => {
  const trigger = new Trigger({ holdoff: 1 }, 1000);
  assert.deepEqual(pairs(trigger.feed(0, [-1, 1, -1])), [[0, 0.5]]);
  trigger.reset();
  assert.deepEqual(pairs(trigger.feed(0, [1, -1, 1])), [[1, 0.5]]);
});

test("it is fed from the memory of a ring, round its end and over its gaps", () => {
  const ring = new Ring({ rows: 1, capacity: 10 });
  const trigger = new Trigger({}, 1000);
  const found = [];
  const write = (first, values) => {
    ring.write(first, [Float32Array.from(values)]);
    ring.runs(Math.max(trigger.next, ring.first), ring.next, (offset, count, index) => {
      found.push(...trigger.feed(index, ring.memory(0), offset, offset + count));
    });
  };
  write(5, [-1, -1, -1, -1]);
  write(9, [-1, 1, -1, -1]);
  write(14, [1, -1, 3]);
  assert.deepEqual(pairs(found), [
    [9, 0.5],
    [15, 0.25],
  ]);
});

test("a 50 Hz sine at 1 kHz triggers at its zeros", () => {
  const sine = Float32Array.from({ length: 6020 }, (_, k) => Math.sin((2 * Math.PI * k) / 20));
  const found = new Trigger({ hysteresis: 0.1 }, 1000).feed(0, sine);
  assert.equal(found.length, 300);
  found.forEach(({ sample, fraction }, k) => {
    assert.ok(Math.abs(sample - 20 * (k + 1) + fraction) < 1e-3);
  });
});
