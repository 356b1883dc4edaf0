/** What is measured of noise, and in spite of it: properties over many cases of chance. */

import assert from "node:assert/strict";
import test from "node:test";

import { lackOf, measure, Signal } from "../../../static/waves/js/measurements/measurements.js";
import { noiseOf } from "../../../static/waves/js/samples/noise.js";
import { chance, normal, sampled } from "./chance.mjs";

const RATE = 2000;
const TAU = 2 * Math.PI;
const of = (samples, keys, dt = 1 / RATE) => measure(keys, new Signal(samples, dt));

test("the duty cycle of a noisy sine is within 2 points at 1,000 samples a period", () => {
  const next = chance(1);
  for (const sigma of [0.02, 0.05, 0.1, 0.15, 0.2]) {
    for (let k = 0; k < 40; k += 1) {
      const start = next();
      const samples = sampled(4300, (i) => Math.sin(TAU * (i / 1000 + start)) + sigma * normal(next));
      const { duty, positiveWidth, frequency } = of(samples, ["duty", "positiveWidth", "frequency"], 1e-3);
      assert.ok(Math.abs(duty - 50) < 2, `${duty} % at ${sigma}`);
      assert.ok(Math.abs(positiveWidth - 0.5) < 0.02, `${positiveWidth} s at ${sigma}`);
      assert.ok(Math.abs(frequency - 1) < 0.01, `${frequency} Hz at ${sigma}`);
    }
  }
});

test("the duty cycle of noisy pulses is within 2 points, whatever it is", () => {
  const next = chance(2);
  for (const share of [0.1, 0.25, 0.5, 0.8]) {
    for (const sigma of [0.01, 0.1, 0.2]) {
      const start = next();
      const samples = sampled(4300, (i) => ((i / 1000 + start) % 1 < share ? 1 : -1) + sigma * normal(next));
      const { duty } = of(samples, ["duty"], 1e-3);
      assert.ok(Math.abs(duty - 100 * share) < 2, `${duty} % for ${share} at ${sigma}`);
    }
  }
});

const NOISES = {
  normal,
  uniform: (next) => next(),
  laplace: (next) => (next() < 0.5 ? -1 : 1) * Math.log(next()),
  exponential: (next) => -Math.log(next()),
  lognormal: (next) => Math.exp(normal(next)),
  cauchy: (next) => Math.tan(Math.PI * (next() - 0.5)),
  arcsine: (next) => Math.sin(TAU * next()),
  "plus or minus one": (next) => (next() < 0.5 ? -1 : 1),
  "two levels with noise": (next) => (next() < 0.5 ? -1 : 1) + 0.2 * normal(next),
  "one LSB toggling": (next) => Math.floor(2 * next()) / 4096,
  "an LSB that seldom toggles": (next) => (next() < 0.02 ? 1 : 0),
  "noise of half an LSB": (next) => Math.round(0.5 + 0.3 * normal(next)),
};

for (const [name, noise] of Object.entries(NOISES)) {
  test(`white noise has no frequency, duty cycle, width or phase: ${name}`, () => {
    const next = chance(3);
    const keys = ["frequency", "period", "duty", "positiveWidth", "negativeWidth", "cycleMean", "phase"];
    let answered = 0;
    for (let k = 0; k < 1000; k += 1) {
      const count = 200 + (k % 5) * 200;
      const [one, two] = [0, 1].map(
        () =>
          new Signal(
            sampled(count, () => noise(next)),
            1e-3,
          ),
      );
      const values = measure(keys, one, two);
      if (keys.some((key) => !Number.isNaN(values[key]))) answered += 1;
      else for (const key of keys) assert.match(lackOf(key, one, two), /^[A-Z].*\.$/);
    }
    assert.ok(answered <= 10, `${answered} of 1,000 were taken for a signal`);
  });
}

test("why noise has no frequency is said in words", () => {
  const next = chance(4);
  const scattered = new Signal(
    sampled(1000, () => (next() < 0.5 ? 0 : 1)),
    1e-3,
  );
  assert.equal(
    lackOf("frequency", scattered),
    "The periods scatter as those of noise do, or there are only a few short pulses.",
  );
  const constant = new Signal(new Float64Array(100).fill(3), 1e-3);
  assert.equal(lackOf("duty", constant), "The signal is constant.");
  const half = new Signal(
    sampled(1000, (i) => Math.sin(Math.PI * (i / 1000 - 0.5))),
    1e-3,
  );
  assert.equal(lackOf("frequency", half), "There is less than one whole period.");
});

test("the frequency of a signal whose amplitude comes and goes is within 1 %", () => {
  const next = chance(5);
  for (const depth of [0.3, 0.6, 0.8]) {
    for (const beat of [0.7, 2, 5, 9.1]) {
      for (const sigma of [0, 0.02, 0.05]) {
        const [start, swell] = [next(), next()];
        const envelope = (t) => 1 + depth * Math.sin(TAU * (beat * t + swell));
        const samples = sampled(4000, (i) => {
          const t = i / RATE;
          return envelope(t) * Math.sin(TAU * (50 * t + start)) + sigma * normal(next);
        });
        const { frequency } = of(samples, ["frequency"]);
        const isRight = Math.abs(frequency - 50) < 0.5;
        assert.ok(isRight, `${frequency} Hz at a depth of ${depth}, ${beat} Hz and ${sigma}`);
      }
    }
  }
});

test("of bursts the carrier is the frequency, or there is none", () => {
  const next = chance(6);
  let answered = 0;
  for (const cycles of [2, 3, 4, 5, 7]) {
    for (const repeats of [1.1, 3.1, 5]) {
      for (const sigma of [0, 0.02, 0.1]) {
        const start = next();
        const samples = sampled(6000, (i) => {
          const t = ((i / RATE + start) * repeats) % 1;
          const sine = t / repeats < cycles / 50 ? Math.sin((TAU * 50 * t) / repeats) : 0;
          return sine + sigma * normal(next);
        });
        const { frequency } = of(samples, ["frequency"]);
        if (Number.isNaN(frequency)) continue;
        answered += 1;
        assert.ok(Math.abs(frequency - 50) < 1, `${frequency} Hz of ${cycles} cycles, ${repeats} a second, ${sigma}`);
      }
    }
  }
  assert.ok(answered > 20, `only ${answered} were answered`);
});

test("a heart that does not beat evenly has its mean frequency", () => {
  const next = chance(7);
  let [beat, at] = [0, 0];
  const samples = sampled(10_000, (i) => {
    if (i >= at + beat) [at, beat] = [at + beat, 800 * (1 + 0.05 * normal(next))];
    return Math.exp(-(((i - at - 100) / 15) ** 2)) + 0.01 * normal(next);
  });
  const { frequency } = of(samples, ["frequency"], 1e-3);
  assert.ok(Math.abs(frequency - 1.25) < 0.08, `${frequency} Hz`);
});

test("noise is measured within a tenth, beside a sine and steps", () => {
  const next = chance(8);
  for (const shape of [(i) => Math.sin((TAU * i) / 50), (i) => (i % 40 < 20 ? 1 : -1), () => 7]) {
    for (const sigma of [0.001, 0.02, 0.2]) {
      const found = noiseOf(sampled(5000, (i) => shape(i) + sigma * normal(next)));
      assert.ok(found > 0.8 * sigma && found < 1.15 * sigma, `${found} for ${sigma}`);
    }
  }
  assert.equal(noiseOf(sampled(1000, (i) => (i % 20 < 10 ? 0 : 5))), 0);
  assert.equal(noiseOf(new Float64Array(4)), 0);
});
