import assert from "node:assert/strict";
import test from "node:test";

import { Newest } from "../../../static/waves/js/samples/newest.js";
import { envelopeFrame, samplesFrame } from "./frames.mjs";

/** Answers from samples that a function of the index gives, up to `newest`; and what was asked for. */
function server(signal, newest) {
  const asked = [];
  const ask = async ({ first, last }) => {
    asked.push({ first, last });
    const end = Math.min(last, newest.sample);
    return end < first
      ? []
      : [samplesFrame(first, [Array.from({ length: end + 1 - first }, (_, k) => signal(first + k))])];
  };
  return { asked, newest: new Newest(ask) };
}

test("now is the newest sample of each signal, whatever is drawn", () => {
  const newest = new Newest();
  assert.ok(Number.isNaN(newest.value(0)));
  newest.take(
    samplesFrame(0, [
      [1, 2, 3],
      [4, 5, NaN],
      [NaN, NaN, NaN],
    ]),
    0,
  );
  assert.deepEqual(
    [0, 1, 2].map((k) => newest.value(k)),
    [3, 5, NaN],
  );
  newest.take(samplesFrame(3, [[NaN], [NaN], [7]]), 1);
  assert.deepEqual(
    [0, 1, 2].map((k) => newest.value(k)),
    [3, 5, 7],
  );
});

test("what comes of the past changes nothing", () => {
  const newest = new Newest();
  newest.take(samplesFrame(100, [[9]]), 0);
  newest.take(samplesFrame(0, [[1, 2, 3]]), 1);
  assert.equal(newest.value(0), 9);
});

test("of columns it is asked for, as neither extreme need be the newest", async () => {
  const { asked, newest } = server((i) => i / 1000, { sample: 4095 });
  newest.take(envelopeFrame(0, 1024, [[-1, -1, -1, -1]], [[1, 1, 1, 1]]), 0);
  await newest.look(10, 1000, false);
  assert.equal(newest.value(0), Math.fround(4.095));
  assert.equal(asked[0].last, 4095);
  await newest.look(11, 1000, false);
  assert.equal(asked.length, 1);
});

test("columns that come while an answer is under way make it ask no more than a few", async () => {
  const newest = new Newest(async ({ first, last }) => {
    asked.push(last - first);
    newest.take(envelopeFrame(last + 1, 1024, [[-1]], [[1]]), 0);
    return [samplesFrame(first, [Array(last + 1 - first).fill(0.5)])];
  });
  const asked = [];
  newest.take(envelopeFrame(0, 1024, [[-1]], [[1]]), 0);
  for (let now = 10; now < 13; now += 0.3) await newest.look(now, 1000, false);
  assert.equal(newest.value(0), 0.5);
  assert.ok(asked.length === 10 && asked.every((count) => count < 64), String(asked));
});

test("a column of one value tells the newest by itself", async () => {
  const { asked, newest } = server(() => 0, { sample: 4095 });
  newest.take(envelopeFrame(0, 1024, [[-1, 5]], [[1, 5]]), 0);
  await newest.look(10, 1000, false);
  assert.equal(newest.value(0), 5);
  assert.equal(asked.length, 0);
});

test("where the newest are missing, it looks further back until there is a value", async () => {
  const { asked, newest } = server((i) => (i % 5000 === 0 ? i : NaN), { sample: 8191 });
  newest.take(envelopeFrame(0, 1024, [Array(8).fill(-1)], [Array(8).fill(1)]), 0);
  for (let now = 10; now < 13; now += 0.3) await newest.look(now, 1000, false);
  assert.equal(newest.value(0), 5000);
  assert.ok(asked.length < 5 && asked.every(({ first, last }) => last - first < 262_144), JSON.stringify(asked));
});

test("where even the most that can be asked for has none, there is no value, and it asks rarely", async () => {
  const { asked, newest } = server(() => NaN, { sample: 524_287 });
  newest.take(samplesFrame(0, [[1]]), 0);
  newest.take(envelopeFrame(0, 65_536, [Array(8).fill(-1)], [Array(8).fill(1)]), 0);
  for (let now = 10; now < 16; now += 0.3) await newest.look(now, 1000, false);
  assert.ok(Number.isNaN(newest.value(0)));
  assert.ok(asked.length < 8, String(asked.length));
});

test("where sweeps come, what lies after them is asked for, a few times a second", async () => {
  const { asked, newest } = server((i) => i, { sample: 1500 });
  newest.take(samplesFrame(0, [[1, 2, 3]]), 0);
  await newest.look(1.5, 1000, true);
  assert.equal(newest.value(0), 1500);
  await newest.look(1.6, 1000, true);
  assert.equal(asked.length, 1);
});

test("another epoch forgets it, and an answer of the former one is left out", async () => {
  let answer;
  const newest = new Newest(
    () =>
      new Promise((resolve) => {
        answer = resolve;
      }),
  );
  newest.take(envelopeFrame(0, 1024, [[-1]], [[1]]), 0);
  const looking = newest.look(10, 1000, false);
  newest.begin();
  newest.take(samplesFrame(0, [[3]]), 11);
  answer([samplesFrame(1000, [[7]])]);
  await looking;
  assert.equal(newest.value(0), 3);
});
