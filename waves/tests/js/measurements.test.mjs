import assert from "node:assert/strict";
import test from "node:test";
import { Columns, MEASUREMENTS, measure, Signal } from "../../../static/waves/js/measurements/measurements.js";
import { chance, normal, sampled as sampledOf } from "./chance.mjs";

const ALL = Object.keys(MEASUREMENTS);
const DT = 1e-3;

const sampled = (count, value) => Float64Array.from({ length: count }, (_, k) => value(k * DT));
const sine =
  (hertz, degrees = 0) =>
  (t) =>
    Math.sin(2 * Math.PI * (hertz * t + degrees / 360));
const of = (samples, ...keys) => measure(keys, new Signal(samples, DT));
const near = (actual, expected, share = 1e-3) =>
  assert.ok(Math.abs(actual - expected) <= share * Math.abs(expected), `${actual} is not near ${expected}`);

/** Linear edges of 20 samples; low 0 for 80, high 2 for 80: a period of 200 samples. */
function pulses(count) {
  return Float64Array.from({ length: count }, (_, k) => {
    const at = k % 200;
    if (at < 80) return 0;
    if (at < 100) return (at - 80) / 10;
    return at < 180 ? 2 : (200 - at) / 10;
  });
}

test("a sine has the values of the textbook", () => {
  const got = of(
    sampled(10000, (t) => 3 * sine(5)(t)),
    ...ALL,
  );
  near(got.vpp, 6);
  near(got.rms, 3 / Math.SQRT2);
  near(got.frequency, 5);
  near(got.period, 0.2);
  near(got.duty, 50);
  near(got.positiveWidth, 0.1);
  near(got.negativeWidth, 0.1);
  near(got.riseTime, (0.2 * 2 * Math.asin(0.8)) / (2 * Math.PI));
  near(got.fallTime, got.riseTime);
  near(got.crestFactor, Math.SQRT2);
  assert.ok(Math.abs(got.mean) < 1e-9);
  assert.ok(got.overshoot >= 0 && got.overshoot < 0.05);
});

test("a pulse train has its widths, edges and duty cycle", () => {
  const got = of(pulses(1000), ...ALL);
  near(got.frequency, 5, 1e-9);
  near(got.positiveWidth, 0.1, 1e-9);
  near(got.negativeWidth, 0.1, 1e-9);
  near(got.riseTime, 0.016, 1e-9);
  near(got.fallTime, 0.016, 1e-9);
  near(got.duty, 50, 1e-9);
  assert.equal(got.overshoot, 0);
});

test("overshoot is a share of the amplitude, beyond the state and not beyond the maximum", () => {
  const samples = pulses(1000);
  samples[500] = 2.3;
  near(of(samples, "overshoot").overshoot, 15);
});

test("AC RMS divides by n, and the standard deviation by n − 1", () => {
  const got = of(Float64Array.of(1, 2, 3, 4), "acRms", "deviation");
  near(got.acRms, Math.sqrt(5 / 4), 1e-12);
  near(got.deviation, Math.sqrt(5 / 3), 1e-12);
  assert.ok(Number.isNaN(of(Float64Array.of(1), "deviation").deviation));
});

test("a constant has no frequency, no edges and no phase", () => {
  const signal = new Signal(new Float32Array(1000).fill(2), DT);
  const got = measure(ALL, signal, signal);
  const defined = ALL.filter((key) => !Number.isNaN(got[key]));
  assert.deepEqual(defined, ["min", "max", "vpp", "mean", "rms", "acRms", "deviation", "crestFactor"]);
  assert.deepEqual([got.min, got.vpp, got.rms, got.acRms, got.crestFactor], [2, 0, 2, 0, 1]);
});

test("without samples, or with holes only, nothing is defined", () => {
  for (const samples of [new Float32Array(0), new Float32Array(50).fill(NaN)]) {
    const signal = new Signal(samples, DT);
    const got = measure(ALL, signal, signal);
    assert.deepEqual(
      ALL.filter((key) => !Number.isNaN(got[key])),
      [],
    );
  }
});

test("less than a whole period has no frequency but may have a width", () => {
  const got = of(pulses(1000).subarray(0, 260), "frequency", "duty", "positiveWidth", "riseTime");
  assert.deepEqual([got.frequency, got.duty], [NaN, NaN]);
  near(got.positiveWidth, 0.1, 1e-9);
  near(got.riseTime, 0.016, 1e-9);
});

test("noise alone has no frequency", () => {
  // A sum of sines at incommensurable rates is as good as normal noise, and always the same.
  const samples = sampled(16384, (t) => {
    let sum = 0;
    for (let k = 1; k <= 40; k += 1) sum += Math.sin(2 * Math.PI * 499 * Math.sqrt(k / 41) * t + k * k);
    return sum;
  });
  assert.ok(Number.isNaN(of(samples, "frequency").frequency));
});

test("noise on the edges makes no transitions of its own", () => {
  // A fast ripple of ±8 % of the amplitude crosses the mid level many times on each slow edge.
  const samples = sampled(10000, (t) => sine(1)(t) + 0.16 * sine(211)(t));
  near(of(samples, "frequency").frequency, 1, 5e-3);
});

test("holes are passed over, and nothing is measured across them", () => {
  const samples = pulses(2000);
  const whole = of(samples, "frequency", "positiveWidth", "duty", "riseTime", "mean");
  // The second high state loses its middle: its width would be too long, were the hole ignored.
  samples.fill(NaN, 320, 360);
  const holed = of(samples, ...Object.keys(whole));
  for (const key of ["frequency", "positiveWidth", "duty", "riseTime"]) {
    near(holed[key], whole[key], 1e-9);
  }
  near(holed.mean, (2000 * whole.mean - 40 * 2) / 1960, 1e-9);
});

test("a hole that hides two transitions leaves the periods right", () => {
  const samples = pulses(2000);
  samples.fill(NaN, 370, 495);
  const got = of(samples, "frequency", "duty", "negativeWidth");
  near(got.frequency, 5, 1e-9);
  near(got.duty, 50, 1e-9);
  near(got.negativeWidth, 0.1, 1e-9);
});

test("a runt counts as a transition and has no rise time", () => {
  const samples = pulses(1000).map((value, k) => (k > 380 && k < 600 ? Math.min(value, 1.6) : value));
  const got = of(samples, "riseTime", "frequency");
  near(got.riseTime, 0.016, 1e-9);
  near(got.frequency, 5, 1e-3);
});

test("a ramp has its ends as states", () => {
  const triangle = sampled(6000, (t) => 1 - Math.abs(((2 * t) % 2) - 1));
  const got = of(triangle, "riseTime", "overshoot", "frequency");
  near(got.riseTime, 0.4);
  near(got.frequency, 1);
  assert.equal(got.overshoot, 0);
});

test("phase is positive when the signal leads, and wraps at 180 degrees", () => {
  const reference = new Signal(sampled(4000, sine(7)), DT);
  for (const degrees of [0, 30, 90, 179, -179, -90, -0.5]) {
    const signal = new Signal(
      sampled(4000, (t) => 5 + 0.1 * sine(7, degrees)(t)),
      DT,
    );
    const { phase } = measure(["phase"], signal, reference);
    assert.ok(Math.abs(phase - degrees) < 0.1, `${phase} for ${degrees}`);
  }
});

test("there is no phase between different frequencies, or without a second signal", () => {
  const signal = new Signal(sampled(4000, sine(7)), DT);
  for (const hertz of [14, 8, 7.2]) {
    const other = new Signal(sampled(4000, sine(hertz)), DT);
    assert.ok(Number.isNaN(measure(["phase"], signal, other).phase), `${hertz} Hz`);
  }
  assert.ok(Number.isNaN(measure(["phase"], signal).phase));
  assert.ok(Number.isNaN(measure(["phase"], signal, new Signal(new Float32Array(9), DT)).phase));
});

test("columns give min, max and Vpp, and nothing else", () => {
  const columns = new Columns(-3, 5);
  const got = measure(ALL, columns);
  const defined = ALL.filter((key) => !Number.isNaN(got[key]));
  assert.deepEqual(defined, ["min", "max", "vpp"]);
  assert.deepEqual([got.min, got.max, got.vpp], [-3, 5, 8]);
  assert.deepEqual(
    defined,
    ALL.filter((key) => MEASUREMENTS[key].needs === "columns"),
  );
  const empty = measure(["vpp"], new Columns(Infinity, -Infinity));
  assert.ok(Number.isNaN(empty.vpp));
});

test("on a timed clock levels are known and times are not", () => {
  const got = measure(ALL, new Signal(pulses(1000), NaN));
  const times = ALL.filter((key) => ["s", "Hz", "°"].includes(MEASUREMENTS[key].unit));
  assert.ok(times.every((key) => Number.isNaN(got[key])));
  near(got.mean, 1, 1e-9);
});

const timed = (samples, times, more = {}) =>
  new Signal(Float64Array.from(samples), NaN, { timing: { times: Float64Array.from(times), ...more } });

test("on a timed clock what lasts long counts for long", () => {
  // On for 1 s and off for 3 s, each told by ten samples.
  const [samples, times] = [[], []];
  for (let [k, at] = [0, 0]; k < 100; k += 1) {
    const isOn = k % 20 < 10;
    samples.push(isOn ? 1 : 0);
    times.push(at);
    at += isOn ? 0.1 : 0.3;
  }
  const keys = [
    "mean",
    "rms",
    "deviation",
    "duty",
    "frequency",
    "positiveWidth",
    "negativeWidth",
    "cycleMean",
    "riseTime",
  ];
  const got = measure(keys, timed(samples, times, { until: 20 }));
  near(got.mean, 0.25, 1e-9);
  near(got.rms, 0.5, 1e-9);
  near(got.deviation, Math.sqrt((0.25 * 0.75 * 100) / 99), 1e-9);
  near(got.duty, 25, 1e-9);
  near(got.frequency, 0.25, 1e-9);
  near(got.positiveWidth, 1, 1e-9);
  near(got.negativeWidth, 3, 1e-9);
  near(got.cycleMean, 0.25, 1e-9);
  assert.ok(Number.isNaN(got.riseTime));
});

test("on a timed clock a silence that is a hole counts for nothing", () => {
  const signal = timed([1, 1, 0, 0, 4, 4], [0, 1, 2, 3, 100, 101], { longest: 5 });
  near(measure(["mean"], signal).mean, (1 + 1 + 0 + 4) / 4, 1e-9);
  const pulses = timed([0, 0, 1, 0, 0, 1, 0], [0, 1, 2, 3, 104, 105, 106], { longest: 5 });
  assert.ok(Number.isNaN(measure(["negativeWidth"], pulses).negativeWidth));
});

test("intervals of chance weigh the mean, the RMS and the deviation as a sum over time does", () => {
  const next = chance(21);
  for (let k = 0; k < 50; k += 1) {
    const count = 20 + Math.floor(80 * next());
    let at = 1e9 * next();
    const times = sampledOf(count + 1, () => (at += -Math.log(next())));
    const values = sampledOf(count, () => 5 + normal(next));
    const weights = values.map((_, i) => times[i + 1] - times[i]);
    const whole = weights.reduce((a, b) => a + b);
    const over = (power) => values.reduce((sum, value, i) => sum + weights[i] * value ** power, 0) / whole;
    const got = measure(["mean", "rms", "acRms"], timed(values, times.subarray(0, count), { until: times[count] }));
    near(got.mean, over(1), 1e-6);
    near(got.rms, Math.sqrt(over(2)), 1e-6);
    near(got.acRms, Math.sqrt(over(2) - over(1) ** 2), 1e-4);
  }
});

test("a cycle mean is that of whole periods, wherever the window begins and ends", () => {
  for (const start of [0.1, 0.35, 0.6, 0.9]) {
    const samples = Float64Array.from(
      { length: 3700 },
      (_, k) => 2 + 3 * Math.sin(2 * Math.PI * (k / 1000 + start)) + Math.sin(4 * Math.PI * (k / 1000 + start)),
    );
    const got = of(samples, "cycleMean", "cycleRms");
    near(got.cycleMean, 2, 2e-3);
    near(got.cycleRms, Math.sqrt(4 + 4.5 + 0.5), 1e-3);
  }
});

test("on a line of steps an edge is at a sample, and takes no time", () => {
  const samples = Float64Array.from({ length: 400 }, (_, k) => (k % 40 < 10 ? 1 : 0));
  const got = measure(["duty", "positiveWidth", "riseTime"], new Signal(samples, DT, { step: true }));
  assert.deepEqual([got.duty, got.riseTime], [25, NaN]);
  near(got.positiveWidth, 0.01, 1e-12);
});

test("the whole range of numbers is measured", () => {
  const huge = sampled(1000, (t) => 1.5e308 * sine(5)(t));
  const got = of(huge, "mean", "rms", "frequency", "cycleRms", "deviation");
  near(got.rms / 1.5e308, Math.SQRT1_2, 2e-3);
  near(got.frequency, 5, 1e-3);
  assert.ok(Math.abs(got.mean / 1.5e308) < 1e-9);
  const offset = sampled(1000, (t) => 1e9 + 1e-3 * sine(5)(t));
  near(of(offset, "acRms").acRms, 1e-3 * Math.SQRT1_2, 1e-3);
  near(of(offset, "mean").mean - 1e9 + 1, 1, 1e-6);
});

test("the duty cycle of a sine is as near as docs/measurements.md says", () => {
  for (const [least, points] of [
    [4, 2.5],
    [10, 0.6],
    [20, 0.2],
  ]) {
    for (let k = 0; k < 60; k += 1) {
      const period = least + (k % 20) / 10;
      const samples = Float64Array.from({ length: 50 * least }, (_, i) =>
        Math.sin(2 * Math.PI * (i / period + k * 0.377)),
      );
      const { duty } = of(samples, "duty");
      assert.ok(Math.abs(duty - 50) <= points, `${duty} % at ${period}`);
    }
  }
});

test("a signal is gone through once, however many measurements are selected", () => {
  let reads = 0;
  const samples = new Proxy(pulses(1000), {
    get(target, name) {
      if (name === "0") reads += 1;
      return target[name];
    },
  });
  const signal = new Signal(samples, DT);
  measure(ALL, signal, signal);
  const once = reads;
  measure(ALL, signal, signal);
  assert.ok(once > 0);
  assert.equal(reads, once);
});
