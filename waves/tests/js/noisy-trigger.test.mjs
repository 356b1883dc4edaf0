/** A trigger that nobody set on a noisy signal; and on lines of steps, or over what is missing. */

import assert from "node:assert/strict";
import test from "node:test";

import { Ring } from "../../../static/waves/js/samples/ring.js";
import { hysteresisOf, seenOf } from "../../../static/waves/js/trigger/hysteresis.js";
import { RingTrigger } from "../../../static/waves/js/trigger/ring-trigger.js";
import { crossingOf } from "../../../static/waves/js/trigger/sent-sweeps.js";
import { INITIAL, withLevels } from "../../../static/waves/js/trigger/settings.js";
import { Trigger } from "../../../static/waves/js/trigger/trigger.js";
import { chance, normal, sampled } from "./chance.mjs";

const TAU = 2 * Math.PI;

for (const slope of ["rising", "falling"]) {
  test(`of sweeps of a noisy sine none stands on the wrong edge: ${slope}`, () => {
    const next = chance(31);
    for (const perPeriod of [30, 100, 400]) {
      for (const sigma of [0.02, 0.05, 0.1]) {
        const samples = sampled(perPeriod * 210, (i) => Math.sin((TAU * i) / perPeriod) + sigma * normal(next));
        const seen = seenOf(samples.subarray(0, Math.max(1000, 2 * perPeriod)));
        const found = new Trigger(withLevels({ ...INITIAL, slope }, seen), 1000).feed(0, samples);
        const isRising = ({ sample, fraction }) => Math.cos((TAU * (sample + fraction)) / perPeriod) > 0;
        assert.ok(found.length >= 200, `${found.length} found`);
        assert.ok(
          found.every((position) => isRising(position) === (slope === "rising")),
          `${perPeriod} samples a period, ${sigma}`,
        );
      }
    }
  });
}

test("a signal without noise keeps a small hysteresis, so that a small crossing counts", () => {
  for (const perPeriod of [5, 20, 1000]) {
    const seen = seenOf(sampled(4000, (i) => Math.sin((TAU * i) / perPeriod + 0.3)));
    const { hysteresis } = withLevels(INITIAL, seen);
    assert.ok(hysteresis < 0.05, `${hysteresis} at ${perPeriod}`);
  }
  assert.equal(seenOf(new Float32Array(100).fill(2)), null);
});

test("the signal reaches beyond the level as far as the hysteresis asks, wherever the level is", () => {
  const next = chance(32);
  const samples = sampled(20_000, (i) => Math.sin((TAU * i) / 200) + 0.1 * normal(next));
  const seen = seenOf(samples);
  for (const level of [-0.7, 0, 0.7]) {
    for (const slope of ["rising", "falling", "either"]) {
      const settings = withLevels({ ...INITIAL, slope, level }, seen);
      assert.ok(settings.hysteresis > 0);
      const found = new Trigger(settings, 1000).feed(0, samples).length;
      assert.ok(found >= 90, `${found} at ${level}, ${slope}`);
    }
  }
  const window = { ...INITIAL, kind: "window", low: -0.5, high: 0.5 };
  assert.ok(hysteresisOf(window, seen) < 1);
});

const STEP = { shape: "step", missing: "hole" };
const JOINED = { shape: "linear", missing: "joined" };

test("a line of steps crosses a level at a sample", () => {
  const positions = new Trigger({ level: 0.5 }, 1, STEP).feed(0, [0, 1, 0, 1]);
  assert.deepEqual(positions, [
    { sample: 1, fraction: 0 },
    { sample: 3, fraction: 0 },
  ]);
  const ring = new Ring({ rows: 1, capacity: 20 });
  ring.write(0, [Float32Array.from({ length: 13 }, (_, k) => (k < 7 ? 0 : 1))]);
  const sweep = { levels: [0.5], position: 0.5, signal: 0 };
  assert.deepEqual(crossingOf(ring, sweep).crossing, { sample: 6, fraction: 0.5 });
  assert.deepEqual(crossingOf(ring, { ...sweep, line: { shape: "step", missing: "hole" } }).crossing, {
    sample: 7,
    fraction: 0,
  });
});

test("a line that goes on over a missing value is crossed where it goes on", () => {
  const values = [0, NaN, NaN, NaN, 8];
  assert.deepEqual(new Trigger({ level: 5 }, 1).feed(0, values), []);
  assert.deepEqual(new Trigger({ level: 5 }, 1, JOINED).feed(0, values), [{ sample: 2, fraction: 0.5 }]);
  const pieces = new Trigger({ level: 5 }, 1, JOINED);
  assert.deepEqual(
    [...pieces.feed(0, values.slice(0, 2)), ...pieces.feed(2, values.slice(2))],
    [{ sample: 2, fraction: 0.5 }],
  );
  const held = new Trigger({ level: 5 }, 1, { shape: "linear", missing: "held" });
  assert.deepEqual(held.feed(0, values), [{ sample: 4, fraction: 0 }]);
});

test("on a timed clock the instant is that of the line between the values that there are", () => {
  const ring = new Ring({ rows: 1, capacity: 4, timed: true });
  ring.write(0, [Float32Array.of(0, NaN, 10, 10)], Float64Array.of(0, 1, 10, 11));
  const source = { ring, period: 0, envelope: false };
  const [found] = new RingTrigger({ ...INITIAL, level: 5 }, 0, 1, JOINED).feed(source, 0);
  assert.equal(found.at, 5);
});
