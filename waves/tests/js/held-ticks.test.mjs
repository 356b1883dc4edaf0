import assert from "node:assert/strict";
import test from "node:test";
import { FineTicks, TriggerTicks } from "../../../static/waves/js/time/held-ticks.js";

const unix = (text) => Date.parse(text) / 1000;
const NOW = unix("2026-11-26T20:00:00Z");
/** The stream's second 0 was then. */
const BEGAN = unix("2026-11-26T16:51:00.25Z");
const view = { window: 2, width: 1000, zone: "utc" };
const ofClock = (ticks, edge, changes = {}) =>
  ticks.update({ ...view, ...changes, edge }, (x) => BEGAN + edge + x, NOW);

test("marks stand on round times of the clock, and say the minute once", () => {
  const { marks, note } = ofClock(new FineTicks(), 10.13);
  assert.equal(note, "16:51 UTC");
  assert.deepEqual(
    marks.map(({ text }) => text),
    ["08.4", "08.6", "08.8", "09.0", "09.2", "09.4", "09.6", "09.8", "10.0", "10.2"],
  );
  for (const { x, text } of marks) assert.ok(Math.abs(BEGAN + 10.13 + x - unix(`2026-11-26T16:51:${text}Z`)) < 1e-6);
});

test("they move with the samples, and a minute that begins is said", () => {
  const ticks = new FineTicks();
  const before = ofClock(ticks, 10.13).marks;
  const x = before[5].x;
  const { marks } = ofClock(ticks, 10.14);
  assert.equal(marks, before);
  assert.ok(Math.abs(x - 0.01 - marks[5].x) < 1e-9);
  const texts = ofClock(ticks, 60.2).marks.map(({ text }) => text);
  assert.deepEqual(texts.slice(5, 8), ["59.6", "59.8", "00.0"].slice(0, 3));
});

test("microseconds are told, and whole seconds are left to the clock", () => {
  const { marks } = ofClock(new FineTicks(), 10, { window: 1e-5 });
  assert.equal(marks.length, 11);
  assert.equal(marks[10].text, "10.250000");
  assert.ok(marks.every(({ x }, n) => Math.abs(x - (n - 10) * 1e-6) < 1e-7));
  assert.equal(ofClock(new FineTicks(), 10, { window: 10 }), null);
  assert.equal(
    new FineTicks().update({ ...view, edge: 3 }, () => NaN, NOW),
    null,
  );
});

test("labels have room on a phone", () => {
  const { marks } = ofClock(new FineTicks(), 10.13, { width: 310 });
  assert.ok(marks.length <= 5 && marks.length >= 3);
});

test("from a trigger they count in divisions, the last one with the unit", () => {
  const ticks = new TriggerTicks();
  const { marks } = ticks.update({ zero: -0.013, window: 0.02, width: 1000 });
  assert.deepEqual(
    marks.map(({ text }) => text),
    ["−6", "−4", "−2", "0", "2", "4", "6", "8", "10", "12 ms"].slice(0, marks.length - 1).concat("12 ms"),
  );
  assert.equal(marks.length, 10);
  assert.ok(Math.abs(marks[3].x + 0.013) < 1e-12);
});
