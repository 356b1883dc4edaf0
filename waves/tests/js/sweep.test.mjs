import assert from "node:assert/strict";
import test from "node:test";

import { Sweep, span } from "../../../static/waves/js/trigger/sweep.js";
import { Trigger } from "../../../static/waves/js/trigger/trigger.js";

const near = (a, b) => assert.ok(Math.abs(a - b) < 1e-9, `${a} is not ${b}`);
const NONE = { sample: 0, fraction: 0 };

/** A sweep of 1 s with the trigger in the middle, and triggers at these seconds. */
function sweeping(mode, ...triggers) {
  const sweep = new Sweep({ mode, window: 1, pretrigger: 0.5 });
  for (const at of triggers) sweep.add(NONE, at);
  return sweep;
}

/** State and right end, the live edge being 0.05 s behind the newest sample. */
function at(sweep, reached) {
  const { state, edge } = sweep.update(reached, reached - 0.05);
  return [state, edge];
}

test("the newest trigger whose part after it is complete is drawn", () => {
  const sweep = sweeping("normal", 10, 10.3, 10.6);
  assert.deepEqual(at(sweep, 10.79), ["triggered", 10.5]);
  assert.deepEqual(at(sweep, 10.8), ["triggered", 10.8]);
  assert.deepEqual(at(sweep, 11.2), ["triggered", 11.1]);
});

test("the position of the trigger comes back with its sweep", () => {
  const sweep = new Sweep({ mode: "normal", window: 1, pretrigger: 0.2 });
  const position = { sample: 9000, fraction: 0.25 };
  sweep.add(position, 9.00025);
  assert.equal(sweep.update(9.7, 9.7).trigger, null);
  const { edge, trigger } = sweep.update(9.9, 9.9);
  near(edge, 9.80025);
  assert.deepEqual(trigger, { position, at: 9.00025 });
});

test("normal is armed and empty before the first trigger", () => {
  assert.deepEqual(at(sweeping("normal"), 100), ["armed", null]);
  assert.deepEqual(at(sweeping("normal", 100), 100.4), ["armed", null]);
});

test("normal without a trigger keeps the last sweep, and is armed", () => {
  const sweep = sweeping("normal", 10);
  assert.deepEqual(at(sweep, 11.5), ["triggered", 10.5]);
  assert.deepEqual(at(sweep, 11.6), ["armed", 10.5]);
  assert.deepEqual(at(sweep, 1000), ["armed", 10.5]);
  sweep.add(NONE, 1000);
  assert.deepEqual(at(sweep, 1000.5), ["triggered", 1000.5]);
});

test("auto runs free until the first sweep", () => {
  const sweep = sweeping("auto");
  assert.deepEqual(at(sweep, 10), ["auto", 9.95]);
  sweep.add(NONE, 10);
  assert.deepEqual(at(sweep, 10.25), ["auto", 10.2]);
  assert.deepEqual(at(sweep, 10.5), ["triggered", 10.5]);
});

test("auto runs free after a window without a trigger", () => {
  const sweep = sweeping("auto", 10);
  assert.deepEqual(at(sweep, 11.5), ["triggered", 10.5]);
  assert.deepEqual(at(sweep, 11.55), ["auto", 11.5]);
});

test("auto waits for 0.1 s at least, however short the window is", () => {
  const sweep = new Sweep({ window: 0.001, pretrigger: 1 });
  sweep.add(NONE, 10);
  assert.equal(at(sweep, 10.099)[0], "triggered");
  assert.equal(at(sweep, 10.101)[0], "auto");
});

test("auto does not run free while the next sweep is on its way", () => {
  const sweep = sweeping("auto", 10);
  at(sweep, 10.6);
  sweep.add(NONE, 11.4);
  assert.deepEqual(at(sweep, 11.8), ["triggered", 10.5]);
  assert.deepEqual(at(sweep, 11.9), ["triggered", 11.9]);
});

test("single draws the first sweep after it was armed, and stops", () => {
  const sweep = sweeping("auto", 10);
  at(sweep, 10.6);
  sweep.mode = "single";
  sweep.arm(10.6);
  assert.deepEqual(at(sweep, 15), ["armed", 10.5]);
  for (const seconds of [15, 15.2, 15.4]) sweep.add(NONE, seconds);
  assert.deepEqual(at(sweep, 15.4), ["armed", 10.5]);
  assert.deepEqual(at(sweep, 17), ["stopped", 15.5]);
  sweep.add(NONE, 17);
  assert.deepEqual(at(sweep, 20), ["stopped", 15.5]);
});

test("single can be armed again", () => {
  const sweep = sweeping("single", 10);
  assert.deepEqual(at(sweep, 11), ["stopped", 10.5]);
  sweep.arm(11);
  sweep.add(NONE, 11);
  assert.deepEqual(at(sweep, 12), ["armed", 10.5]);
  sweep.add(NONE, 12);
  assert.deepEqual(at(sweep, 13), ["stopped", 12.5]);
});

test("auto goes on after single has stopped", () => {
  const sweep = sweeping("single", 10);
  at(sweep, 11);
  sweep.mode = "auto";
  assert.deepEqual(at(sweep, 20), ["auto", 19.95]);
  sweep.add(NONE, 20);
  assert.deepEqual(at(sweep, 20.5), ["triggered", 20.5]);
});

test("triggers of other settings replace those that wait, even where they are older", () => {
  const sweep = sweeping("normal", 10);
  at(sweep, 10.6);
  sweep.add(NONE, 10.55);
  sweep.forget();
  sweep.add(NONE, 9.7);
  assert.deepEqual(at(sweep, 10.6), ["triggered", 10.2]);
});

test("another window moves the right end of what is shown", () => {
  const sweep = sweeping("normal", 10);
  at(sweep, 10.6);
  Object.assign(sweep, { window: 0.2, pretrigger: 0.25 });
  near(at(sweep, 10.2)[1], 10.15);
});

test("nothing is left after a clear", () => {
  const sweep = sweeping("normal", 10, 10.4);
  at(sweep, 10.6);
  sweep.clear();
  assert.deepEqual(at(sweep, 12), ["armed", null]);
});

test("triggers that no screen could show one by one take no memory", () => {
  const sweep = sweeping("normal");
  for (let k = 0; k <= 1000; k += 1) sweep.add(NONE, 10 + k / 8192);
  const seen = new Set();
  for (let reached = 10.5; reached < 10.7; reached += 1e-4) seen.add(at(sweep, reached)[1]);
  assert.ok(seen.size >= 11 && seen.size <= 13, `${seen.size} sweeps`);
});

test("a window around a trigger holds whole samples and begins between two", () => {
  assert.deepEqual(span({ sample: 1000, fraction: 0.25 }, 0.5, 100), { first: 950, last: 1051, offset: 0.25 });
  assert.deepEqual(span({ sample: 1000, fraction: 0 }, 0, 100), { first: 1000, last: 1100, offset: 0 });
  assert.deepEqual(span({ sample: 1000, fraction: 0.5 }, 1, 10.25), { first: 990, last: 1001, offset: 0.25 });
});

test("a sine of any frequency stands still over 300 sweeps", () => {
  for (const frequency of [50, 49.97, 51.3]) {
    const [rate, window, width] = [1000, 0.05, 1200];
    const sample = (k) => Math.fround(Math.sin((2 * Math.PI * frequency * k) / rate));
    const trigger = new Trigger({ hysteresis: 0.1 }, rate);
    const sweep = new Sweep({ window, pretrigger: 0.3 });
    const drawn = new Map();
    for (let first = 0; first < 7000; first += 10) {
      const values = Float32Array.from({ length: 10 }, (_, k) => sample(first + k));
      for (const position of trigger.feed(first, values)) {
        sweep.add(position, (position.sample + position.fraction) / rate);
      }
      const { state, edge } = sweep.update((first + 9) / rate, 0);
      if (state === "triggered") drawn.set(edge, crossing(sample, edge, rate, window, width));
    }
    const pixels = [...drawn.values()];
    assert.ok(pixels.length >= 300);
    assert.ok(Math.max(...pixels) - Math.min(...pixels) < 0.001);
    near(Math.round(pixels[0] * 1e3) / 1e3, 0.3 * width);
  }
});

/** The pixel where the drawn line crosses 0 upwards, next to the middle third of the plot. */
function crossing(sample, edge, rate, window, width) {
  const pixel = (index) => (1 + (index / rate - edge) / window) * width;
  for (let k = Math.ceil((edge - 0.9 * window) * rate); ; k += 1) {
    if (sample(k) >= 0 || sample(k + 1) < 0) continue;
    const share = -sample(k) / (sample(k + 1) - sample(k));
    return pixel(k) + share * (pixel(k + 1) - pixel(k));
  }
}
