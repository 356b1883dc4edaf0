import assert from "node:assert/strict";
import test from "node:test";

import { lostBelow } from "../../../static/waves/js/samples/precision.js";

/** What is seen of an offset with a ripple, as float32. */
const seen = (offset, ripple) => {
  const values = Array.from({ length: 1000 }, (_, k) => Math.fround(offset + ripple * Math.sin(k / 7)));
  return lostBelow(Math.min(...values), Math.max(...values));
};

test("a ripple below the step of float32 is told, with the step", () => {
  assert.equal(seen(1e9, 1e-3), 64);
  assert.equal(seen(-1e9, 1e-3), 64);
  assert.equal(seen(2 ** 31, 100), 256);
  assert.equal(seen(1e6, 1e-3), 2 ** -4);
  assert.equal(seen(101_325, 0.001), 2 ** -7);
  assert.equal(seen(20.5, 2e-6), 2 ** -19);
});

test("a ripple that is seen is not, nor what stands still at an everyday value", () => {
  for (const [offset, ripple] of [
    [0, 1],
    [0, 1e-30],
    [5, 0],
    [0, 0],
    [1, 0],
    [101_325, 0.5],
    [1e9, 1e4],
  ]) {
    assert.equal(seen(offset, ripple), 0, `${offset} ± ${ripple}`);
  }
  assert.equal(lostBelow(Infinity, -Infinity), 0);
});
