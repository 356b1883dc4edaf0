import assert from "node:assert/strict";
import test from "node:test";

import { Axes } from "../../../static/waves/js/chart/axes.js";
import { sharedStates, stateLabels } from "../../../static/waves/js/chart/axis-labels.js";
import { groupsOf } from "../../../static/waves/js/chart/vertical-groups.js";
import { Plotted, Selection } from "../../../static/waves/js/controls/selection.js";
import { areOthers, readDescription } from "../../../static/waves/js/protocol/description.js";
import { choose, readChoices } from "../../../static/waves/js/samples/line.js";
import { banded } from "../../../static/waves/js/streams/bands.js";
import { codeOf, codesOf, stateName } from "../../../static/waves/js/text/states.js";

const DOOR = { 0: "closed", 1: "open", "-1": "broken", 100: "gone" };
const signal = (key, more = {}) => ({ key, name: key, unit: "", colour: "", ...more });
const trace = (low, high) => ({ points: new Float64Array(0), low, high });

test("a value has the name of its code, and none where it lies beside", () => {
  assert.deepEqual(
    [0, 1, -1, 100].map((value) => stateName(DOOR, value)),
    ["closed", "open", "broken", "gone"],
  );
  for (const value of [0.5, 2, NaN, Infinity]) assert.equal(stateName(DOOR, value), null);
  assert.equal(stateName(undefined, 0), null);
  assert.equal(stateName(DOOR, -0), "closed");
});

test("codes are in the order of numbers, and a name finds its own however it is typed", () => {
  assert.deepEqual(codesOf(DOOR), [-1, 0, 1, 100]);
  assert.deepEqual(
    ["open", " OPEN ", "Broken", "ajar", ""].map((text) => codeOf(DOOR, text)),
    [1, 1, -1, null, null],
  );
  assert.equal(codeOf({ 0: "on", 1: "ON" }, "ON"), 1);
  assert.equal(codeOf(undefined, "open"), null);
});

test("names stand at their codes, whatever range is seen, and long ones are shortened", () => {
  const long = "x".repeat(40);
  const { label, marks, texts } = stateLabels({
    min: -0.5,
    max: 3.5,
    perDivision: 0.5,
    unit: "",
    states: { ...DOOR, 2: long },
  });
  assert.deepEqual(marks, [0, 1, 2]);
  assert.deepEqual(texts.slice(0, 2), ["closed", "open"]);
  assert.match(texts[2], /^x{3,15}…x{2,15}$/);
  assert.equal(label(0.5), "");
});

test("only signals with the same names share an axis of names, and none with numbers", () => {
  const signals = [
    signal("a", { states: DOOR }),
    signal("b"),
    signal("c", { states: { ...DOOR } }),
    signal("d", { states: { 0: "off" } }),
  ];
  assert.deepEqual(
    groupsOf(signals, "unit").map(({ members }) => members),
    [[0, 2], [1], [3]],
  );
  assert.equal(sharedStates([signals[0], signals[2]]), signals[0].states);
  for (const pair of [[signals[0], signals[1]], [signals[0], signals[3]], []])
    assert.equal(sharedStates(pair), undefined);
});

test("an axis of names holds all of its codes from the beginning, and does not move when another is seen", () => {
  const seen = { signals: [signal("a", { states: { 0: "off", 1: "on", 2: "error" } })], visible: [true], selected: 0 };
  const axes = new Axes(seen, { colourOf: () => "" }, () => {});
  const [first] = axes.of([trace(0, 0)], 0).axes;
  const [later] = axes.of([trace(0, 2)], 1).axes;
  assert.deepEqual(first.states, seen.signals[0].states);
  assert.ok(first.min < 0 && first.max > 2);
  assert.deepEqual([later.min, later.max], [first.min, first.max]);
  assert.equal(axes.perDivision(0), "states");
});

test("what stands in a lane has no axis: the left one is that of the first signal in the plot", () => {
  const selection = new Selection({ toggled() {}, chosen() {} });
  selection.signals = [signal("door", { states: DOOR }), signal("flow", { unit: "l" })];
  assert.deepEqual([selection.visible, selection.plotted, selection.selected], [[true, true], [false, true], 1]);
  const axes = new Axes(new Plotted(selection), { colourOf: () => "" }, () => {});
  selection.select(0);
  const { axes: drawn, axisOf } = axes.of([trace(Infinity, -Infinity), trace(3, 9)], 0);
  assert.equal(axisOf[1], 0);
  assert.equal(drawn[0].unit, "l");
  assert.deepEqual(
    axes.groups.map((group) => axes.isSeen(group)),
    [false, true],
  );
  choose("door", { lane: "plot" });
  assert.deepEqual(selection.plotted, [true, true]);
  readChoices("");
});

test("more names are no other signals; a signal that gets its first name is", () => {
  const described = (states) => readDescription({ signals: [{ key: "a", states }] }).signals;
  assert.equal(areOthers(described({ 0: "off" }), described({ 0: "off", 1: "on" })), false);
  assert.equal(areOthers(described(undefined), described({ 0: "off" })), true);
  assert.equal(areOthers(described({ 0: "off" }), [...described({ 0: "off" }), signal("b")]), true);
});

test("on a card each signal with states has a band of its own, under what is drawn above", () => {
  const signals = [
    signal("flow"),
    signal("a", { states: { 0: "off", 1: "on" } }),
    signal("b", { states: { 0: "x", 7: "y" } }),
  ];
  const plain = { min: 0, max: 10 };
  const ranges = banded(signals, [plain, plain, plain]);
  const heightOf = (k, value) => (value - ranges[k].min) / (ranges[k].max - ranges[k].min);
  const heights = [heightOf(2, 0), heightOf(2, 7), heightOf(1, 0), heightOf(1, 1), heightOf(0, 0), heightOf(0, 10)];
  assert.deepEqual(
    [...heights].sort((a, b) => a - b),
    heights,
  );
  assert.ok(heights[0] > 0 && Math.abs(heights[5] - 1) < 1e-9);
  assert.deepEqual(banded([signal("flow")], [plain]), [plain]);
  const [alone] = banded([signals[1]], [plain]);
  assert.ok((1 - 0) / (alone.max - alone.min) > 0.6);
});
