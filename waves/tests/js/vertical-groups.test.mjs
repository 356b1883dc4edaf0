import assert from "node:assert/strict";
import test from "node:test";

import { around, GRAIN, scaled, stacked } from "../../../static/waves/js/chart/range.js";
import { fromText, groupsOf, ordered, Scale, toText } from "../../../static/waves/js/chart/vertical-groups.js";

const SIGNALS = [
  { key: "u", unit: "V" },
  { key: "i", unit: "A" },
  { key: "w", unit: "V" },
];
const membersOf = (sharing) => groupsOf(SIGNALS, sharing).map(({ members }) => members);

test("signals share one axis, one for each unit, or none", () => {
  assert.deepEqual(membersOf("one"), [[0, 1, 2]]);
  assert.deepEqual(membersOf("unit"), [[0, 2], [1]]);
  assert.deepEqual(membersOf("signal"), [[0], [1], [2]]);
});

test("the chosen axis stands at the left, and what is not seen comes last", () => {
  const groups = ordered(groupsOf(SIGNALS, "signal"), 2, [false, true, true]);
  assert.deepEqual(
    groups.map(({ id }) => id),
    ["w", "i", "u"],
  );
});

test("a range that is set by hand stays until it is fitted again", () => {
  const scale = new Scale();
  scale.set(around(0, 1));
  assert.equal(scale.update(-100, 100, 0).perDivision, 1);
  scale.fixed = false;
  assert.ok(scale.update(-100, 100, 1).max >= 100);
});

test("ranges that were set by hand are written and read again", () => {
  const [fitted, fixed] = [new Scale(), new Scale()];
  fixed.set(around(-1.25, 0.5, GRAIN));
  const text = toText(
    new Map([
      ["u", fitted],
      ["i", fixed],
    ]),
  );
  assert.equal(text, "i:-1.25:0.5");
  assert.deepEqual(fromText(text), [{ id: "i", centre: -1.25, perDivision: 0.5 }]);
});

test("a text that says nothing changes nothing", () => {
  for (const text of ["", "u", "u:1", "u:x:1", "u:0:-1"]) assert.deepEqual(fromText(text), []);
});

test("another scale leaves 0 where it is on the screen", () => {
  const { min, max } = scaled({ min: -1, max: 7 }, 0.5);
  assert.equal(-min / (max - min), 1 / 8);
  // 0 is not seen: the middle stays.
  const far = scaled({ min: 2, max: 10 }, 0.5);
  assert.equal((far.min + far.max) / 2, 6);
});

test("stacked signals lie one above the other and do not touch", () => {
  const extents = [
    { low: -0.4, high: 1.6 },
    { low: -0.8, high: 0.8 },
    { low: -1.8, high: -0.6 },
  ];
  const onScreen = stacked(extents).map(({ min, max }, k) =>
    [extents[k].low, extents[k].high].map((value) => (value - min) / (max - min)),
  );
  assert.ok(onScreen[0][1] <= 1 && onScreen[2][0] >= 0);
  assert.ok(onScreen[0][0] > onScreen[1][1] && onScreen[1][0] > onScreen[2][1]);
  for (const [low, high] of onScreen) assert.ok(high - low > 1 / 3 / 3);
});

test("a constant signal is stacked too", () => {
  for (const value of [0, 5, -3]) {
    const [{ min, max }] = stacked([{ low: value, high: value }]);
    assert.ok(min < value && value < max);
  }
});
