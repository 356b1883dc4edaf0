import assert from "node:assert/strict";
import test from "node:test";

import { MEASUREMENTS } from "../../../static/waves/js/measurements/measurements.js";
import { lackOfStates, staysOf, withoutQuantities } from "../../../static/waves/js/measurements/of-states.js";
import { measureStretch } from "../../../static/waves/js/measurements/stretch.js";
import { Ring } from "../../../static/waves/js/samples/ring.js";

const TWO = { states: { 0: "closed", 1: "open" } };
const THREE = { states: { 0: "closed", 1: "open", 2: "ajar" } };
const HOLE = { shape: "step", missing: "hole", smooth: false };
const HELD = { shape: "step", missing: "held", smooth: false };

function sourceOf(rows, { times, envelope = false, period = 1 } = {}) {
  const ring = new Ring({ rows: rows.length, capacity: rows[0].length + 1, timed: Boolean(times) });
  ring.write(
    0,
    rows.map((row) => Float64Array.from(row)),
    times && Float64Array.from(times),
  );
  return { ring, period: times ? 0 : period, envelope };
}

test("states have no mean and no other quantity, and a word says why; numbers keep theirs", () => {
  const source = sourceOf([
    [0, 1, 0, 1, 0, 1, 0, 1, 0],
    [0, 1, 0, 1, 0, 1, 0, 1, 0],
  ]);
  const keys = Object.keys(MEASUREMENTS);
  const all = measureStretch(keys, { source, first: 0, last: 8, latest: null }, [true, true], 0);
  const { values } = withoutQuantities(all, [TWO, {}]);
  for (const key of ["mean", "rms", "vpp", "min", "max", "overshoot", "riseTime", "crestFactor", "deviation"]) {
    assert.ok(Number.isNaN(values[0][key]), key);
    assert.notEqual(lackOfStates(key, TWO), "");
    assert.equal(lackOfStates(key, {}), "");
  }
  assert.deepEqual(values[1], all.values[1]);
});

test("how often two states change can be measured, and of more than two nothing but how long they last", () => {
  for (const key of ["frequency", "period", "duty", "positiveWidth", "negativeWidth", "phase"]) {
    assert.equal(lackOfStates(key, TWO), "");
    assert.match(lackOfStates(key, THREE), /two states/);
  }
});

test("each state lasts until the next one, on a regular clock", () => {
  const source = sourceOf([[0, 0, 1, 1, 1, 2, NaN, 2, 0]], { period: 0.5 });
  assert.deepEqual(staysOf(source, 0, { first: 0, last: 4.5 }, HOLE).stays, [
    { value: 0, seconds: 1.5, times: 2 },
    { value: 1, seconds: 1.5, times: 1 },
    { value: 2, seconds: 1, times: 2 },
  ]);
  assert.deepEqual(staysOf(source, 0, { first: 0, last: 4.5 }, HELD).stays[2], { value: 2, seconds: 1.5, times: 1 });
});

test("on a timed clock seconds are counted, not samples, and the newest state lasts to now", () => {
  const source = sourceOf([[0, 1, 1, 0]], { times: [10, 11, 11.5, 15] });
  assert.deepEqual(staysOf(source, 0, { first: 10.5, last: 18, heldTo: 17 }, HOLE).stays, [
    { value: 0, seconds: 2.5, times: 2 },
    { value: 1, seconds: 4, times: 1 },
  ]);
  assert.deepEqual(staysOf(source, 0, { first: 12, last: 14, heldTo: 17 }, HOLE).stays, [
    { value: 1, seconds: 2, times: 1 },
  ]);
});

test("a column in which a signal changes tells of no state how long it lasted", () => {
  const source = sourceOf(
    [
      [0, 0, 1],
      [0, 1, 1],
    ],
    { envelope: true, period: 10 },
  );
  assert.deepEqual(staysOf(source, 0, { first: 0, last: 30 }, HOLE).stays, [
    { value: 0, seconds: 10, times: 1 },
    { value: 1, seconds: 10, times: 1 },
  ]);
});

test("of very many samples the newest are counted, and from when on is told", () => {
  const source = sourceOf([Array.from({ length: 100 }, (_, k) => k % 2)]);
  const { stays, since } = staysOf(source, 0, { first: 0, last: 100, most: 10 }, HOLE);
  assert.deepEqual([since, stays.map(({ seconds }) => seconds)], [90, [5, 5]]);
});
