import assert from "node:assert/strict";
import test from "node:test";
import { ANSWER } from "../../../static/waves/js/protocol/frames.js";
import { HistoryRequests } from "../../../static/waves/js/protocol/history-requests.js";
import { Past } from "../../../static/waves/js/samples/past.js";
import { Record } from "../../../static/waves/js/samples/record.js";
import { Timebase } from "../../../static/waves/js/time/timebase.js";
import { samplesFrame } from "./frames.mjs";

/** Of 1 kHz at 25 frames a second. */
const FRAME = 40;
const RATE = 1000;
/** No two samples are alike, and each is a float32. */
const sampleAt = (index) => (index * 7919) % 2 ** 24;
const made = (first, n) => Float32Array.from({ length: n }, (_, k) => sampleAt(first + k));
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** A page by its modules, on a clock that the test turns; the server answers what it asks. */
class Page {
  now = 100;
  next = 0;
  record = new Record(1);
  timebase = new Timebase(2);
  requests = new HistoryRequests((message) => this.asked.push(message));
  asked = [];

  constructor() {
    const ask = ({ first, last, columns }) => this.requests.ask({ handle: 1, epoch: 1, first, last, columns }, 1);
    this.past = new Past(this.record, ask, () => {});
    this.record.describe({ type: "stream", handle: 1, epoch: 1, history: 120, rate: RATE });
    this.record.expect({ type: "view", stride: 1, mode: "samples", first: 0, next: 0 });
  }

  take(frame) {
    if (this.requests.take(frame)) return;
    this.record.add(frame, this.now);
    this.timebase.live.arrived(this.record.end, this.now);
  }

  /** So many seconds pass, and their samples come. */
  pass(seconds) {
    for (let frame = 0; frame < (seconds * RATE) / FRAME; frame += 1, this.next += FRAME) {
      this.now += FRAME / RATE;
      this.take(samplesFrame(this.next, [made(this.next, FRAME)]));
    }
  }

  /** The server's answer to what was asked, among what is live. */
  async answer() {
    for (const { id, first, last } of this.asked.splice(0)) {
      this.requests.answered({ type: "history", id, frames: 1 });
      this.take(samplesFrame(first, [made(first, last + 1 - first)], { flags: ANSWER }));
    }
    await settled();
  }

  source(edge) {
    const source = this.past.source({ edge, window: 0.1, columns: 1200 });
    return { ...source, edge };
  }
}

/** Every sample of a ring is the one that was made. */
function check(ring, first, next) {
  assert.deepEqual([ring.first, ring.next, ring.gaps], [first, next, []]);
  assert.deepEqual(ring.slice(0, first, next), made(first, next - first));
}

test("a pause of 60 s at 1 kHz leaves nothing out of the ring", async () => {
  const page = new Page();
  page.pass(3);
  page.timebase.hold(page.timebase.edge(page.now));
  const held = page.timebase.edge(page.now);
  page.pass(60);
  assert.equal(page.timebase.edge(page.now), held);
  page.timebase.resume();
  assert.ok(page.timebase.edge(page.now) > 62.8);
  check(page.record.ring, 0, 63 * RATE);
  assert.equal(page.record.lost, 0);
});

test("looking at a past that the page does not hold meanwhile changes nothing of what it holds", async () => {
  const page = new Page();
  // It opened late: the server keeps a minute that came before.
  page.next = 60 * RATE;
  page.pass(3);
  page.timebase.hold(20);
  for (let second = 0; second < 60; second += 1) {
    page.pass(1);
    page.source(20 + second / 10);
    page.pass(0.2);
    await page.answer();
    const { ring } = page.source(20 + second / 10);
    const index = 20 * RATE + second * 100 - 50;
    assert.equal(ring.at(0, index), sampleAt(index));
  }
  page.timebase.resume();
  page.past.release();
  check(page.record.ring, 60 * RATE, page.next);
  assert.equal(page.next, (60 + 3 + 72) * RATE);
  assert.equal(page.record.lost, 0);
});
