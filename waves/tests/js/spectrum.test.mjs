import assert from "node:assert/strict";
import test from "node:test";

import { Analyser, Analysers, unbrokenRun } from "../../../static/waves/js/spectrum/analyser.js";
import { WINDOWS, windowOf } from "../../../static/waves/js/spectrum/windows.js";
import { chance, normal } from "./chance.mjs";

const RATE = 1000;
const LINEAR = { scale: "linear", amplitude: "peak", size: 1024 };

const tone = (count, hertz, amplitude = 1, offset = 0) =>
  Float64Array.from({ length: count }, (_, k) => offset + amplitude * Math.sin((2 * Math.PI * hertz * k) / RATE + 0.4));
/** The middle of a bin of 1,024. */
const bin = (index) => (index * RATE) / 1024;
const once = (samples, options = {}) => new Analyser({ ...LINEAR, ...options }).add(samples, 1 / RATE);
const near = (actual, expected, allowed) =>
  assert.ok(Math.abs(actual - expected) <= allowed, `${actual} is not within ${allowed} of ${expected}`);

test("a sine on a bin shows its amplitude there through every window", () => {
  for (const window of Object.keys(WINDOWS)) {
    near(once(tone(1024, bin(100), 3), { window }).values[100], 3, 1e-9);
    const rms = once(tone(1024, bin(100), 3), { window, amplitude: "rms" });
    near(rms.values[100], 3 / Math.SQRT2, 1e-9);
  }
});

test("dc shows its value, as peak and as RMS", () => {
  for (const amplitude of ["peak", "rms"]) {
    near(once(tone(1024, bin(100), 1, 2.5), { amplitude }).values[0], 2.5, 1e-9);
  }
});

test("decibels are relative to one unit", () => {
  const { values } = once(tone(1024, bin(100), 10), { scale: "db" });
  near(values[100], 20, 1e-9);
  const silence = once(new Float64Array(1024), { scale: "db" });
  assert.ok(silence.values.every((value) => value === -300));
});

test("a bin is the rate divided by the size", () => {
  const { step, values } = once(tone(1024, 50));
  assert.equal(step, RATE / 1024);
  assert.equal(values.length, 513);
});

test("of more samples than the size the newest are used", () => {
  const samples = new Float64Array(3000);
  samples.set(tone(1024, bin(64)), 3000 - 1024);
  const { values, used } = once(samples);
  assert.equal(used, 1024);
  near(values[64], 1, 1e-9);
});

test("fewer samples are filled up with zeros without losing amplitude", () => {
  const { values, used } = once(tone(512, bin(100)));
  assert.equal(used, 512);
  near(values[100], 1, 1e-3);
});

test("the run without holes that is newest and fills the size is used, else the longest", () => {
  const samples = Float32Array.from({ length: 1000 }, (_, k) => k);
  samples[299] = samples[899] = NaN;
  const span = (size) => {
    const run = unbrokenRun(samples, size);
    return [run[0], run.at(-1)];
  };
  assert.deepEqual(span(64), [936, 999]);
  assert.deepEqual(span(100), [900, 999]);
  assert.deepEqual(span(101), [798, 898]);
  assert.deepEqual(span(4096), [300, 898]);
  assert.equal(unbrokenRun(new Float32Array(9).fill(NaN), 4).length, 0);
});

test("too few samples without a gap are refused with a reason", () => {
  const samples = tone(1024, 50);
  for (let k = 0; k < 1024; k += 50) samples[k] = NaN;
  assert.match(once(samples).refused, /needs 64 samples without a gap; here are at most 49/);
  assert.match(new Analyser().add(tone(1024, 50), NaN).refused, /constant rate/);
});

test("peaks lie between bins where the sine does, and are as high", () => {
  // What docs/measurements.md promises: bins, and share of the amplitude.
  const allowed = {
    rectangular: [0.17, 0.28],
    hann: [0.002, 0.001],
    hamming: [0.002, 0.003],
    blackmanHarris: [0.002, 0.001],
    flatTop: [0.1, 0.01],
  };
  assert.deepEqual(Object.keys(allowed), Object.keys(WINDOWS));
  for (const [window, [bins, share]] of Object.entries(allowed)) {
    for (let position = 100; position <= 101; position += 0.05) {
      const [peak] = once(tone(1024, bin(position), 2), { window }).peaks;
      near(peak.frequency / bin(1), position, bins);
      near(peak.value, 2, 2 * share);
    }
  }
});

test("the highest peaks are labelled, from the highest down, and no more than asked for", () => {
  const samples = tone(1024, bin(100.3), 1).map(
    (value, k) => value + tone(1024, bin(220.6), 3)[k] + tone(1024, bin(300), 0.1)[k],
  );
  const { peaks } = once(samples, { window: "blackmanHarris", peaks: 2 });
  assert.deepEqual(
    peaks.map(({ frequency }) => Math.round(frequency / bin(1))),
    [221, 100],
  );
  const db = once(samples, { window: "blackmanHarris", peaks: 1, scale: "db" }).peaks[0];
  near(db.value, 20 * Math.log10(3), 0.1);
});

test("a constant has no peaks", () => {
  assert.deepEqual(once(new Float64Array(1024).fill(7.3)).peaks, []);
});

test("linear averaging is the mean power of the last spectra", () => {
  const analyser = new Analyser({ ...LINEAR, averaging: "linear", averages: 2 });
  const heights = [1, 3, 5].map((amplitude) => {
    const { values, averaged } = analyser.add(tone(1024, bin(100), amplitude), 1 / RATE);
    return [values[100] ** 2, averaged];
  });
  near(heights[0][0], 1, 1e-9);
  near(heights[1][0], 5, 1e-9);
  near(heights[2][0], 17, 1e-9);
  assert.deepEqual(
    heights.map(([, averaged]) => averaged),
    [1, 2, 2],
  );
});

test("exponential averaging moves by one part in N", () => {
  const analyser = new Analyser({ ...LINEAR, averaging: "exponential", averages: 4 });
  const powers = [1, 3, 3].map((amplitude) => analyser.add(tone(1024, bin(100), amplitude), 1 / RATE).values[100] ** 2);
  near(powers[0], 1, 1e-9);
  near(powers[1], 3, 1e-9);
  near(powers[2], 4.5, 1e-9);
});

test("peak hold keeps the highest of every bin until reset", () => {
  const analyser = new Analyser({ ...LINEAR, hold: true });
  analyser.add(tone(1024, bin(100), 5), 1 / RATE);
  const { held, values } = analyser.add(tone(1024, bin(200), 2), 1 / RATE);
  near(held[100], 5, 1e-9);
  near(held[200], 2, 1e-9);
  near(values[100], 0, 1e-9);
  analyser.reset();
  near(analyser.add(tone(1024, bin(200), 2), 1 / RATE).held[100], 0, 1e-9);
  assert.equal(once(tone(1024, 50)).held, null);
});

test("another rate begins averages and peak hold anew", () => {
  const analyser = new Analyser({ ...LINEAR, hold: true, averaging: "exponential" });
  analyser.add(tone(1024, bin(100), 5), 1 / RATE);
  const { held, values } = analyser.add(tone(1024, bin(200), 2), 2 / RATE);
  near(held[100], 0, 1e-9);
  near(values[200], 2, 1e-9);
});

test("signals are averaged each on its own, and other options begin anew", () => {
  const analysers = new Analysers();
  const trace = (key, amplitude) => ({ key, samples: tone(1024, bin(100), amplitude), dt: 1 / RATE });
  const heights = (traces, options) =>
    analysers.add(traces, { ...LINEAR, ...options }).map(({ key, held }) => [key, Math.round(held[100])]);
  heights([trace("a", 5), trace("b", 1)], { hold: true });
  assert.deepEqual(heights([trace("b", 2), trace("a", 2)], { hold: true }), [
    ["b", 2],
    ["a", 5],
  ]);
  assert.deepEqual(heights([trace("a", 2)], { hold: true, peaks: 1 }), [["a", 2]]);
});

test("windows are periodic", () => {
  assert.deepEqual(
    [...windowOf("hann", 4)].map((value) => Math.round(value * 1e9) / 1e9),
    [0, 0.5, 1, 0.5],
  );
  assert.deepEqual([...windowOf("rectangular", 3)], [1, 1, 1]);
});

test("a tone at half the rate, or within a bin of it, has its amplitude in its label", () => {
  for (const window of Object.keys(WINDOWS)) {
    for (const used of [1024, 700]) {
      const below = (bins) => RATE / 2 - (bins * RATE) / used;
      const at = once(
        Float64Array.from({ length: used }, (_, k) => (k % 2 ? -3 : 3)),
        { window },
      );
      assert.deepEqual(
        at.peaks.map(({ frequency }) => frequency),
        [500],
        window,
      );
      near(at.peaks[0].value, 3, 1e-6);
      for (const bins of [0.1, 0.3, 0.5, 0.8, 1, 1.7]) {
        const { peaks } = once(tone(used, below(bins), 2), { window });
        assert.equal(peaks.length, 1, `${window}, ${bins} bins below`);
        near(peaks[0].frequency, below(bins), (0.02 * RATE) / used);
        near(peaks[0].value, 2, 0.02);
        const rms = once(tone(used, below(bins), 2), { window, amplitude: "rms" });
        near(rms.peaks[0].value, Math.SQRT2, 0.02);
      }
    }
  }
});

test("of a tone only the tone is labelled: no side lobe, no image, not the mean", () => {
  const next = chance(11);
  for (const window of Object.keys(WINDOWS)) {
    const lobe = WINDOWS[window].terms.length;
    for (let k = 0; k < 200; k += 1) {
      const used = k % 3 ? 1024 : 200 + Math.floor(800 * next());
      const [hertz, amplitude, mean] = [(next() * RATE) / 2, 10 ** (3 * next() - 1), k % 2 ? 0 : 20 * next() - 10];
      const start = 6.3 * next();
      const samples = Float32Array.from(
        { length: used },
        (_, i) => mean + amplitude * Math.sin((2 * Math.PI * hertz * i) / RATE + start),
      );
      const { peaks } = once(samples, { window, peaks: 10 });
      const off = peaks.map(({ frequency }) => (Math.abs(frequency - hertz) * used) / RATE);
      const isRight = off.length <= 1 && off.every((bins) => bins < lobe);
      assert.ok(isRight, `${window}: ${hertz} Hz, ${amplitude} and ${mean}, ${used} used: ${JSON.stringify(peaks)}`);
      // Away from the mean it is labelled.
      if (hertz > (3 * lobe * RATE) / used) assert.equal(off.length, 1, `${window}: ${hertz} Hz`);
    }
  }
});

test("of several tones each is labelled, and nothing else", () => {
  const next = chance(12);
  for (const window of ["hann", "hamming", "blackmanHarris", "flatTop"]) {
    for (let k = 0; k < 40; k += 1) {
      const tones = [60, 150, 240, 330, 420].map((hertz) => [hertz + 30 * next(), 0.3 + 3 * next(), 6.3 * next()]);
      const samples = Float32Array.from({ length: 1024 }, (_, i) =>
        tones.reduce((sum, [hertz, size, at]) => sum + size * Math.sin((2 * Math.PI * hertz * i) / RATE + at), 4),
      );
      const { peaks } = once(samples, { window, peaks: 10 });
      const places = peaks.map(({ frequency }) => frequency).sort((a, b) => a - b);
      assert.equal(places.length, 5, `${window}: ${places}`);
      places.forEach((frequency, at) => {
        near(frequency, tones[at][0], bin(0.2));
      });
    }
  }
});

test("noise has the same density through every window and size", () => {
  const next = chance(13);
  const samples = Float64Array.from({ length: 65_536 }, () => 0.01 * normal(next));
  for (const window of Object.keys(WINDOWS)) {
    for (const size of [1024, 65_536]) {
      const { values } = once(samples, { window, size, scale: "density", averaging: "off" });
      const inner = values.subarray(10, values.length - 10);
      const density = Math.sqrt(inner.reduce((sum, value) => sum + value ** 2, 0) / inner.length);
      // White noise of 10 mV over 500 Hz.
      near(density, 0.01 / Math.sqrt(500), (size > 1024 ? 0.03 : 0.15) * density);
      const db = once(samples, { window, size, scale: "densityDb" });
      near(db.values[100], 20 * Math.log10(values[100]), 1e-9);
    }
  }
});
