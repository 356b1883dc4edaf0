import assert from "node:assert/strict";
import test from "node:test";
import { LevelCursors } from "../../../static/waves/js/measurements/level-cursors.js";
import { choose } from "../../../static/waves/js/samples/line.js";

const SIGNALS = [
  { key: "state", unit: "", states: { 0: "idle", 1: "busy" } },
  { key: "speed", unit: "m/s" },
  { key: "mode", unit: "", states: { 0: "off", 1: "on", 2: "turbo" } },
];
const SEEN = {
  axes: [
    { min: 0, max: 10, perDivision: 1 },
    { min: 0, max: 2, perDivision: 0.25 },
  ],
  axisOf: [0, 0, 1],
};

function levelsOf(signals = SIGNALS, firstPlotted = 1) {
  const placeOf = (/** @type {string | null} */ key) => signals.findIndex((signal) => signal.key === key);
  return new LevelCursors({ selection: { signals, firstPlotted, placeOf }, axes: { divisionOf: () => 1 } });
}

function placed(key = "speed") {
  const levels = levelsOf();
  levels.place({ a: null, b: null }, key);
  levels.bringIn(SEEN);
  return levels;
}

test("they come in at shares of the axis, and not again while one of them is seen", () => {
  const levels = placed();
  assert.deepEqual([levels.at("a"), levels.at("b")], [7, 3]);
  levels.place({ a: 5, b: 80 }, "speed");
  levels.bringIn(SEEN);
  assert.equal(levels.at("b"), 80);
});

test("a hand moves one no further than what is seen, and no finer than it means", () => {
  const levels = placed();
  levels.drag("a", 12, SEEN);
  assert.equal(levels.at("a"), 10);
  levels.drag("a", 4.123456, SEEN);
  assert.equal(levels.at("a"), 4.12);
});

test("keys move by divisions, and over states by one", () => {
  const levels = placed();
  levels.step("a", -0.5, SEEN);
  assert.equal(levels.text("a"), "6.500 m/s");
  choose("mode", { lane: "plot" });
  const states = placed("mode");
  assert.equal(states.text("b"), "on");
  states.step("b", -0.02, SEEN);
  assert.equal(states.text("b"), "off");
  assert.equal(states.differenceText, "–");
});

test("a signal in a lane has no axis for them: they are on the first in the plot", () => {
  assert.equal(placed("state").signal?.key, "speed");
  const lanes = levelsOf(SIGNALS.slice(0, 1), 0);
  assert.deepEqual(lanes.names, []);
  assert.equal(lanes.text("a"), "–");
});
