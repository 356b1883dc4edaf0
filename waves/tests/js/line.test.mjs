import assert from "node:assert/strict";
import test from "node:test";

import {
  choiceOf,
  choicesText,
  choose,
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
  const text = choicesText();
  readChoices("");
  assert.equal(choicesText(), "");
  readChoices(text);
  assert.deepEqual(choiceOf("a:b,c %"), { line: "straight", missing: "" });
  assert.deepEqual(choiceOf("ü"), { line: "", missing: "joined" });
  assert.equal(choicesText(), text);
  readChoices("");
});

test("what cannot be read is no choice", () => {
  for (const text of ["a", "a:zigzag", "a::?", ":::", "a:toString", "%:step"]) {
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
