import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { parse, WireError } from "../../../static/waves/js/protocol/frames.js";

const golden = JSON.parse(readFileSync(new URL("../protocol/golden_frames.json", import.meta.url), "utf8"));

const bytes = (hex) => new Uint8Array(Buffer.from(hex, "hex")).buffer;
const numbers = (rows) => rows.map((row) => Array.from(row, (v) => (Number.isNaN(v) ? null : v)));

test("there are golden frames", () => {
  assert.ok(golden.frames.length > 5 && golden.malformed.length > 10);
});

for (const { name, hex, frame: expected } of golden.frames) {
  test(`the golden frame "${name}" is read`, () => {
    const [frame, ...rest] = parse(bytes(hex));
    assert.equal(rest.length, 0);
    const { values, min, max, times, ...header } = expected;
    for (const [field, value] of Object.entries(header)) assert.equal(frame[field], value, field);
    if (values) assert.deepEqual(numbers(frame.values), rounded(values, expected));
    if (min) assert.deepEqual(numbers(frame.minima), rounded(min, expected));
    if (max) assert.deepEqual(numbers(frame.maxima), rounded(max, expected));
    assert.deepEqual(frame.times ? [...frame.times] : undefined, times);
  });
}

function rounded(rows, { sampleType }) {
  const round = sampleType === "float32" ? Math.fround : Number;
  return rows.map((row) => row.map((value) => (value === null ? null : round(value))));
}

for (const { name, hex } of golden.malformed) {
  test(`the malformed message "${name}" is refused`, () => {
    assert.throws(() => parse(bytes(hex)), WireError);
  });
}

for (const { name, hex, samples } of golden.joined) {
  test(`the joined message "${name}" is read whole`, () => {
    assert.deepEqual(
      parse(bytes(hex)).map((frame) => frame.sample),
      samples,
    );
  });
}

test("values are views into the message, not copies", () => {
  const buffer = bytes(golden.frames[0].hex);
  assert.equal(parse(buffer)[0].values[0].buffer, buffer);
});

test("every cut of a good message is refused", () => {
  const buffer = bytes(golden.frames[1].hex);
  for (let length = 0; length < buffer.byteLength; length += 1) {
    assert.throws(() => parse(buffer.slice(0, length)), WireError);
  }
});
