import assert from "node:assert/strict";
import test from "node:test";
import { ANSWER } from "../../../static/waves/js/protocol/frames.js";
import { Record } from "../../../static/waves/js/samples/record.js";
import { counting, envelopeFrame, samplesFrame } from "./frames.mjs";

const description = (more) => ({ type: "stream", handle: 1, epoch: 1, state: "live", ...more });
const view = (more) => ({ type: "view", stride: 1, mode: "samples", first: 0, next: 0, ...more });

function started(first = 0, n = 10) {
  const record = new Record(1);
  record.describe(description());
  record.add(samplesFrame(first, [counting(first, n)]), 0);
  return record;
}

test("frames go into the ring and the position follows", () => {
  const record = started(100);
  assert.deepEqual(record.position, { epoch: 1, sample: 110 });
  assert.equal(record.ring.at(0, 105), 105);
  assert.equal(record.end, 109 * 0.001);
});

test("before anything came there is no position", () => {
  assert.equal(new Record(1).position, null);
});

test("frames of another stream, or of an epoch that is over, are left out", () => {
  const record = started();
  assert.equal(record.add(samplesFrame(10, [[1]], { handle: 2 }), 0), null);
  assert.equal(record.add(samplesFrame(10, [[1]], { epoch: 0 }), 0), null);
  assert.equal(record.ring.next, 10);
});

test("a jump is counted as lost, an answer with the past is not", () => {
  const record = started(100);
  record.add(samplesFrame(115, [counting(115, 5)]), 0);
  assert.equal(record.lost, 5);
  record.add(samplesFrame(50, [counting(50, 50)], { flags: ANSWER }), 0);
  assert.equal(record.lost, 5);
  assert.equal(record.position.sample, 120);
});

test("another epoch begins an empty ring that says that something stood before", () => {
  const record = started();
  assert.equal(record.describe(description({ epoch: 2 })), true);
  assert.equal(record.position, null);
  record.add(samplesFrame(0, [[1, 2]], { epoch: 2 }), 0);
  assert.equal(record.ring.afterCut, true);
  assert.equal(record.describe(description({ epoch: 2 })), false);
});

test("so does one whose beginning never came; a ring that begins later says nothing of it", () => {
  const record = started();
  record.describe(description({ epoch: 2 }));
  record.add(samplesFrame(64, [counting(64, 64)], { epoch: 2 }), 0);
  assert.equal(record.ring.afterCut, true);
  record.expect(view({ stride: 16, mode: "columns", next: 128 }));
  record.add(envelopeFrame(96, 16, [[1, 2]], [[3, 4]], { epoch: 2, flags: ANSWER }), 0);
  assert.equal(record.envelope, true);
  assert.equal(record.ring.afterCut, false);
});

test("an epoch that a frame tells first begins just so", () => {
  const record = started();
  assert.deepEqual(record.add(samplesFrame(0, [[1, 2]], { epoch: 2 }), 0), { restarted: true });
  assert.equal(record.epoch, 2);
});

test("the first epoch has no cut before it", () => {
  assert.equal(started().ring.afterCut, false);
});

test("another stride is shown only when its past is complete", () => {
  const record = started(0, 64);
  const samples = record.ring;
  record.expect(view({ stride: 16, mode: "columns", next: 64 }));
  record.add(envelopeFrame(0, 16, [[0, 16]], [[15, 31]], { flags: ANSWER }), 0);
  assert.equal(record.ring, samples);
  record.add(envelopeFrame(32, 16, [[32, 48]], [[47, 63]], { flags: ANSWER }), 0);
  assert.notEqual(record.ring, samples);
  assert.deepEqual([record.envelope, record.ring.stride, record.dt], [true, 16, 0.016]);
  assert.deepEqual([...record.ring.slice(0, 0, 4)], [0, 16, 32, 48]);
  assert.deepEqual([...record.ring.slice(1, 0, 4)], [15, 31, 47, 63]);
});

test("a window of another stride that begins later than what came has lost nothing in between", () => {
  const record = new Record(1);
  record.describe(description());
  record.expect(view({ stride: 16, mode: "columns", next: 32 }));
  record.add(envelopeFrame(0, 16, [[0, 16]], [[15, 31]], { flags: ANSWER }), 0);
  record.expect(view({ first: 40, next: 50 }));
  record.add(samplesFrame(40, [counting(40, 10)], { flags: ANSWER }), 0);
  assert.deepEqual([record.ring.first, record.lost], [40, 0]);
  record.add(samplesFrame(53, [counting(53, 10)]), 0);
  assert.equal(record.lost, 3);
});

test("the same stride goes on in the same ring", () => {
  const record = started();
  const { ring } = record;
  record.expect(view({ next: 10 }));
  record.add(samplesFrame(0, [counting(0, 10)], { flags: ANSWER }), 0);
  assert.equal(record.ring, ring);
});

test("the rate is measured from positions and arrivals", () => {
  const record = new Record(1);
  for (let k = 0; k <= 100; k += 1) record.add(samplesFrame(40 * k, [counting(0, 40)]), 0.04 * k);
  assert.ok(Math.abs(record.rate(4) - 1000) < 1e-6);
  assert.equal(record.rate(60), 0);
});

test("wall time is that of the newest label", () => {
  const record = started();
  record.add(samplesFrame(10, [[1]], { t0: 5000 }), 0);
  assert.ok(Math.abs(record.wallTime(0.012) - 5000.002) < 1e-9);
});

test("a timed clock counts seconds from its first label", () => {
  const record = new Record(1);
  const timed = { clock: "timed", dt: 0 };
  record.add(samplesFrame(0, [[1, 2]], { ...timed, t0: 500, times: Float64Array.of(0, 0.5) }), 0);
  record.add(samplesFrame(2, [[3]], { ...timed, t0: 502, times: Float64Array.of(0) }), 0);
  assert.deepEqual(
    [0, 1, 2].map((index) => record.ring.timeAt(index)),
    [0, 0.5, 2],
  );
  assert.equal(record.end, 2);
  assert.equal(record.wallTime(2), 502);
});
