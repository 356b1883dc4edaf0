import assert from "node:assert/strict";
import test from "node:test";

import { Past } from "../../../static/waves/js/samples/past.js";
import { Record } from "../../../static/waves/js/samples/record.js";
import { counting, envelopeFrame, samplesFrame } from "./frames.mjs";

const HISTORY = 10;

/** A page that holds the last second of 20 s at 1 kHz, and a server whose answers are given. */
function looking({ first = 19_000, n = 1000 } = {}) {
  const record = new Record(1);
  record.describe({ type: "stream", handle: 1, epoch: 1, history: HISTORY, rate: 1000 });
  record.add(samplesFrame(first, [counting(first, n)]), 0);
  const asked = [];
  const past = new Past(
    record,
    (request) => new Promise((resolve) => asked.push({ ...request, resolve })),
    () => {},
  );
  return { record, past, asked };
}

const view = (edge, window, columns = 100) => ({ edge, window, columns });
const samples = ({ first, last }) => [samplesFrame(first, [counting(first, last + 1 - first)])];
const settled = () => new Promise((resolve) => setImmediate(resolve));

test("what the page holds is not asked for", () => {
  const { record, past, asked } = looking();
  assert.equal(past.source(view(19.9, 0.5)).ring, record.ring);
  assert.equal(asked.length, 0);
});

test("nor is a window that was not yet filled, wherever its first sample lies", () => {
  for (let first = 2000; first < 2040; first += 1) {
    const { record, past, asked } = looking({ first });
    record.expect({ type: "view", stride: 1, mode: "samples", first, next: first + 1000, begin: first });
    record.add(samplesFrame(first, [counting(first, 1000)]), 0);
    assert.equal(past.source(view((first + 900) / 1000, 5)).ring, record.ring);
    assert.equal(asked.length, 0, `a first sample ${first} is asked for`);
  }
});

test("what it does not hold is asked for with margins, and shown when it came", async () => {
  const { record, past, asked } = looking();
  assert.equal(past.source(view(16, 1)).ring, record.ring);
  const [{ first, last, columns, resolve }] = asked;
  assert.deepEqual([first, last], [14_500, 16_499]);
  assert.equal(columns, 200);
  resolve(samples({ first, last }));
  await settled();
  const { ring, period } = past.source(view(16, 1));
  assert.deepEqual([ring.at(0, 15_000), period], [15_000, 0.001]);
  past.source(view(16.4, 1));
  assert.equal(asked.length, 1);
});

test("one request is under way at a time", () => {
  const { past, asked } = looking();
  for (const edge of [16, 13, 12]) past.source(view(edge, 1));
  assert.equal(asked.length, 1);
});

test("columns that are too coarse for a zoom are shown until finer ones came", async () => {
  const { past, asked } = looking();
  past.source(view(18, 8));
  const stride = 64;
  const [begin, n] = [Math.ceil(asked[0].first / stride), 100];
  const rows = [counting(0, n)];
  asked[0].resolve([envelopeFrame(begin * stride, stride, rows, rows)]);
  await settled();
  const coarse = past.source(view(16, 8)).ring;
  assert.equal(coarse.stride, stride);
  assert.equal(past.source(view(12, 0.1)).ring, coarse);
  assert.ok(asked[1].last - asked[1].first <= 200);
  asked[1].resolve(samples(asked[1]));
  await settled();
  assert.equal(past.source(view(12, 0.1)).ring.stride, 1);
});

test("what is not kept any more is asked for once", async () => {
  const { past, asked } = looking();
  past.source(view(12, 1));
  asked[0].resolve([]);
  await settled();
  past.source(view(12, 1));
  past.source(view(12, 1));
  assert.equal(asked.length, 1);
});

test("a request that was lost is made again", async () => {
  const { past, asked } = looking();
  past.source(view(12, 1));
  asked[0].resolve(null);
  await settled();
  past.source(view(12, 1));
  assert.equal(asked.length, 2);
});

test("before the server's history no more than the view, and nothing to come, is asked for", () => {
  const { past, asked } = looking();
  const { first, end } = past.span();
  assert.ok(Math.abs(first - (end - HISTORY)) < 1e-9);
  past.source(view(11, 0.9));
  assert.ok(asked[0].first >= 9_998);
  const other = looking();
  other.past.source(view(10.5, 1));
  assert.equal(other.asked[0].first, 9_500);
});

test("the beginning of the history is asked for as it was when it was gone to", async () => {
  const { record, past, asked } = looking();
  const edge = past.span().first + 0.5;
  record.add(samplesFrame(20_000, [counting(20_000, 40)]), 0);
  past.source(view(edge, 0.5));
  assert.ok(asked[0].first <= 9_999, `from ${asked[0].first}`);
  asked[0].resolve(samples(asked[0]));
  await settled();
  assert.equal(past.source(view(edge, 0.5)).ring.at(0, 10_000), 10_000);
  assert.equal(past.isCoarse, false);
});

test("nor is what came before the server had anything of the stream", () => {
  const { record, past, asked } = looking();
  record.expect({ type: "view", stride: 1, mode: "samples", first: 19_000, next: 20_000, begin: 15_000 });
  assert.equal(past.span().first, 15);
  past.source(view(15.5, 1));
  assert.equal(asked[0].first, 15_000);
});

test("a frozen view stays with the samples of an epoch that is over", () => {
  const { record, past, asked } = looking();
  const { ring } = record;
  record.describe({ type: "stream", handle: 1, epoch: 2, history: HISTORY, rate: 1000 });
  past.begin(true);
  assert.equal(past.source(view(19.9, 0.5)).ring, ring);
  assert.ok(past.isFormer);
  // It began anew where this ends.
  assert.deepEqual(past.restarts(), [past.span().end]);
  past.source(view(12, 1));
  assert.equal(asked.length, 0);
  past.release();
  assert.equal(past.isFormer, false);
  // What came after it began there, as far as it is held.
  record.expect({ type: "view", stride: 1, mode: "samples", first: 0, next: 500, begin: 0 });
  record.add(samplesFrame(0, [counting(0, 500)], { epoch: 2 }), 1);
  assert.deepEqual(past.restarts(), [0]);
});

test("answers of an epoch that ended meanwhile are not kept", async () => {
  const { record, past, asked } = looking();
  past.source(view(12, 1));
  record.describe({ type: "stream", handle: 1, epoch: 2, history: HISTORY, rate: 1000 });
  past.begin(false);
  asked[0].resolve(samples(asked[0]));
  await settled();
  record.add(samplesFrame(0, [counting(0, 100)], { epoch: 2 }), 0);
  assert.equal(past.source(view(0.05, 0.01)).ring, record.ring);
});

test("a signal too many for one answer is asked for in fewer columns", () => {
  const record = new Record(1);
  record.describe({ type: "stream", handle: 1, epoch: 1, history: HISTORY, rate: 1000 });
  record.add(
    samplesFrame(
      19_000,
      Array.from({ length: 60 }, () => counting(0, 10)),
    ),
    0,
  );
  const asked = [];
  new Past(
    record,
    (request) => asked.push(request) && new Promise(() => {}),
    () => {},
  ).source(view(16, 4, 2000));
  assert.ok(asked[0].columns * 4 * 60 <= 262_144);
});

test("on a timed clock the past is asked for by the mean rate and shown by its times", async () => {
  const timed = { clock: "timed", dt: 0, t0: 500 };
  const record = new Record(1);
  record.describe({ type: "stream", handle: 1, epoch: 1, history: 600, rate: 10 });
  const times = Float64Array.from(counting(0, 100), (k) => 40 + k / 10);
  record.add(samplesFrame(400, [counting(400, 100)], { ...timed, times }), 0);
  const asked = [];
  const past = new Past(
    record,
    (request) => new Promise((resolve) => asked.push({ ...request, resolve })),
    () => {},
  );
  assert.equal(past.source(view(50, 5)).ring, record.ring);
  past.source(view(30, 5));
  assert.ok(asked[0].first <= 250 && asked[0].last >= 300, JSON.stringify(asked[0]));
  const { first, last, resolve } = asked[0];
  const n = last + 1 - first;
  resolve([
    samplesFrame(first, [counting(first, n)], {
      ...timed,
      times: Float64Array.from(counting(first, n), (k) => k / 10),
    }),
  ]);
  await settled();
  const { ring } = past.source(view(30, 5));
  assert.equal(ring.timeAt(300), 30);
});
