import assert from "node:assert/strict";
import test from "node:test";

import { flow } from "../../../static/waves/js/chart/export-caption.js";
import { copyOf, dimmed, fromJson, moved, toJson } from "../../../static/waves/js/measurements/references.js";

const POINTS = Float64Array.of(-1, 5, -0.5, NaN, 0, 7);

test("a copy keeps to the labels: it is drawn the same distance from 0 again", () => {
  const copy = copyOf({ points: POINTS, zero: -0.75, key: "a", label: "a, 12:00" });
  assert.deepEqual([...copy.points], [-0.25, 5, 0.25, NaN, 0.75, 7]);
  assert.deepEqual([...moved(copy.points, -0.5)], [-0.75, 5, -0.25, NaN, 0.25, 7]);
});

test("a copy is one: what it was taken from may change", () => {
  const points = POINTS.slice();
  const copy = copyOf({ points, zero: 0, key: "a", label: "" });
  points[1] = 100;
  assert.equal(copy.points[1], 5);
});

test("copies are kept and read again, holes too", () => {
  const copies = [copyOf({ points: POINTS, zero: 0, key: "a", label: "x" })];
  assert.deepEqual(fromJson(toJson(copies)), copies);
});

test("little ripple on much is kept", () => {
  const points = Float64Array.of(-1, 1e9 - 1e-3, -0.5, 1e9, 0, 1e9 + 1e-3);
  const [read] = fromJson(toJson([copyOf({ points, zero: 0, key: "a", label: "x" })]));
  const ripple = [...read.points].filter((_, at) => at % 2 === 1).map((value) => value - 1e9);
  for (const [k, wanted] of [-1e-3, 0, 1e-3].entries()) assert.ok(Math.abs(ripple[k] - wanted) < 1e-6, String(ripple));
});

test("a copy that an earlier page kept is read", () => {
  const [read] = fromJson('[{"id":"a-1","key":"a","label":"x","points":[-1,5,0,null]}]');
  assert.deepEqual([...read.points], [-1, 5, 0, NaN]);
});

test("what cannot be read is no copy", () => {
  for (const text of [null, "", "{", "[1]", "[{}]"]) assert.deepEqual(fromJson(text), []);
});

test("a dim colour lies half-way to the background", () => {
  assert.equal(dimmed([255, 0, 100], [1, 0, 0]), "rgb(128, 0, 50)");
});

test("a legend goes on in the next line where it does not fit", () => {
  const { places, lines } = flow(["one signal", "another signal", "a third signal"], 300);
  assert.equal(lines, 2);
  assert.deepEqual(
    places.map(({ line }) => line),
    [0, 0, 1],
  );
  assert.equal(places[2].x, places[0].x);
});
