import assert from "node:assert/strict";
import test from "node:test";

import { Rate } from "../../../static/waves/js/samples/rate.js";

/** Deterministic jitter of up to 5 ms. */
const jitter = (k) => 0.005 * Math.abs(Math.sin(k * 12.9898) % 1);

test("on a regular clock the declared rate is shown at once, and the measured one after two seconds", () => {
  for (const rate of [0.1, 0.87, 10, 1000, 1e6]) {
    const [declared, meter, every] = [rate * 1.01, new Rate(), Math.max(0.04, 1 / rate)];
    assert.equal(meter.at(0, declared), declared);
    for (let k = 0; k * every <= Math.max(6, 4 * every); k += 1) {
      const now = k * every;
      meter.arrived(Math.round(now * rate), now + jitter(k), null);
      const shown = meter.at(now + 0.01, declared);
      if (k === 0) assert.equal(shown, declared);
      if (now > 2.1 && k > 1) assert.ok(Math.abs(shown / rate - 1) < 0.002, `${rate} ${now} ${shown}`);
    }
  }
});

test("what a busy page takes late, or several at once, does not change the rate", () => {
  for (const [from, to] of [
    [0, 0.3],
    [0, 0.45],
    [1.2, 1.5],
    [2.5, 3],
    [1, 4],
    [3, 7.5],
  ]) {
    const meter = new Rate();
    for (let k = 0; k * 0.04 <= 8; k += 1) {
      const now = k * 0.04;
      const came = now + jitter(k);
      meter.arrived(Math.round(now * 500), from <= now && now < to ? to + k * 1e-6 : came, null);
      if (from <= now && now < to) continue;
      const shown = meter.at(came + 0.01, 500);
      assert.ok(Math.abs(shown / 500 - 1) < (now > to + 2 ? 0.002 : 0.03), `${from} ${now} ${shown}`);
    }
  }
});

test("a page that catches up little by little while it is loaded has the right rate from the first on", () => {
  // As they were seen in a browser, in seconds.
  for (const late of [
    [0.047, 0.042, 0.01, 0.016, 0.004],
    [0.0588, 0.0817, 0.0638, 0.0414, 0.0176, 0.0062, 0.0065, 0.0221, 0.0177],
    [0.0222, 0.0426, 0.0185, 0, 0, 0.0466, 0.0261],
  ]) {
    const meter = new Rate();
    for (let k = 0; k * 0.04 <= 6; k += 1) {
      const now = k * 0.04;
      meter.arrived(Math.round(now * 500), now + (late[k] ?? jitter(k) / 2), null);
      const shown = meter.at(now + 0.1, 500);
      assert.ok(Math.abs(shown / 500 - 1) < 0.002, `${late[0]} ${now} ${shown}`);
    }
  }
});

test("on a timed clock there is a rate after twenty intervals, whatever was declared", () => {
  for (const rate of [0.05, 3, 400]) {
    const meter = new Rate();
    for (let k = 0; k <= 60; k += 1) {
      meter.arrived(k, k / rate + jitter(k), 1e9 + k / rate);
      const shown = meter.at(k / rate + 0.01, 12345, true);
      if (k < 20) assert.ok(Number.isNaN(shown));
      else assert.ok(Math.abs(shown / rate - 1) < 0.002);
    }
  }
});

test("where nothing comes there is no rate, and a slow stream is given its time", () => {
  const slow = new Rate();
  slow.arrived(0, 0, null);
  slow.arrived(1, 10, null);
  assert.ok(slow.at(40, 0.1) > 0);
  assert.equal(slow.at(80, 0.1), 0);
  const fast = new Rate();
  fast.arrived(0, 0, null);
  assert.equal(fast.at(4, 1000), 1000);
  assert.equal(fast.at(6, 1000), 0);
});

test("a stream of which nothing came since the page was opened has its declared rate for as long as one waits", () => {
  const slow = new Rate();
  assert.equal(slow.at(100, 0.1), 0.1);
  assert.equal(slow.at(149, 0.1), 0.1);
  assert.equal(slow.at(150, 0.1), 0);
  const timed = new Rate();
  assert.ok(Number.isNaN(timed.at(0, 10, true)));
  assert.equal(timed.at(5, 10, true), 0);
});

test("what was sent again is not counted twice", () => {
  const meter = new Rate();
  for (let k = 0; k <= 100; k += 1) {
    meter.arrived(k, k, k);
    meter.arrived(Math.max(0, k - 5), k, k - 5);
  }
  assert.ok(Math.abs(meter.at(100, 7) - 1) < 1e-9);
});
