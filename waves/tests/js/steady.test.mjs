import assert from "node:assert/strict";
import test from "node:test";
import { quantity } from "../../../static/waves/js/text/quantities.js";
import { Steady } from "../../../static/waves/js/text/steady.js";

test("a value between 999 mV and 1.01 V keeps one prefix and its decimals", () => {
  const steady = new Steady();
  const texts = [1.01, 0.999, 1.001, 0.9876, -0.999].map((value, n) => steady.text(value, "V", { now: n * 10 }));
  assert.deepEqual(texts, ["1.010 V", "0.999 V", "1.001 V", "0.988 V", "−0.999 V"]);
});

test("what became small for a while is written as small, and what grew at once as large", () => {
  const steady = new Steady();
  const at = (now, value) => steady.text(value, "V", { now });
  assert.equal(at(0, 2), "2.000 V");
  assert.equal(at(1, 0.1), "0.100 V");
  assert.equal(at(3, 0.2), "0.200 V");
  assert.equal(at(4.5, 0.1), "100.0 mV");
  assert.equal(at(4.6, 2), "2.000 V");
  // A moment of nothing is no change of size.
  assert.equal(at(4.7, 0), "0.000 V");
  assert.equal(at(4.8, NaN), "–");
  assert.equal(at(4.9, 1.5), "1.500 V");
});

test("nothing but 0 is 0, and a nominal size gives the prefix from the first value on", () => {
  assert.equal(new Steady().text(0, "°", { now: 0 }), "0 °");
  assert.equal(new Steady().text(0.0123, "V", { now: 0, digits: 3, nominal: 1 }), "0.01 V");
  assert.equal(new Steady().text(998.7, "S/s", { now: 0, nominal: 1000 }), "0.999 kS/s");
});

test("milliseconds stay milliseconds until they are seconds", () => {
  const steady = new Steady();
  const of = (value) => steady.text(value, "s", { now: 0, digits: 1, division: 0.005 });
  assert.deepEqual([0, 0.113, 0.999, 1.02, 0.98].map(of), ["0 s", "113 ms", "999 ms", "1.020 s", "0.980 s"]);
});

test("as exact as a fifth of a division, whatever the size", () => {
  assert.equal(quantity(0.9987, "V", 4, NaN, 1.01), "0.999 V");
  assert.equal(quantity(0.01, "V", 3, 0.005, 2), "0.010 V");
  assert.equal(quantity(50.0031, "Hz", 3, 0.005), "50.003 Hz");
});
