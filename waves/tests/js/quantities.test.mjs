import assert from "node:assert/strict";
import test from "node:test";

import { axisScale, clockTime, count, duration, quantity, setting } from "../../../static/waves/js/text/quantities.js";

test("quantities have a prefix and a fixed number of digits", () => {
  assert.equal(quantity(0.02, "s"), "20.00 ms");
  assert.equal(quantity(1000, "S/s"), "1.000 kS/s");
  assert.equal(quantity(-0.4, "V", 3), "−400 mV");
  assert.equal(quantity(1.998, "V"), "1.998 V");
  assert.equal(quantity(0, "V"), "0 V");
  assert.equal(quantity(12e-6, "A", 3), "12.0 µA");
  assert.equal(quantity(5, ""), "5.000");
});

test("rounding up to the next prefix takes it", () => {
  assert.equal(quantity(0.99999, "V", 3), "1.00 V");
  assert.equal(quantity(999.96, "V", 4), "1.000 kV");
});

test("percent and degrees take no prefix", () => {
  assert.equal(quantity(0.05, "%", 3), "0.05 %");
  assert.equal(setting(2000, "°C"), "2000 °C");
});

test("a unit with a prefix of its own gets the fitting one", () => {
  assert.equal(quantity(0.2, "mV", 3), "200 µV");
  assert.equal(setting(2000, "mV"), "2 V");
  assert.equal(setting(5, "min"), "5 min");
  const { unit, label } = axisScale(-1, 1, 0.2, "mV");
  assert.deepEqual([unit, label(0.2), label(-1)], ["mV", "0.2", "−1.0"]);
});

test("what is no number is a dash", () => {
  assert.equal(quantity(NaN, "V"), "–");
  assert.equal(quantity(Infinity, "V"), "–");
});

test("settings have no trailing zeros", () => {
  assert.deepEqual(
    [0.02, 2e-6, 60, 0.5].map((s) => setting(s, "s")),
    ["20 ms", "2 µs", "60 s", "500 ms"],
  );
});

test("the labels of an axis share prefix and decimals", () => {
  const { unit, label } = axisScale(-2, 2, 0.5, "V");
  assert.equal(unit, "V");
  assert.deepEqual([-2, -0.5, 0, 1.5].map(label), ["−2.0", "−0.5", "0", "1.5"]);
  const milli = axisScale(-0.2, 0, 0.02, "s");
  assert.deepEqual([milli.unit, milli.label(-0.18)], ["ms", "−180"]);
});

test("counts are grouped, durations take the largest unit", () => {
  assert.equal(count(1234567), "1\u202f234\u202f567");
  assert.equal(count(12), "12");
  assert.deepEqual([5, 65, 720, 5400, 90000].map(duration), ["5 s", "1 min", "12 min", "1.5 h", "1.0 d"]);
});

test("the clock tells UTC where it is asked to", () => {
  assert.equal(clockTime(1795370607.482, "utc"), "18:03:27.482");
  assert.equal(clockTime(NaN, "utc"), "–");
});
