import assert from "node:assert/strict";
import test from "node:test";
import { TimeCursors } from "../../../static/waves/js/measurements/time-cursors.js";

const RUNS = { running: true, stands: false, isEarly: false };
const FROZEN = { ...RUNS, running: false };
const STANDS = { ...RUNS, stands: true };

function placed() {
  const cursors = new TimeCursors();
  cursors.shown = true;
  cursors.follow({ edge: 10, zero: 0 }, RUNS);
  cursors.bringIn({ edge: 10, zero: 0 }, 1);
  cursors.drawn({ edge: 10, zero: 0 });
  return cursors;
}
const xs = (cursors, seen) => ["1", "2"].map((name) => Number(cursors.x(name, seen).toFixed(6)));

test("they come in at shares of the window, and there they stay while it rolls", () => {
  const cursors = placed();
  assert.deepEqual(xs(cursors, { edge: 10, zero: 0 }), [-0.6, -0.4]);
  assert.deepEqual(xs(cursors, { edge: 11, zero: 0 }), [-0.6, -0.4]);
});

test("on what is frozen they stay with the samples", () => {
  const cursors = placed();
  cursors.follow({ edge: 10, zero: 0 }, FROZEN);
  assert.deepEqual(xs(cursors, { edge: 10, zero: 0 }), [-0.6, -0.4]);
  assert.deepEqual(xs(cursors, { edge: 10.1, zero: 0 }), [-0.7, -0.5]);
});

test("what is scrolled before it was drawn frozen has them with their samples, too", () => {
  const cursors = placed();
  cursors.follow({ edge: 9.5, zero: 0 }, FROZEN);
  assert.deepEqual(xs(cursors, { edge: 9.5, zero: 0 }), [-0.1, 0.1]);
});

test("where windows begin to stand at a trigger, they stay where they were on the screen", () => {
  const cursors = placed();
  cursors.follow({ edge: 12, zero: -0.8 }, STANDS);
  assert.deepEqual(xs(cursors, { edge: 12, zero: -0.8 }), [-0.6, -0.4]);
  assert.deepEqual(xs(cursors, { edge: 13, zero: -0.5 }), [-0.3, -0.1]);
});

test("what a link says counts from the label 0, which may be yet to come", () => {
  const cursors = new TimeCursors();
  cursors.shown = true;
  cursors.restore([0.1, 0.3]);
  cursors.follow({ edge: 5, zero: 0 }, { ...STANDS, stands: false, isEarly: true });
  cursors.follow({ edge: 6, zero: -0.5 }, STANDS);
  assert.deepEqual(xs(cursors, { edge: 6, zero: -0.5 }), [-0.4, -0.2]);
});

test("the span is in order, and there is none where they are not shown", () => {
  const cursors = placed();
  cursors.move("1", -0.1, { edge: 10, zero: 0 });
  assert.deepEqual(cursors.span({ edge: 10, zero: 0 }), [9.6, 9.9]);
  cursors.shown = false;
  assert.equal(cursors.span({ edge: 10, zero: 0 }), null);
  assert.equal(new TimeCursors().span({ edge: 10, zero: 0 }), null);
});

test("those that are nowhere to be seen come back", () => {
  const cursors = placed();
  for (const name of ["1", "2"]) cursors.move(name, -5, { edge: 10, zero: 0 });
  cursors.bringIn({ edge: 10, zero: 0 }, 1);
  assert.deepEqual(xs(cursors, { edge: 10, zero: 0 }), [-0.6, -0.4]);
});

test("one that is outside of the window comes in, and not onto the one that is there", () => {
  const cursors = placed();
  const seen = { edge: 10, zero: 0 };
  cursors.move("2", 3, seen);
  assert.deepEqual(
    ["1", "2"].map((name) => cursors.isSeen(name, seen, 1)),
    [true, false],
  );
  cursors.bringHere(seen, 1);
  assert.deepEqual(xs(cursors, seen), [-0.6, -0.4]);
  cursors.move("1", -0.41, seen);
  cursors.move("2", 3, seen);
  cursors.bringHere(seen, 1);
  assert.deepEqual(xs(cursors, seen), [-0.41, -0.6]);
});
