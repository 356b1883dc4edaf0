import assert from "node:assert/strict";
import test from "node:test";
import { SWEEP } from "../../../static/waves/js/protocol/frames.js";
import { Record } from "../../../static/waves/js/samples/record.js";
import { Assembly, sweepLength } from "../../../static/waves/js/samples/sweep-assembly.js";
import { crossingOf, SentSweeps } from "../../../static/waves/js/trigger/sent-sweeps.js";
import { counting, envelopeFrame, samplesFrame } from "./frames.mjs";

const sweepFrame = (first, values) => samplesFrame(first, [values], { flags: SWEEP });
const view = (more) => ({ type: "view", stride: 1, mode: "sweeps", first: 0, next: 0, ...more });

test("frames that follow one another make one sweep, a jump begins the next", () => {
  const assembly = new Assembly(10);
  assert.equal(assembly.take(sweepFrame(100, counting(100, 6))), null);
  assert.equal(assembly.take(sweepFrame(500, counting(500, 6))), null);
  const ring = assembly.take(sweepFrame(506, counting(506, 4)));
  assert.deepEqual([ring.first, ring.next, ring.at(0, 509)], [500, 510, 509]);
});

test("a sweep has five samples more than its window", () => {
  assert.equal(sweepLength(0.001, 1e6), 1005);
  assert.equal(sweepLength(0.0025, 1000), 8);
});

test("the crossing lies after the margin and the part before the trigger", () => {
  const ring = new Assembly(15).take(sweepFrame(40, counting(-4, 15)));
  // 10 samples, position 0.2: between the fifth and the sixth of them.
  assert.deepEqual(crossingOf(ring, { levels: [0.25], position: 0.2, signal: 0 }), {
    at: 44,
    crossing: { sample: 44, fraction: 0.25 },
  });
  assert.deepEqual(crossingOf(ring, { levels: [0], position: 0.2, signal: 0 }).crossing, { sample: 44, fraction: 0 });
  assert.equal(crossingOf(ring, { levels: [5], position: 0.2, signal: 0 }).crossing, null);
});

test("the crossing of a line that goes on lies where the line does", () => {
  const values = Float32Array.from([0, 0, -1, NaN, NaN, NaN, 3, 3, 3, 3]);
  const ring = new Assembly(10).take(sweepFrame(40, values));
  // 5 samples, position 0.2: after the fourth of the sweep.
  const crossing = (missing, level) =>
    crossingOf(ring, { levels: [level], position: 0.2, signal: 0, line: { shape: "linear", missing } }).crossing;
  assert.deepEqual(crossing("joined", 0.5), { sample: 43, fraction: 0.5 });
  assert.deepEqual(crossing("held", 0.5), { sample: 46, fraction: 0 });
  assert.equal(crossing("hole", 0.5), null);
});

function started() {
  const record = new Record(1);
  record.describe({ type: "stream", handle: 1, epoch: 1, rate: 1000 });
  record.expect(view(), 0.01);
  record.add(sweepFrame(1000, counting(0, 15)), 0);
  return record;
}

test("the last whole sweep is what is held, and nothing between two of them is lost", () => {
  const record = started();
  assert.equal(record.ring.first, 1000);
  record.add(sweepFrame(5000, counting(0, 7)), 0.1);
  assert.equal(record.ring.first, 1000);
  record.add(sweepFrame(5007, counting(7, 8)), 0.1);
  assert.deepEqual([record.ring.first, record.ring.next, record.lost], [5000, 5015, 0]);
  assert.deepEqual([record.end, record.swept], [5014 * 0.001, record.ring]);
});

test("what comes after sweeps fills another ring, and nothing is lost in between", () => {
  const record = started();
  const sweep = record.ring;
  record.expect(view({ mode: "columns", stride: 16, first: 4096, next: 4128 }), 1);
  record.add(envelopeFrame(4096, 16, [[0, 1]], [[2, 3]]), 1);
  assert.notEqual(record.ring, sweep);
  assert.deepEqual([record.envelope, record.lost], [true, 0]);
  record.expect(view({ mode: "samples", first: 5000, next: 5000 }), 1);
  record.add(samplesFrame(5007, [[1, 2]]), 2);
  assert.deepEqual([record.ring.first, record.lost], [5007, 7]);
});

const one = (edge, isTriggered = true) => ({ source: {}, trigger: isTriggered ? { at: edge } : null, edge });

test("auto shows what comes, and says whether it was triggered", () => {
  const sent = new SentSweeps("auto");
  assert.deepEqual([sent.update(0).state, sent.update(0).edge], ["auto", null]);
  sent.add(one(1), 0);
  assert.deepEqual([sent.update(0.1).state, sent.update(0.1).edge], ["triggered", 1]);
  sent.add(one(2, false), 0.3);
  assert.deepEqual([sent.update(0.3).state, sent.update(0.3).edge], ["auto", 2]);
});

test("normal keeps the last sweep and is armed when no more come", () => {
  const sent = new SentSweeps("normal");
  sent.add(one(1), 0);
  sent.add(one(2, false), 0.1);
  assert.deepEqual([sent.update(0.2).state, sent.update(0.2).edge], ["triggered", 1]);
  assert.deepEqual([sent.update(5).state, sent.update(5).edge], ["armed", 1]);
});

test("single stops after one, until it is armed again", () => {
  const sent = new SentSweeps("single");
  sent.add(one(1, false), 0);
  assert.equal(sent.update(0).state, "armed");
  sent.add(one(2), 0.1);
  sent.add(one(3), 0.2);
  assert.deepEqual([sent.update(9).state, sent.update(9).edge], ["stopped", 2]);
  sent.arm();
  assert.deepEqual([sent.update(9).state, sent.update(9).edge], ["armed", 2]);
  sent.add(one(4), 10);
  assert.equal(sent.update(10).edge, 4);
});
