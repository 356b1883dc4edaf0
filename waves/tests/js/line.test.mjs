import assert from "node:assert/strict";
import test from "node:test";

import {
  choiceOf,
  choicesText,
  choose,
  isInLane,
  lineOf,
  longestOf,
  readChoices,
} from "../../../static/waves/js/samples/line.js";

const RELAY = { key: "relay", line: "step", missing: "held" };

test("a line is as the description says, and straight with holes where it says nothing or what nobody knows", () => {
  assert.deepEqual(lineOf(RELAY), { shape: "step", missing: "held", smooth: true });
  for (const signal of [{}, { key: "a" }, { key: "a", line: "zigzag", missing: "?" }]) {
    assert.deepEqual(lineOf(signal), { shape: "linear", missing: "hole", smooth: true });
  }
});

test("what this browser chose comes first, each by itself", () => {
  choose("relay", { line: "points" });
  assert.deepEqual(lineOf(RELAY), { shape: "points", missing: "held", smooth: false });
  choose("relay", { line: "", missing: "joined" });
  assert.deepEqual(lineOf(RELAY), { shape: "step", missing: "joined", smooth: true });
  assert.equal(lineOf({ key: "other" }).missing, "hole");
  readChoices("");
});

test("choices are kept as a text and read again, whatever keys are", () => {
  choose("a:b,c %", { line: "straight" });
  choose("ü", { missing: "joined" });
  choose("none", {});
  choose("door", { lane: "plot" });
  const text = choicesText();
  readChoices("");
  assert.equal(choicesText(), "");
  readChoices(text);
  assert.deepEqual(choiceOf("a:b,c %"), { line: "straight", missing: "", lane: "" });
  assert.deepEqual(choiceOf("ü"), { line: "", missing: "joined", lane: "" });
  assert.deepEqual(choiceOf("door"), { line: "", missing: "", lane: "plot" });
  assert.equal(choicesText(), text);
  readChoices("");
});

test("what has names for its values goes in steps and stands in a lane, until this browser chooses", () => {
  const door = { key: "door", states: { 0: "closed", 1: "open" } };
  assert.equal(isInLane(door), true);
  assert.equal(lineOf(door).shape, "step");
  choose("door", { line: "straight" });
  assert.equal(lineOf(door).shape, "step");
  choose("door", { lane: "plot" });
  assert.deepEqual([isInLane(door), lineOf(door).shape], [false, "linear"]);
  choose("door", { line: "" });
  assert.equal(lineOf(door).shape, "step");
  assert.equal(lineOf({ ...door, line: "points" }).shape, "points");
  readChoices("");
});

test("a signal without names stands in a lane where this browser chose that, and is held there", () => {
  assert.equal(isInLane({ key: "pump" }), false);
  choose("pump", { lane: "lane" });
  assert.deepEqual([isInLane({ key: "pump" }), lineOf({ key: "pump" }).shape], [true, "step"]);
  readChoices("");
});

test("what cannot be read is no choice", () => {
  for (const text of ["a", "a:zigzag", "a::?", ":::", "a:toString", "%:step", "a:step::cellar"]) {
    readChoices(text);
    assert.equal(lineOf({ key: "a" }).shape, "linear", text);
  }
  readChoices("");
});

test("there is a longest interval on a timed clock only, where one is told", () => {
  assert.equal(longestOf({ clock: "timed", longest_interval: 2 }), 2);
  for (const longest_interval of [null, undefined, 0, -1, NaN, "2"]) {
    assert.equal(longestOf({ clock: "timed", longest_interval }), Infinity);
  }
  assert.equal(longestOf({ clock: "regular", longest_interval: 2 }), Infinity);
});
