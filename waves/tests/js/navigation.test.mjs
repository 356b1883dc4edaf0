import assert from "node:assert/strict";
import test from "node:test";

import { allowed, nearestWindow, shortestOf, within, zoomAbout } from "../../../static/waves/js/time/navigation.js";

/** Where the instant at `x` seconds from the right end is after a zoom, as a share of the window. */
function place(view, x, wanted) {
  const edge = zoomAbout(view, x, wanted);
  return (view.edge + x - edge) / wanted;
}

test("zooming leaves the instant under the pointer where it is", () => {
  const view = { edge: 12, window: 2 };
  for (const x of [0, -0.3, -1, -2]) {
    for (const wanted of [0.001, 1, 5]) {
      assert.ok(Math.abs(place(view, x, wanted) - x / 2) < 1e-9, `${x} ${wanted}`);
    }
  }
});

test("zooming at the right end keeps the right end", () => {
  assert.equal(zoomAbout({ edge: 12, window: 2 }, 0, 0.1), 12);
});

test("a view stays between the first sample and the live edge", () => {
  const span = { first: 10, end: 60, window: 2 };
  assert.equal(within(30, span), 30);
  assert.equal(within(61, span), 60);
  assert.equal(within(3, span), 12);
  assert.equal(within(-Infinity, span), 12);
});

test("a window longer than what there is shows all of it", () => {
  assert.equal(within(-Infinity, { first: 10, end: 12, window: 5 }), 12);
});

test("a pinch goes to the nearest step of the sequence", () => {
  assert.deepEqual([0.19, 0.13, 0.3, 0.4, 0.6, 550, 2000].map(nearestWindow), [0.2, 0.1, 0.2, 0.5, 0.5, 600, 3000]);
});

test("time/div is held within what there is", () => {
  assert.deepEqual([1e-9, 0.02, 1e9].map(allowed), [1e-6, 0.02, 3_456_000]);
  assert.deepEqual(
    [1e-12, 1e9].map((window) => nearestWindow(window).toPrecision(9)),
    ["0.0000100000000", "34560000.0"],
  );
});

test("steps go down to two samples a division, on a timed clock as far as there is", () => {
  assert.ok(Math.abs(shortestOf({ clock: "regular", rate: 1000 }) - 2e-3) < 1e-9);
  assert.ok(shortestOf({ clock: "regular", rate: 1000 }) <= 2e-3);
  assert.equal(shortestOf({ clock: "timed", rate: 10 }), 1e-6);
  assert.equal(shortestOf({ clock: "regular", rate: 1e9 }), 1e-6);
});
