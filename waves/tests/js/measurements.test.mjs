import assert from "node:assert/strict";
import test from "node:test";

import { Columns, MEASUREMENTS, measure, Signal } from "../../../static/waves/js/measurements/measurements.js";

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
