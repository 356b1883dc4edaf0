import assert from "node:assert/strict";
import test from "node:test";

import { marksOf, nameOf } from "../../../static/waves/js/time/epoch-marks.js";

const NOW = Date.parse("2026-11-28T20:00:00Z") / 1000;
const HOUR = 3600;
const measure = (text) => 6 * text.length;
const epoch = (number, from, to, more = {}) => ({
  ...{ epoch: number, from, to, first: 0, last: 10, rate: 1000, keys: ["a"], why: "", isTimed: false },
  stretches: [{ epoch: number, first: 0, last: 10, from, to }],
  ...more,
});
const view = (hours, width = 1000) => ({ from: NOW - hours * HOUR, to: NOW, width, zone: "utc", now: NOW });
const how = { zone: "utc", now: NOW, isLong: true };

test("what became another is said, else when it began anew", () => {
  const before = epoch(1, NOW - 9 * HOUR, NOW - 6 * HOUR);
  assert.equal(nameOf(before, epoch(2, NOW - 6 * HOUR, NOW), how), "restarted 14:00");
  assert.equal(
    nameOf(before, epoch(2, NOW - 30 * HOUR + 25 * HOUR, NOW), { ...how, isLong: false }),
    "restarted 15:00:00",
  );
  assert.equal(nameOf(before, epoch(2, NOW - 6 * HOUR, NOW, { rate: 2000 }), how), "1 kHz → 2 kHz");
  assert.equal(nameOf(before, epoch(2, NOW - 6 * HOUR, NOW, { keys: ["a", "b"] }), how), "other signals");
  assert.equal(nameOf(before, epoch(2, NOW - 8 * HOUR, NOW), how), "clock set back by 2.0 h");
  assert.equal(
    nameOf(before, epoch(2, NOW - 6 * HOUR, NOW, { why: "source: push → mqtt" }), how),
    "source: push → mqtt",
  );
  const old = epoch(1, NOW - 90 * HOUR, NOW - 80 * HOUR);
  assert.equal(nameOf(old, epoch(2, NOW - 80 * HOUR, NOW), how), "restarted 25 Nov 12:00");
});

test("the first epoch that is known began for a reason that is not", () => {
  assert.deepEqual(marksOf([epoch(1, NOW - HOUR, NOW)], view(2), measure), []);
});

test("those of the window are marked, and named where there is room", () => {
  const epochs = [epoch(1, NOW - 9 * HOUR, NOW - 6 * HOUR), epoch(2, NOW - 6 * HOUR, NOW - HOUR)];
  const marks = marksOf([...epochs, epoch(3, NOW - HOUR, NOW)], view(8), measure);
  assert.deepEqual(
    marks.map(({ epoch: number, isNamed }) => [number, isNamed]),
    [
      [2, true],
      [3, true],
    ],
  );
  assert.equal(marksOf(epochs, view(2), measure).length, 0);
});

test("many in little room are ticks, and those that nobody can tell apart are one", () => {
  const epochs = Array.from({ length: 2000 }, (_, k) => epoch(k, NOW - HOUR + k, NOW - HOUR + k + 1));
  const marks = marksOf(epochs, view(1), measure);
  assert.ok(marks.length > 100 && marks.length <= 334);
  assert.ok(marks.slice(0, -1).every(({ isNamed }) => !isNamed));
});

test("a clock that was set back says which epoch it covers", () => {
  const epochs = [epoch(1, NOW - 9 * HOUR, NOW - 2 * HOUR), epoch(2, NOW - 3 * HOUR, NOW)];
  const [mark] = marksOf(epochs, view(8), measure);
  assert.deepEqual([mark.beneath, mark.unix], [epochs[0].stretches[0], NOW - 3 * HOUR]);
});

/** An epoch of two stretches: at sample 11 its clock was set back by so many seconds. */
function setBack(by) {
  const stretches = [
    { epoch: 1, first: 0, last: 10, from: NOW - HOUR, to: NOW - 600 },
    { epoch: 1, first: 11, last: 20, from: NOW - 600 - by, to: NOW },
  ];
  return epoch(1, NOW - HOUR, NOW, { first: 0, last: 20, stretches });
}

test("a clock that was set back within an epoch is marked, and says which stretch it covers", () => {
  const epochs = [setBack(40)];
  const [mark, ...others] = marksOf(epochs, view(2), measure);
  assert.deepEqual(others, []);
  assert.deepEqual([mark.name, mark.isNamed], ["clock set back by 40 s", true]);
  assert.deepEqual([mark.unix, mark.beneath], [NOW - 640, epochs[0].stretches[0]]);
});

test("a correction of the clock is marked where as much as a pixel lies beneath", () => {
  assert.deepEqual(marksOf([setBack(0.005)], view(2), measure), []);
  const near = { ...view(0), from: NOW - 601, to: NOW - 599 };
  const [mark] = marksOf([setBack(0.005)], near, measure);
  assert.equal(mark.name, "clock set back by 6 ms");
  assert.equal(mark.beneath.first, 0);
});

test("each stretch of an epoch is named after the one before it, not after all that were", () => {
  const later = epoch(2, NOW - 300, NOW);
  const former = setBack(2000);
  former.stretches[1].to = NOW - 1000;
  const names = marksOf([former, later], view(2), measure).map(({ name }) => name);
  assert.deepEqual(names, ["clock set back by 33 min", "restarted 19:55"]);
});

test("of marks that nobody can tell apart one stays beneath which something lies", () => {
  const stretches = Array.from({ length: 500 }, (_, k) => {
    const from = NOW - HOUR + k;
    return { epoch: 1, first: 10 * k, last: 10 * k + 9, from, to: from + 5 };
  });
  const marks = marksOf([epoch(1, NOW - HOUR, NOW, { stretches })], view(1), measure);
  assert.ok(marks.length > 10 && marks.length < 100, String(marks.length));
  assert.ok(marks.every(({ beneath }) => beneath !== null));
});
