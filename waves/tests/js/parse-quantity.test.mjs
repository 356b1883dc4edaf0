import assert from "node:assert/strict";
import test from "node:test";
import { parseQuantity } from "../../../static/waves/js/text/parse-quantity.js";
import { setting } from "../../../static/waves/js/text/quantities.js";

const near = (found, wanted) =>
  assert.ok(Math.abs(found - wanted) <= 1e-12 * Math.abs(wanted), `${found}, not ${wanted}`);

test("what people type is understood", () => {
  const typed = {
    "20 ms": 0.02,
    "20ms": 0.02,
    "20m": 0.02,
    " 0.02 ": 0.02,
    "0,02 s": 0.02,
    ".5": 0.5,
    "5.": 5,
    "2e-3": 0.002,
    "50 µs": 5e-5,
    "50us": 5e-5,
    "20 ms/div": 0.02,
    "1 ks": 1000,
    "−3 ms": -0.003,
  };
  for (const [text, seconds] of Object.entries(typed)) near(parseQuantity(text, "s"), seconds);
});

test("another unit, words and nothing are no quantity", () => {
  for (const text of ["", "ms", "fast", "20 V", "20 xs", "1 2", "--3", "2 min"]) {
    assert.equal(parseQuantity(text, "s"), null, text);
  }
});

test("a quantity without a unit takes prefixes only", () => {
  near(parseQuantity("1.5k"), 1500);
  assert.equal(parseQuantity("1.5 V"), null);
});

test("a unit that ends like a prefix is the unit", () => {
  near(parseQuantity("3 m", "m"), 3);
  near(parseQuantity("3 mm", "m"), 0.003);
});

test("what settings show is read again", () => {
  for (const value of [1e-6, 0.0002, 0.05, 1, 20, -0.3]) near(parseQuantity(setting(value, "s"), "s"), value);
});
