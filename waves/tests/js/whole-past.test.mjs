import assert from "node:assert/strict";
import test from "node:test";

import { Past } from "../../../static/waves/js/samples/past.js";
import { Record } from "../../../static/waves/js/samples/record.js";
import { WholePast } from "../../../static/waves/js/samples/whole-past.js";
import { counting, envelopeFrame, samplesFrame } from "./frames.mjs";

/** Unix seconds at which the live epoch, 2, begins; the recording begins an hour before, with epoch 1. */
const BEGIN = 1_700_000_000;
const HOUR = 3600;
const settled = () => new Promise((resolve) => setImmediate(resolve));

const live = (first, n) => samplesFrame(first, [counting(first, n)], { epoch: 2, t0: BEGIN + first / 1000 });

/** A page that holds the last second of 20 s at 1 kHz, of a stream that is recorded. */
function looking(more = {}) {
  const record = new Record(1);
  const signals = [{ key: "a", name: "A", unit: "V", colour: "" }];
  const said = { handle: 1, epoch: 2, history: 1, rate: 1000, clock: "regular", signals, state: "live" };
  record.describe({ ...said, recorded_since: BEGIN - HOUR, ...more });
  record.add(live(19_000, 1000), 0);
  const asked = [];
  const whole = new WholePast(record, {
    samples: (asking) => new Promise((resolve) => asked.push({ ...asking, resolve })),
    epochs: async () => ({ recorded_since: BEGIN - HOUR, epochs: [], more: false }),
    came: () => {},
  });
  const past = new Past(
    record,
    async () => null,
    () => {},
  );
  past.whole = whole;
  return { record, past, whole, asked };
}

/** Columns of a quarter of a second, of epoch 1, over all that is asked for. */
function columnsOf({ from, to }) {
  const stride = 256;
  const first = Math.floor(((from - (BEGIN - HOUR)) * 1000) / stride);
  const n = Math.floor(((Math.min(to, BEGIN - 60) - from) * 1000) / stride);
  const row = counting(first, n);
  return [
    envelopeFrame(first * stride, stride, [row], [row], { t0: BEGIN - HOUR + (first * stride) / 1000, epoch: 1 }),
  ];
}

test("seconds of the stream go on below 0, by the clock, for what was before its epoch", () => {
  const { whole, past } = looking();
  assert.equal(whole.first, -HOUR);
  assert.equal(whole.wallTime(-10), BEGIN - 10);
  assert.equal(whole.secondsAt(BEGIN - 10), -10);
  assert.deepEqual(past.span(), { first: -HOUR, end: 19.999 });
});

test("only what begins before memory is of the recording", () => {
  const { past } = looking();
  const reaches = (edge, window, running = false) => past.reaches({ edge, window, columns: 100 }, running);
  assert.equal(reaches(19.9, 0.5), false);
  assert.equal(reaches(19.9, 5), true);
  assert.equal(reaches(19.9, 5, true), true);
  const none = looking({ recorded_since: null });
  assert.equal(none.past.reaches({ edge: 19.9, window: 5, columns: 100 }, false), false);
  assert.deepEqual(none.past.span().first, 18.999);
});

test("a window over a restart has both epochs, each at its time, and shades what is between", async () => {
  const { past, asked } = looking();
  const view = { edge: 19.9, window: 2000, columns: 1000 };
  past.source(view);
  assert.ok(asked[0].from <= BEGIN - 1981 && asked[0].to >= BEGIN);
  asked[0].resolve(columnsOf(asked[0]));
  await settled();
  const { ring, between, envelope } = past.source(view);
  assert.ok(envelope && ring.times);
  assert.equal(between.length, 1);
  assert.ok(Math.abs(between[0].from + 60) < 0.6 && Math.abs(between[0].to - 19) < 0.01, JSON.stringify(between));
  const last = ring.next - 1;
  assert.ok(ring.timeAt(last) < 19.9001 && ring.timeAt(last) > 19.8);
  assert.equal(ring.at(1, last), 19_900);
  const k = Array.from({ length: ring.next }, (_, at) => at).find((at) => ring.timeAt(at) >= -1000);
  assert.ok(Math.abs(ring.at(0, k) - (HOUR - 1000) / 0.256) < 1.5);
});

test("of the live epoch alone it is a ring as what is live is, to the last digit", async () => {
  const { past, asked } = looking();
  const view = { edge: 19.5, window: 1.5, columns: 1000 };
  past.source(view);
  asked[0].resolve([live(17_000, 2500)]);
  await settled();
  const { ring, period, regular } = past.source(view);
  assert.deepEqual([ring.times, period, regular], [null, 0.001, null]);
  assert.deepEqual([ring.at(0, 18_000), ring.at(0, 19_499)], [18_000, 19_499]);
});

test("a view that is frozen while the stream restarts goes on in the recording", () => {
  const { record, past } = looking();
  const said = { ...record.description, epoch: 3 };
  record.describe(said);
  past.begin(true);
  assert.equal(past.isFormer, true);
  assert.equal(past.rebased(19.5, 100), null);
  record.add(samplesFrame(0, [counting(0, 10)], { epoch: 3, t0: BEGIN + 50 }), 0);
  assert.equal(past.rebased(19.5, 101), null, "its end is yet to be recorded");
  assert.ok(Math.abs(past.rebased(19.5, 108) - (19.5 - 50)) < 1e-6);
  assert.equal(past.isFormer, false);
});

test("where nothing is live the recording's end is known by its epochs", async () => {
  const record = new Record(1);
  const signals = [{ key: "a" }];
  record.describe({ handle: 1, epoch: 2, signals, rate: 1000, recorded_since: BEGIN - HOUR, state: "stopped" });
  const epoch = { epoch: 1, first: 0, last: 9, from: BEGIN - HOUR, to: BEGIN - 60, rate: 1000, signals, why: "" };
  const whole = new WholePast(record, {
    samples: async () => [],
    epochs: async () => ({ recorded_since: BEGIN - HOUR, epochs: [epoch], more: false }),
    came: () => {},
  });
  assert.ok(Number.isNaN(whole.end));
  whole.epochs.want(BEGIN - HOUR, BEGIN);
  await new Promise((resolve) => setTimeout(resolve, 300));
  whole.epochs.want(BEGIN - HOUR, BEGIN);
  await settled();
  assert.equal(whole.wallTime(whole.end), BEGIN - 60);
});

test("it says why a window is not measured sample by sample", () => {
  const { whole } = looking();
  assert.equal(whole.lackOfSamples(100), "");
  assert.match(whole.lackOfSamples(2000), /over a million/);
  assert.match(looking({ clock: "timed" }).whole.lackOfSamples(1), /not evenly spaced/);
});

test("all samples of a window are asked for once it rests, and are those of the newest epoch", async () => {
  const { whole, asked } = looking();
  assert.equal(whole.samples(-100, -90), null);
  assert.equal(asked.length, 0);
  await new Promise((resolve) => setTimeout(resolve, 450));
  whole.samples(-100, -90);
  assert.deepEqual([asked[0].from, asked[0].to, asked[0].columns], [BEGIN - 100, BEGIN - 90, undefined]);
  const older = samplesFrame(0, [counting(0, 10)], { epoch: 0, t0: BEGIN - 100 });
  asked[0].resolve([older, samplesFrame(5000, [counting(5000, 100)], { epoch: 1, t0: BEGIN - 95 })]);
  await settled();
  const { ring, period, shift, isWhole } = whole.samples(-100, -90);
  assert.deepEqual([ring.first, ring.next, period, isWhole], [5000, 5100, 0.001, false]);
  assert.ok(Math.abs(5000 * period + shift + 95) < 1e-6);
});

/** A recorded stream of one epoch whose clock was set back by 40 s at second 100, and which is at second 130 now. */
function setBack(more = {}) {
  const page = looking({ epoch: 2, history: 1, ...more });
  const { record } = page;
  const label = (first) => BEGIN + first / 1000 - (first < 100_000 ? 0 : 40);
  page.at = (first, n) => samplesFrame(first, [counting(first, n)], { epoch: 2, t0: label(first) });
  record.add(page.at(99_000, 1000), 0);
  record.add(page.at(100_000, 30_000), 0);
  const [first, second] = [
    { epoch: 2, first: 0, last: 99_999, from: BEGIN, to: BEGIN + 99.999 },
    { epoch: 2, first: 100_000, last: 129_999, from: BEGIN + 60, to: BEGIN + 89.999 },
  ];
  return { ...page, first, second };
}

/** What a source has, by whole seconds of the stream. */
function bySecond({ ring, period }) {
  const found = new Map();
  for (let k = ring.first; k < ring.next; k += 1) {
    const seconds = ring.times ? ring.timeAt(k) : k * period;
    const isWhole = Math.abs(seconds - Math.round(seconds)) < 1e-5;
    if (isWhole && !Number.isNaN(ring.at(0, k))) found.set(Math.round(seconds), ring.at(0, k));
  }
  return found;
}

test("what was before the clock was set back stands at the times that it was given, under what came after", async () => {
  const { past, whole, asked, at } = setBack();
  // Second 130 of the stream is second 90 of the clock; 20 s before the step the clock was at second 40.
  assert.ok(Math.abs(whole.wallTime(130) - (BEGIN + 90)) < 1e-5);
  assert.ok(Math.abs(whole.wallTime(80) - (BEGIN + 40)) < 1e-5);
  const view = { edge: 129, window: 49, columns: 30_000 };
  for (let k = 0; k < 2; k += 1) {
    past.source(view);
    const { from, to } = asked[k];
    assert.ok(
      from >= BEGIN + 37 && to < BEGIN + 64,
      `by the times that it was given: ${from - BEGIN} to ${to - BEGIN}`,
    );
    asked[k].resolve([at(30_000, 70_000), at(100_000, 30_000)]);
    await settled();
  }
  const found = bySecond(past.source(view));
  assert.deepEqual([found.get(81), found.get(99)], [41_000, 59_000]);
  assert.deepEqual([found.get(101), found.get(129)], [101_000, 129_000]);
});

test("a window that reaches before the step is of the recording, though memory has what was before", () => {
  const { past } = setBack({ history: 60 });
  const reaches = (edge, window, running = false) => past.reaches({ edge, window, columns: 100 }, running);
  assert.equal(reaches(129, 20), false);
  assert.equal(reaches(129, 35), true);
  assert.equal(reaches(129, 35, true), true);
});

test("what lies beneath is asked for by its place and by times, whatever the rate is", async () => {
  for (const clock of ["regular", "timed"]) {
    const { past, whole, asked, first, at } = setBack({ clock });
    whole.lookBeneath(first);
    const view = { edge: 129, window: 49, columns: 1000 };
    past.source(view);
    const { epoch, from, to } = asked[0];
    assert.deepEqual([epoch, asked[0].first, asked[0].last], [2, 0, 99_999]);
    assert.ok(
      from >= BEGIN && from <= BEGIN + 40 && to >= BEGIN + 89 && to <= BEGIN + 99.999,
      JSON.stringify(asked[0]),
    );
    asked[0].resolve([at(30_000, 70_000)]);
    await settled();
    const found = bySecond(past.source(view));
    assert.deepEqual([found.get(81), found.get(125)], [41_000, 85_000]);
    assert.ok(Math.abs(past.span().end - 139.999) < 1e-3, "its end is yet to come by the clock as it is now");
    whole.lookBeneath(null);
    assert.ok(past.span().end < 131);
  }
});

test("all samples of what lies beneath are asked for by its place and by times", async () => {
  const { whole, asked, first, at } = setBack();
  whole.lookBeneath(first);
  whole.samples(100, 120);
  await new Promise((resolve) => setTimeout(resolve, 450));
  whole.samples(100, 120);
  const { from, to, ...place } = asked[0];
  assert.ok(Math.abs(from - BEGIN - 60) < 1e-5 && Math.abs(to - BEGIN - 80) < 1e-5);
  assert.deepEqual([place.epoch, place.first, place.last, place.columns], [2, 0, 99_999, undefined]);
  asked[0].resolve([at(60_000, 20_000)]);
  await settled();
  const { ring, isWhole } = whole.samples(100, 120);
  assert.deepEqual([ring.first, ring.next, isWhole], [60_000, 80_000, true]);
});

test("of samples of both the later stretch is measured, and it is said that these are not all", async () => {
  const { whole, asked, at } = setBack();
  whole.samples(90, 120);
  await new Promise((resolve) => setTimeout(resolve, 450));
  whole.samples(90, 120);
  asked[0].resolve([at(50_000, 30_000), at(100_000, 20_000)]);
  await settled();
  const { ring, isWhole } = whole.samples(90, 120);
  assert.deepEqual([ring.first, ring.next, isWhole], [100_000, 120_000, false]);
});

test("where the clock goes back what is held of the times that come again is asked for anew", async () => {
  const { record, past, asked } = looking({ epoch: 2 });
  record.add(samplesFrame(99_000, [counting(99_000, 1000)], { epoch: 2, t0: BEGIN + 99 }), 0);
  const view = { edge: 99, window: 90, columns: 100 };
  for (let k = 0; k < 3; k += 1) {
    past.source(view);
    asked[k]?.resolve([]);
    await settled();
  }
  const [{ from, to }] = asked;
  past.source(view);
  assert.ok(asked.length <= 3, "what is there is asked for no more");
  record.add(samplesFrame(100_000, [counting(100_000, 30_000)], { epoch: 2, t0: BEGIN + 60 }), 0);
  const before = asked.length;
  past.source({ edge: 129, window: 90, columns: 100 });
  const again = asked.slice(before);
  assert.ok(again.some((each) => each.from < to && each.to > from));
});

test("on a timed clock columns are narrower than the rate says where samples are denser", async () => {
  const { past, asked } = looking({ clock: "timed", rate: 1 });
  const view = { edge: 15, window: 0.1, columns: 1000 };
  past.source(view);
  const [{ from, to, columns }] = asked;
  assert.ok((to - from) / columns > 0.2, "as its rate says at first");
  const dense = envelopeFrame(0, 64, [[0]], [[1]], { epoch: 2, t0: BEGIN + 14, clock: "timed", dt: 0, times: [0] });
  asked[0].resolve([dense]);
  await settled();
  past.source(view);
  const last = asked[asked.length - 1];
  assert.ok((last.to - last.from) / last.columns < 0.05, JSON.stringify(last));
});

test("the finest clock of a window is that of its own epochs, whatever is live", async () => {
  const { whole, record } = looking();
  const signals = [{ key: "a" }];
  const said = (epoch, from, to, rate, clock = "regular") => ({ epoch, from, to, rate, clock, signals });
  const epochs = [
    said(1, BEGIN - 3000, BEGIN - 2000, 10),
    said(2, BEGIN - 1900, BEGIN - 1000, 1e6),
    said(3, BEGIN - 900, BEGIN - 800, 1, "timed"),
  ];
  const world = { samples: async () => [], epochs: async () => ({ epochs, more: false }), came: () => {} };
  const other = new WholePast(record, world);
  assert.equal(whole.finestClock(-3000, -10), null);
  other.epochs.want(BEGIN - 4000, BEGIN);
  await new Promise((resolve) => setTimeout(resolve, 300));
  other.epochs.want(BEGIN - 4000, BEGIN);
  await settled();
  const rates = [
    [-2500, -2100],
    [-2500, -1500],
    [-1500, -850],
    [-50, -10],
  ].map(([from, to]) => other.finestClock(from, to));
  assert.deepEqual(
    rates.map((clock) => clock && [clock.clock, clock.rate]),
    [["regular", 10], ["regular", 1e6], ["timed", 1], null],
  );
});
