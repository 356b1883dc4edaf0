import assert from "node:assert/strict";
import test from "node:test";

import { Follower, viewOf } from "../../../static/waves/js/streams/follower.js";
import { counting, envelopeFrame, samplesFrame } from "./frames.mjs";

const SIGNAL = { key: "a", name: "A", unit: "V", colour: "" };
const STREAM = {
  handle: 1,
  slug: "sine",
  name: "Sine",
  rate: 1000,
  window: 2,
  sample_type: "float32",
  epoch: 1,
  clock: "regular",
  state: "live",
  message: "",
  signals: [SIGNAL],
};
const VIEW = { type: "view", handle: 1, epoch: 1, stride: 1, mode: "samples", first: 0, next: 0 };

/** A follower that has seen `n` samples, the last at page second 10. */
function following(n, more = {}) {
  const follower = new Follower({ ...STREAM, ...more });
  follower.subscription(300, 9);
  follower.describe({ ...STREAM, ...more });
  follower.expect(VIEW);
  follower.add(samplesFrame(0, [counting(0, n)]), 10);
  return follower;
}

test("a stream is asked for at the width of its card, within the server's bounds", () => {
  assert.deepEqual(viewOf(STREAM, 330.4), { window: 2, columns: 330, budget: 1000 });
  assert.equal(viewOf(STREAM, 0).columns, 16);
  assert.equal(viewOf(STREAM, 5000).columns, 1024);
});

test("a dear stream is shown with a window in which its columns cost at most 20 kB/s", () => {
  for (const [rate, signals] of [
    [1_000_000, 4],
    [200_000, 3],
    [50_000, 1],
  ]) {
    const stream = { ...STREAM, rate, window: 0.001, signals: Array(signals).fill(SIGNAL) };
    const { window, columns } = viewOf(stream, 350);
    const stride = 2 ** Math.floor(Math.log2(Math.max(1, (window * rate) / columns)));
    const cost = (rate / stride) * signals * (stride > 1 ? 8 : 4);
    assert.ok(cost <= 20_000, `${rate} Hz × ${signals}: ${cost} B/s`);
  }
});

test("a cheap stream keeps its window, and so does one that is long enough", () => {
  assert.equal(viewOf({ ...STREAM, window: 0.02 }, 350).window, 0.02);
  assert.equal(viewOf({ ...STREAM, rate: 1e6, window: 60 }, 350).window, 60);
});

test("it asks for the whole window first, and then for what it lacks", () => {
  const follower = following(500);
  assert.deepEqual(follower.subscription(300, 10.5).since, { epoch: 1, sample: 500 });
  assert.equal(new Follower(STREAM).subscription(300, 0).since, undefined);
});

test("after longer than a window, or at another width, it asks for the whole window", () => {
  assert.equal(following(500).subscription(300, 12.5).since, undefined);
  assert.equal(following(500).subscription(600, 10.5).since, undefined);
});

test("a view is asked for only where it changes", () => {
  const follower = following(500);
  assert.equal(follower.changedView(300), null);
  assert.equal(follower.changedView(400).columns, 400);
  follower.describe({ ...STREAM, window: 5 });
  assert.equal(follower.changedView(400).window, 5);
  assert.equal(follower.changedView(400), null);
});

test("a picture ends with the newest pixel that is complete, and is given once", () => {
  const follower = following(2000);
  const picture = follower.picture(10.1, 300, "");
  const perPixel = 2000 / 300;
  assert.ok(picture.traces[0].high > 1999 - perPixel - 1, String(picture.traces[0].high));
  assert.equal(follower.picture(10.1, 300, picture.signature), null);
});

test("there is no picture before there is anything to draw", () => {
  const follower = new Follower(STREAM);
  assert.equal(follower.picture(0, 300, ""), null);
});

test("signals of one unit share a range, others have their own", () => {
  const signals = ["V", "V", "°C"].map((unit, k) => ({ ...SIGNAL, key: String(k), unit }));
  const follower = new Follower({ ...STREAM, signals });
  follower.subscription(300, 9);
  follower.describe({ ...STREAM, signals });
  follower.expect(VIEW);
  const between = (low, high) => counting(0, 2000).map((k) => low + (high - low) * (k / 1999));
  follower.add(samplesFrame(0, [between(0, 1), between(0, 100), between(20, 21)]), 10);
  const ranges = follower.picture(10, 300, "").traces.map(({ range }) => range);
  assert.equal(ranges[0], ranges[1]);
  assert.ok(ranges[0].max >= 99 && ranges[2].max < 40 && ranges[2].min > 0);
});

test("columns are drawn with both of their extremes", () => {
  const follower = new Follower(STREAM);
  follower.subscription(300, 9);
  follower.describe(STREAM);
  follower.expect({ ...VIEW, stride: 4, mode: "columns" });
  const highs = counting(1, 500);
  follower.add(envelopeFrame(0, 4, [highs.map((high) => -high)], [highs]), 10);
  const [trace] = follower.picture(10, 300, "").traces;
  assert.ok(trace.high > 495 && trace.low === -trace.high, `${trace.low} to ${trace.high}`);
});

test("another epoch begins anew: its ranges, its time, its position", () => {
  const follower = following(2000);
  follower.picture(10, 300, "");
  follower.describe({ ...STREAM, epoch: 2 });
  assert.equal(follower.picture(10, 300, ""), null);
  follower.expect({ ...VIEW, epoch: 2 });
  follower.add(samplesFrame(0, [Array(100).fill(0.1)], { epoch: 2 }), 11);
  assert.ok(follower.picture(11, 300, "").traces[0].range.max < 1);
  assert.deepEqual(follower.subscription(300, 11.1).since, { epoch: 2, sample: 100 });
});

test("of a timed stream that stopped, the last of it stays", () => {
  const timed = { ...STREAM, clock: "timed" };
  const follower = new Follower(timed);
  follower.subscription(300, 9);
  follower.describe(timed);
  follower.expect(VIEW);
  const times = Float64Array.of(0, 1);
  follower.add(samplesFrame(0, [[1, 2]], { clock: "timed", dt: 0, times }), 10);
  assert.ok(follower.picture(20, 300, "").edge > 5);
  follower.describe({ ...timed, state: "stopped" });
  assert.equal(follower.picture(30, 300, "").edge, 1);
});

test("the newest sample of a slow stream is drawn at once, and moves on until the next comes", () => {
  const stream = { ...STREAM, rate: 0.1, window: 100 };
  const follower = new Follower(stream);
  follower.subscription(300, 9);
  follower.describe(stream);
  follower.expect(VIEW);
  follower.add(samplesFrame(0, [[0, 1, 2]], { dt: 10 }), 10);
  follower.add(samplesFrame(3, [[3]], { dt: 10 }), 20);
  assert.deepEqual([...follower.picture(20, 300, "").traces[0].points.slice(-2)], [0, 3]);
  const [x] = follower.picture(24, 300, "").traces[0].points.slice(-2);
  assert.ok(Math.abs(x - -4) < 1e-9, String(x));
});

test("a card draws steps, holds the last state to now, and joins or breaks as the stream says", () => {
  const signals = [
    { ...SIGNAL, line: "step" },
    { ...SIGNAL, key: "b" },
    { ...SIGNAL, key: "c", missing: "joined" },
  ];
  const stream = { ...STREAM, signals, clock: "timed", rate: 1, window: 10, longest_interval: 3 };
  const follower = new Follower(stream);
  follower.subscription(300, 9);
  follower.describe(stream);
  follower.expect(VIEW);
  const row = [1, NaN, 3, 4];
  const times = Float64Array.of(0, 1, 2, 6);
  follower.add(samplesFrame(0, [[1, 2, 3, 4], row, row], { clock: "timed", dt: 0, times }), 10);
  const [steps, holes, joined] = follower.picture(12, 300, "").traces.map(({ points }) => [...points]);
  assert.deepEqual(steps, [-8, 1, -7, 1, -7, 2, -6, 2, -6, 3, -2, 3, -2, 4, 0, 4]);
  assert.deepEqual(holes, [-8, 1, NaN, NaN, -6, 3, NaN, NaN, -2, 4]);
  assert.deepEqual(joined, [-8, 1, -6, 3, NaN, NaN, -2, 4]);
});
