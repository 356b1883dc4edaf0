import assert from "node:assert/strict";
import test from "node:test";

import { betweenCodes, levelOf, nameAt, ofStates } from "../../../static/waves/js/trigger/named-levels.js";
import { INITIAL } from "../../../static/waves/js/trigger/settings.js";
import { Trigger } from "../../../static/waves/js/trigger/trigger.js";

const DOOR = { 0: "closed", 1: "ajar", 2: "open", 7: "gone" };
/** closed, open, ajar, gone, ajar, closed, ajar, open */
const COURSE = [0, 0, 2, 2, 1, 7, 7, 1, 0, 1, 2, 2];

/** The states that a trigger of this slope fires on, with its level at the name. */
function fired(name, slope) {
  const level = levelOf("level", name, DOOR, slope);
  const trigger = new Trigger({ slope, level, hysteresis: 0 }, 1);
  return trigger.feed(0, Float64Array.from(COURSE)).map(({ sample, fraction }) => sample + (fraction > 0 ? 1 : 0));
}

test("the level at a name fires at the sample that brings the state, and not where it stays", () => {
  assert.deepEqual(fired("gone", "rising"), [5]);
  assert.deepEqual(fired("closed", "falling"), [8]);
  assert.deepEqual(fired("open", "rising"), [2, 5, 10]);
  assert.deepEqual(fired("ajar", "falling"), [4, 7]);
});

test("what a level fires on is what the field says, however it was typed", () => {
  for (const slope of ["rising", "falling", "either"]) {
    for (const name of Object.values(DOOR)) {
      for (const field of ["level", "low", "high"]) {
        const level = levelOf(field, name.toUpperCase(), DOOR, slope);
        assert.equal(nameAt(field, level, DOOR, slope), name, `${field} ${slope} ${name}`);
      }
    }
  }
});

test("a window holds the states from its low to its high", () => {
  assert.deepEqual([levelOf("low", "ajar", DOOR, "rising"), levelOf("high", "open", DOOR, "rising")], [0.5, 2.5]);
});

test("what is no name is no level, and a hysteresis has none", () => {
  assert.equal(levelOf("level", "shut", DOOR, "rising"), null);
  assert.equal(levelOf("level", "open", undefined, "rising"), null);
  assert.equal(levelOf("hysteresis", "open", DOOR, "rising"), null);
  assert.equal(nameAt("hysteresis", 0, DOOR, "rising"), null);
  assert.equal(nameAt("level", 9, DOOR, "rising"), null);
  assert.equal(nameAt("level", null, DOOR, "rising"), null);
});

test("levels that nobody chose lie between two states, without a hysteresis; those that were chosen stay", () => {
  for (const [low, high] of [
    [0, 1],
    [0, 2],
    [0, 63],
    [-3, 4],
  ]) {
    const { level, hysteresis, low: least, high: most } = ofStates({ ...INITIAL }, low, high);
    assert.ok(level > low && level < high && level % 1 !== 0, `${low} ${high} ${level}`);
    assert.equal(hysteresis, 0);
    assert.ok(least < most);
  }
  assert.equal(ofStates({ ...INITIAL, level: 0.25 }, 0, 1).level, 0.25);
  assert.deepEqual([0.1, 0.9, 1, -0.2].map(betweenCodes), [0.5, 0.5, 1.5, -0.5]);
});
