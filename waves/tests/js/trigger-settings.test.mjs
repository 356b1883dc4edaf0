import assert from "node:assert/strict";
import test from "node:test";
import { TriggerFields } from "../../../static/waves/js/trigger/fields.js";
import {
  allCome,
  forServer,
  fromState,
  initialMode,
  problemOf,
  toState,
  withLevels,
} from "../../../static/waves/js/trigger/settings.js";
import { FIELDS, SCHEMA } from "./trigger-fields.mjs";

test("settings go into the address and come back", () => {
  const settings = {
    ...fromState({}, FIELDS),
    signal: "sine",
    slope: "falling",
    level: -0.25,
    holdoff: 0.01,
    position: 0.5,
  };
  const state = Object.fromEntries(
    Object.entries(toState(settings, FIELDS)).map(([key, value]) => [key, String(value)]),
  );
  assert.deepEqual(fromState(state, FIELDS), settings);
});

test("of another kind's fields the address says nothing", () => {
  assert.deepEqual(toState({ ...fromState({}, FIELDS), level: 1, low: -2, high: 2, longer: 3 }, FIELDS), { tlevel: 1 });
});

test("what cannot be read is as at the beginning", () => {
  const state = { tslope: "sideways", tlevel: "high", tholdoff: "-1", tposition: "2", tshorter: "0", tkind: "" };
  assert.deepEqual(fromState(state, FIELDS), fromState({}, FIELDS));
});

test("levels that nobody chose lie in the signal", () => {
  const { level, low, high, hysteresis } = withLevels(fromState({}, FIELDS), { low: -0.4, high: 1.6, noise: 0 });
  assert.deepEqual([level, low, high, hysteresis], [0.6, 0.1, 1.1, 0.04]);
  assert.equal(withLevels({ ...fromState({}, FIELDS), level: 5 }, { low: -1, high: 1, noise: 0 }).level, 5);
});

test("what the server would refuse is a problem in words", () => {
  const settings = withLevels(fromState({}, FIELDS), { low: -1, high: 1, noise: 0 });
  assert.equal(problemOf(settings), null);
  assert.match(problemOf({ ...settings, kind: "pulse", longer: 2, shorter: 1 }), /Longer/);
  assert.match(problemOf({ ...settings, kind: "window", low: 1, high: 1 }), /Low/);
  assert.match(problemOf({ ...settings, kind: "window", hysteresis: 9 }), /hysteresis/);
  // Only the kind that is chosen counts.
  assert.equal(problemOf({ ...settings, low: 9 }), null);
});

test("a stream with a long window rolls, one with a short window stands", () => {
  assert.deepEqual([initialMode(0.2), initialMode(2)], ["auto", "off"]);
});

test("the server is told what is chosen, and nothing that is null", () => {
  const told = forServer({ ...fromState({ tlevel: "1", thysteresis: "0" }, FIELDS), signal: "sine" }, "single");
  assert.equal(told.mode, "normal");
  assert.deepEqual([told.signal, told.level, "low" in told, "shorter" in told], ["sine", 1, false, false]);
});

test("the server finds triggers where its budget does not hold all samples", () => {
  const description = { rate: 125_000, signals: [{}, {}], sample_type: "float32" };
  assert.equal(allCome(description), true);
  assert.equal(allCome({ ...description, sample_type: "float64" }), false);
});

test("what may stand in a field is what the server says", () => {
  assert.deepEqual(
    [FIELDS.isAllowed("hysteresis", -1), FIELDS.isAllowed("shorter", 0), FIELDS.isAllowed("holdoff", 2e7)],
    [false, false, false],
  );
  assert.deepEqual([FIELDS.isAllowed("shorter", 1e-9), FIELDS.isAllowed("level", -1e9)], [true, true]);
  assert.deepEqual([FIELDS.isAllowed("position", 1), FIELDS.isAllowed("position", 1.01)], [true, false]);
});

test("a kind that the server adds is one that an address may name, with its own fields", () => {
  const kinds = [...SCHEMA.kind.choices, "runt"];
  const kind = { kinds, choices: kinds };
  const fields = new TriggerFields({ ...SCHEMA, kind, low: { ...SCHEMA.low, kinds: ["window", "runt"] } });
  const settings = fromState({ tkind: "runt", tlow: "2", tlevel: "3" }, fields);
  assert.equal(settings.kind, "runt");
  assert.deepEqual(toState(settings, fields), { tkind: "runt", tlow: 2 });
});
