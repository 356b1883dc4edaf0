import assert from "node:assert/strict";
import test from "node:test";
import { Axes } from "../../../static/waves/js/chart/axes.js";

const SIGNALS = [
  { key: "u", name: "U", unit: "V", colour: "" },
  { key: "i", name: "I", unit: "A", colour: "" },
  { key: "v", name: "V", unit: "V", colour: "" },
];
const TRACES = [
  { points: null, low: -1, high: 1 },
  { points: null, low: 0, high: 20 },
  { points: null, low: -3, high: 3 },
];

function axesOf(more = {}) {
  const seen = { signals: SIGNALS, visible: [true, true, true], selected: 0, ...more };
  let changes = 0;
  const axes = new Axes(seen, { colourOf: (_, k) => `colour ${k}` }, () => {
    changes += 1;
  });
  return { axes, seen, changes: () => changes };
}

test("signals of one unit share an axis that holds both", () => {
  const { axes } = axesOf();
  const { axes: made, axisOf } = axes.of(TRACES, 0);
  assert.deepEqual(axisOf, [0, 1, 0]);
  assert.ok(made[0].min <= -3 && made[0].max >= 3);
  assert.deepEqual([made[0].unit, made[1].unit, made[1].label], ["V", "A", true]);
});

test("the axis of the chosen signal comes first", () => {
  const { axes } = axesOf({ selected: 1 });
  assert.deepEqual(axes.of(TRACES, 0).axisOf, [1, 0, 1]);
});

test("an axis that was set by hand stays, and goes with its signals when axes are shared anew", () => {
  const { axes, changes } = axesOf();
  axes.set({ min: -40, max: 40, perDivision: 10 });
  assert.equal(axes.of(TRACES, 0).axes[0].perDivision, 10);
  axes.share("signal");
  const { axes: made, axisOf } = axes.of(TRACES, 1);
  assert.equal(made[axisOf[0]].perDivision, 10);
  assert.equal(made[axisOf[2]].perDivision, 10);
  assert.notEqual(made[axisOf[1]].perDivision, 10);
  assert.equal(changes(), 2);
});

test("a fit by hand is undone by fitting again", () => {
  const { axes } = axesOf();
  axes.set({ min: -40, max: 40, perDivision: 10 });
  axes.setFixed(false);
  assert.ok(axes.of(TRACES, 0).axes[0].perDivision < 10);
});

test("an address says what was set by hand, and how axes are shared", () => {
  const { axes } = axesOf();
  axes.share("signal");
  axes.setEach(new Map([[1, { min: 0, max: 40, perDivision: 5 }]]));
  const { axes: other } = axesOf();
  other.restore(axes.state());
  assert.equal(other.sharing, "signal");
  assert.equal(other.perDivision(1), "5 A/div");
});

test("a stream without signals has no axis to move, and none fails", () => {
  const { axes } = axesOf({ signals: [], visible: [] });
  assert.deepEqual(axes.group, { id: "", members: [] });
  assert.deepEqual(axes.of([], 0), { axes: [], axisOf: [] });
  assert.equal(axes.perDivision(0), "");
});
