import assert from "node:assert/strict";
import test from "node:test";
import { Selection } from "../../../static/waves/js/controls/selection.js";

const SIGNALS = ["a", "b", "c"].map((key) => ({ key, name: key.toUpperCase(), unit: "V", colour: "" }));

function selectionOf(signals = SIGNALS) {
  const told = [];
  const selection = new Selection({ toggled: () => told.push("toggled"), chosen: () => told.push("chosen") });
  selection.signals = signals;
  return { selection, told };
}

test("all signals are on at first, and the first of them is chosen", () => {
  const { selection } = selectionOf();
  assert.deepEqual(selection.visible, [true, true, true]);
  assert.equal(selection.signal.key, "a");
});

test("a signal that is off is chosen no longer, unless someone chose it", () => {
  const { selection, told } = selectionOf();
  selection.toggle(0);
  assert.deepEqual([selection.visible, selection.selected], [[false, true, true], 1]);
  selection.select(0);
  assert.equal(selection.selected, 0);
  selection.toggle(0);
  assert.deepEqual(selection.visible, [true, true, true]);
  assert.deepEqual(told, ["toggled", "chosen", "toggled"]);
});

test("a key of no signal turns nothing off, and tells nobody", () => {
  const { selection, told } = selectionOf();
  selection.toggle(7);
  assert.deepEqual([selection.visible, told], [[true, true, true], []]);
});

test("what is off and chosen goes by key, so that it outlives another order of signals", () => {
  const { selection } = selectionOf();
  selection.toggle(0);
  selection.select(2);
  const { selection: other } = selectionOf([...SIGNALS].reverse());
  other.restore(selection.state());
  assert.deepEqual([other.visible, other.selected], [[true, true, false], 0]);
});

test("a stream that never ran has no signal to choose", () => {
  const { selection } = selectionOf([]);
  selection.select(0);
  assert.deepEqual([selection.visible, selection.selected, selection.signal], [[], 0, undefined]);
  assert.deepEqual(selection.state(), {});
});

test("a signal is shown alone, and again all are back", () => {
  const { selection, told } = selectionOf();
  selection.showAlone(1);
  assert.deepEqual([selection.visible, selection.selected], [[false, true, false], 1]);
  selection.showAlone(1);
  assert.deepEqual(selection.visible, [true, true, true]);
  assert.deepEqual(told, ["toggled", "toggled"]);
});

test("rows stand as they were put, and a signal that is new comes last", () => {
  const { selection } = selectionOf();
  selection.moveTo(2, 0);
  assert.deepEqual([selection.order, selection.state().order], [[2, 0, 1], "c,a,b"]);
  selection.moveTo(0, -1);
  selection.moveTo(0, 3);
  assert.deepEqual(selection.order, [2, 0, 1]);
  const { selection: other } = selectionOf([...SIGNALS, { ...SIGNALS[0], key: "d" }]);
  other.restore(selection.state());
  assert.deepEqual(other.order, [2, 0, 1, 3]);
  selection.moveTo(2, 2);
  assert.deepEqual(selection.state(), {});
});
