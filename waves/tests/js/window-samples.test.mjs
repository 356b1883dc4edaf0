import assert from "node:assert/strict";
import test from "node:test";

import { Ring } from "../../../static/waves/js/samples/ring.js";
import { indicesWithin, instantOf } from "../../../static/waves/js/samples/window-samples.js";

function sourceOf({ count = 100, at = 0, period = 0.001, envelope = false, times = null } = {}) {
  const ring = new Ring({ rows: envelope ? 2 : 1, capacity: 1000, timed: times !== null });
  const row = new Float32Array(times?.length ?? count);
  ring.write(at, envelope ? [row, row] : [row], times && Float64Array.from(times));
  return { ring, period: times ? 0 : period, envelope };
}

test("both ends of a stretch belong to it", () => {
  assert.deepEqual(indicesWithin(sourceOf(), 0.01, 0.02), { from: 10, to: 21 });
});

test("rounding of an instant takes no sample away", () => {
  // 0.1 + 0.2 is a hair more than 0.3.
  assert.deepEqual(indicesWithin(sourceOf({ count: 10, period: 0.1 }), 0.1 + 0.2, 0.7), { from: 3, to: 8 });
});

test("nothing is claimed beyond what is held", () => {
  assert.deepEqual(indicesWithin(sourceOf({ at: 50 }), 0, 1), { from: 50, to: 150 });
  assert.deepEqual(indicesWithin(sourceOf({ at: 50 }), 0, 0.01), { from: 50, to: 50 });
});

test("a column belongs to every stretch that it reaches into", () => {
  assert.deepEqual(indicesWithin(sourceOf({ envelope: true }), 0.0105, 0.0205), { from: 10, to: 21 });
});

test("on a timed clock the times of the samples count", () => {
  const source = sourceOf({ times: [0, 1, 5, 6, 20] });
  assert.deepEqual(indicesWithin(source, 1, 6), { from: 1, to: 4 });
  assert.equal(instantOf(source, 2), 5);
});
