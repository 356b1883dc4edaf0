import assert from "node:assert/strict";
import test from "node:test";

import { joined } from "../../../static/waves/js/samples/joined-past.js";
import { pieceOf, timeOf } from "../../../static/waves/js/samples/recorded-tiles.js";
import { Ring } from "../../../static/waves/js/samples/ring.js";
import { counting, envelopeFrame, samplesFrame } from "./frames.mjs";

const how = (more = {}) => ({
  signals: 1,
  secondsOf: (piece, k) => timeOf(piece, k) - 1000,
  placesOf: (_, count) => Array.from({ length: count }, (_, k) => k),
  live: null,
  ...more,
});
const samples = (first, n, more = {}) => pieceOf(samplesFrame(first, [counting(first, n)], more));
const timesOf = (ring) => Array.from({ length: ring.next }, (_, k) => Math.round(ring.timeAt(k) * 1e6) / 1e6);
const valuesOf = (ring, row = 0) => [...ring.slice(row, ring.first, ring.next)];

test("samples that follow each other are one run, whatever frames they came in", () => {
  const { ring, envelope, between, isWhole } = joined([samples(5, 5), samples(0, 5)], how());
  assert.deepEqual(valuesOf(ring), counting(0, 10));
  assert.deepEqual(
    timesOf(ring),
    counting(0, 10).map((k) => k / 1000),
  );
  assert.deepEqual([envelope, isWhole, between, ring.gaps], [false, true, [], []]);
});

test("what lacks within an epoch is a gap, and what lies between two epochs is none", () => {
  const next = samples(0, 5, { epoch: 2, t0: 1001 });
  const { ring, between } = joined([samples(0, 5), samples(8, 2), next], how());
  assert.deepEqual(ring.gaps, [{ first: 5, next: 6 }]);
  assert.deepEqual(valuesOf(ring).map(Number.isNaN).map(Number), [0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0]);
  assert.equal(between.length, 1);
  assert.deepEqual([between[0].before, between[0].after], [1, 2]);
  assert.ok(Math.abs(between[0].from - 0.01) < 1e-6 && Math.abs(between[0].to - 1) < 1e-6);
});

test("columns beside samples make columns of all of them, at the middle of each", () => {
  const columns = pieceOf(envelopeFrame(0, 4, [[-1, -2]], [[1, 2]]));
  const { ring, envelope, longest } = joined([columns, samples(8, 2)], how());
  assert.ok(envelope);
  assert.deepEqual(timesOf(ring), [0.002, 0.006, 0.008, 0.009]);
  assert.deepEqual(
    [valuesOf(ring, 0), valuesOf(ring, 1)],
    [
      [-1, -2, 8, 9],
      [1, 2, 8, 9],
    ],
  );
  assert.ok(longest >= 0.004);
});

test("a column that two tiles have stands once", () => {
  const [one, two] = [
    pieceOf(envelopeFrame(0, 4, [[0, 1, 2]], [[0, 1, 2]])),
    pieceOf(envelopeFrame(8, 4, [[2, 3]], [[2, 3]])),
  ];
  assert.deepEqual(valuesOf(joined([one, two], how()).ring), [0, 1, 2, 3]);
});

test("where a clock was set back the later epoch is drawn, and times only go on", () => {
  const later = samples(0, 4, { epoch: 2, t0: 1000.005 });
  const { ring } = joined([samples(0, 20), later], how());
  const times = timesOf(ring).filter((_, k) => !Number.isNaN(ring.at(0, k)));
  assert.deepEqual(
    times,
    [...times].sort((a, b) => a - b),
  );
  assert.deepEqual(times.slice(5, 9), [0.005, 0.006, 0.007, 0.008]);
  assert.deepEqual(
    valuesOf(ring)
      .filter((value) => !Number.isNaN(value))
      .slice(0, 9),
    [0, 1, 2, 3, 4, 0, 1, 2, 3],
  );
});

test("signals go by their keys: one that an epoch did not have is missing there", () => {
  const before = pieceOf(
    samplesFrame(0, [
      [1, 1],
      [2, 2],
    ]),
  );
  const after = pieceOf(samplesFrame(0, [[3, 3]], { epoch: 2, t0: 1001 }));
  const placesOf = (epoch) => (epoch === 1 ? [1, null] : [0, null]);
  const { ring } = joined([before, after], how({ signals: 2, placesOf }));
  assert.deepEqual(valuesOf(ring, 0), [2, 2, NaN, 3, 3]);
  assert.ok(valuesOf(ring, 1).every(Number.isNaN));
});

test("an epoch of which nothing is known is not drawn as another's", () => {
  const { ring } = joined([samples(0, 5)], how({ placesOf: () => null }));
  assert.equal(ring.next, 0);
});

/** Samples 100 to before 200 at 1 kHz, live. */
function live(more = {}) {
  const ring = new Ring({ rows: 1, capacity: 100 });
  ring.write(100, [Float32Array.from(counting(100, 100))]);
  return { source: { ring, period: 0.001, envelope: false }, from: 0.1, to: 0.2, columns: 1000, epoch: 1, ...more };
}

test("what is live goes on where the recording ends", () => {
  const { ring, isWhole, between } = joined([samples(90, 10)], how({ live: live() }));
  assert.deepEqual(valuesOf(ring), counting(90, 110));
  assert.ok(isWhole);
  assert.deepEqual([between, ring.gaps], [[], []]);
});

test("of what is recorded and live alike, what is live counts", () => {
  const { ring } = joined([samples(90, 50)], how({ live: live() }));
  assert.deepEqual(valuesOf(ring), counting(90, 110));
});

test("more of what is live than can be seen is folded, and no spike is lost", () => {
  const seen = live({ columns: 10 });
  seen.source.ring.write(150, [Float32Array.of(9999)]);
  const { ring, envelope } = joined([], how({ live: seen }));
  assert.ok(envelope && ring.next < 20);
  assert.ok(valuesOf(ring, 1).includes(9999));
});

test("a gap of what is live is one here, too", () => {
  const seen = live();
  seen.source.ring.write(203, [Float32Array.of(1, 2)]);
  const { ring } = joined([], how({ live: { ...seen, to: 0.3 } }));
  assert.equal(ring.gaps.length, 1);
  assert.equal(ring.gaps[0].next - ring.gaps[0].first, 3);
});

test("columns by time are one run over all epochs, with holes where there was none", () => {
  const frame = (t0, rows) => pieceOf(envelopeFrame(0, 1 << 20, rows, rows, { flags: 8, epoch: 0, t0, dt: 10 }));
  const { ring, between } = joined([frame(1000, [[1, 2]]), frame(1020, [[3]]), frame(1100, [[4]])], how());
  assert.deepEqual(valuesOf(ring), [1, 2, 3, NaN, 4]);
  assert.deepEqual([between.length, ring.gaps.length], [1, 0]);
});

/** Samples of 1 kHz of one epoch whose clock was set back by 60 ms at sample 100. */
const setBack = (first, n) => samples(first, n, { t0: 1000 + first / 1000 - (first < 100 ? 0 : 0.06) });

/** Each value that is there, by its time in milliseconds. */
function byMillisecond(ring) {
  const found = new Map();
  for (const [k, value] of valuesOf(ring).entries()) {
    if (!Number.isNaN(value)) found.set(Math.round(timesOf(ring)[k] * 1e3), value);
  }
  return found;
}

test("within an epoch the later stretch is drawn over the time that both have, wherever tiles meet", () => {
  const whole = [setBack(0, 100), setBack(100, 100)];
  const tiles = [setBack(0, 64), setBack(100, 24), setBack(64, 36), setBack(124, 76)];
  for (const pieces of [whole, tiles, [...tiles].reverse()]) {
    const found = byMillisecond(joined(pieces, how()).ring);
    assert.deepEqual([...found.keys()], counting(0, 140));
    assert.deepEqual([...found.values()], [...counting(0, 40), ...counting(100, 100)]);
  }
});

test("what a later stretch does not cover is drawn, before it and behind it", () => {
  for (const pieces of [
    [setBack(0, 100), setBack(100, 20)],
    [setBack(0, 50), setBack(100, 20), setBack(50, 50)],
  ]) {
    const found = byMillisecond(joined(pieces, how()).ring);
    assert.deepEqual([...found.keys()], counting(0, 100));
    assert.deepEqual([...found.values()], [...counting(0, 40), ...counting(100, 20), ...counting(60, 40)]);
  }
});

test("columns of an epoch whose clock was set back stand by their times, too", () => {
  const column = (sample, lows, t0) => pieceOf(envelopeFrame(sample, 4, [lows], [lows], { t0 }));
  // Sample 18 is the first after the clock was set, and its column has samples of both.
  const before = column(0, [0, 1, 2, 3, 4], 1000);
  const after = column(16, [4, 5, 6, 7], 1000.004);
  const { ring, envelope } = joined([before, after], how());
  assert.ok(envelope);
  const found = valuesOf(ring).filter((value) => !Number.isNaN(value));
  assert.deepEqual(found, [0, 4, 5, 6, 7]);
});

test("samples of a timed clock go by their times where it was set back", () => {
  const timed = (first, times) =>
    samples(first, times.length, { clock: "timed", dt: 0, t0: 1000, times: Float64Array.from(times) });
  const { ring } = joined([timed(0, [0, 0.1, 0.2, 0.9]), timed(4, [0.15, 0.4, 0.5])], how());
  assert.deepEqual(timesOf(ring), [0, 0.1, 0.15, 0.4, 0.5, 0.9]);
  assert.deepEqual(valuesOf(ring), [0, 1, 4, 5, 6, 3]);
});

test("of one stretch that is seen alone samples stand by their own numbers, whatever it covers", () => {
  const { regular } = joined([setBack(50, 50), setBack(100, 60)], how());
  assert.deepEqual([regular.ring.first, regular.ring.next, regular.ring.at(0, 120)], [100, 160, 120]);
  assert.ok(Math.abs(regular.shift + 0.06) < 1e-6);
});
