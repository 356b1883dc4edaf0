import assert from "node:assert/strict";
import test from "node:test";
import { MOST_VALUES } from "../../../static/waves/js/protocol/history-requests.js";
import { joined, LATEST, latestRange } from "../../../static/waves/js/samples/full-rate.js";

const frame = (sample, ...values) => ({
  sample,
  n: values[0].length,
  dt: 0.001,
  clock: "regular",
  values: values.map((row) => Float32Array.from(row)),
});

test("the latest samples end with the one that is wanted", () => {
  assert.deepEqual(latestRange(99_999, 4), { first: 100_000 - LATEST, last: 99_999 });
  assert.deepEqual(latestRange(99, 4), { first: 0, last: 99 });
});

test("many signals get fewer samples each, within what one answer may hold", () => {
  const { first, last } = latestRange(1_000_000, 60);
  assert.ok((last - first + 1) * 60 <= MOST_VALUES);
});

test("frames are joined, and what lies between them is missing", () => {
  const { first, dt, values } = joined([frame(10, [1, 2], [5, 6]), frame(13, [4], [8])]);
  assert.deepEqual([first, dt], [10, 0.001]);
  assert.deepEqual(
    values.map((row) => [...row]),
    [
      [1, 2, NaN, 4],
      [5, 6, NaN, 8],
    ],
  );
});
