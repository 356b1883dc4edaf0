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
