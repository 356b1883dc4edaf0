import assert from "node:assert/strict";
import test from "node:test";
import { DEFAULTS } from "../../../static/waves/js/spectrum/analyser.js";
import { analysis, CHOICES, fromState, INITIAL, toState } from "../../../static/waves/js/spectrum/options.js";

const texts = (state) => Object.fromEntries(Object.entries(state).map(([key, value]) => [key, String(value)]));

test("options as they are at first need no words in a link", () => {
  assert.deepEqual(toState(fromState({})), {});
});

test("every option is written and read again", () => {
  const options = { ...INITIAL, hold: true };
  for (const [name, { offered }] of Object.entries(CHOICES)) {
    const other = Object.keys(offered).find((value) => value !== String(INITIAL[name]));
    options[name] = typeof INITIAL[name] === "number" ? Number(other) : other;
  }
  assert.deepEqual(fromState(texts(toState(options))), options);
});

test("what is not offered is left as it is at first", () => {
  assert.deepEqual(fromState({ fw: "toString", fn: "1000", fs: "x" }), { ...INITIAL, hold: false });
});

test("the transform is told its own options, and not those of the axes", () => {
  assert.deepEqual(Object.keys(analysis(INITIAL)).sort(), Object.keys(DEFAULTS).sort());
});
