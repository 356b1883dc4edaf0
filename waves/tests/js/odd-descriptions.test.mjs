import assert from "node:assert/strict";
import test from "node:test";

import { legible } from "../../../static/waves/js/chart/colour.js";
import { captionHeight } from "../../../static/waves/js/chart/export-caption.js";
import { fromText, groupsOf, ordered } from "../../../static/waves/js/chart/vertical-groups.js";
import { pill } from "../../../static/waves/js/oscilloscope/status.js";
import { readConfig, readDescription, shortMessage, stateWord } from "../../../static/waves/js/protocol/description.js";
import { SWEEP } from "../../../static/waves/js/protocol/frames.js";
import { Record } from "../../../static/waves/js/samples/record.js";
import { Follower, viewOf } from "../../../static/waves/js/streams/follower.js";
import { csvHeading } from "../../../static/waves/js/text/csv.js";
import { axisScale, duration, quantity, setting } from "../../../static/waves/js/text/quantities.js";
import { LONGEST, SHORTEST, Timebase } from "../../../static/waves/js/time/timebase.js";
import { allCome, initialMode } from "../../../static/waves/js/trigger/settings.js";
import { counting, envelopeFrame, samplesFrame } from "./frames.mjs";

const FIELDS = [
  "type",
  "handle",
  "slug",
  "name",
  "source",
  "rate",
  "clock",
  "sample_type",
  "epoch",
  "signals",
  "state",
  "message",
  "window",
  "history",
  "measured_rate",
  "skipped",
  "left_out",
  "log",
];
/** What no field of a description should hold, and some do. */
const ODD = [
  undefined,
  null,
  true,
  false,
  0,
  -0,
  -1,
  1,
  2 ** 31,
  2 ** 53,
  1e308,
  -1e308,
  5e-324,
  NaN,
  Infinity,
  -Infinity,
  0.5,
  "",
  " ",
  "red",
  "#fff",
  "#gggggg",
  "#ffd23f",
  "rgb(1, 2, 3)",
  "var(--x)",
  "--text",
  "null",
  "1000",
  "Infinity",
  "__proto__",
  "constructor",
  "toString",
  "<script>alert(1)</script>",
  "a\u0000b\u001b[31m",
  "\ud800",
  "\udc00\ud800",
  "\uFFFE",
  "\u202Eevil",
  "​",
  "名前 µ Ω 🌊",
  "x".repeat(100_000),
  "🌊".repeat(5000),
  "\n\t\r",
  "../../admin",
  "a/b?c#d",
  "live",
  "silent",
  "an-unknown-state",
  "timed",
  "float64",
  [],
  {},
  [null],
  [[]],
  [1, "a"],
  { length: 3 },
  ["#ffffff"],
];
const SIGNAL_FIELDS = ["key", "name", "unit", "colour"];

/** The same numbers for a seed, from 0 to 1 (mulberry32). */
function chances(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const sound = (more) => ({
  type: "stream",
  handle: 1,
  slug: "sine",
  name: "Sine",
  source: "generator",
  rate: 1000,
  clock: "regular",
  sample_type: "float32",
  epoch: 1,
  signals: [{ key: "sine", name: "Sine", unit: "V", colour: "#ffd23f" }],
  state: "live",
  message: "",
  window: 2,
  history: 10,
  ...more,
});

/** A description some of whose fields are odd, or not there. */
function odd(chance) {
  const any = () => ODD[Math.floor(chance() * ODD.length)];
  const made = sound();
  for (const field of FIELDS) if (chance() < 0.4) made[field] = any();
  if (chance() < 0.6) {
    made.signals = Array.from({ length: Math.floor(chance() * 4) }, () =>
      chance() < 0.1
        ? any()
        : Object.fromEntries(SIGNAL_FIELDS.filter(() => chance() < 0.8).map((field) => [field, any()])),
    );
  }
  for (const field of FIELDS) if (chance() < 0.1) delete made[field];
  return made;
}

const isText = (value, most) => typeof value === "string" && value.length <= most && !/[\p{Cc}\p{Cs}]/u.test(value);
const isAbove = (value) => Number.isFinite(value) && value > 0;

function check(read) {
  assert.ok(Number.isSafeInteger(read.handle) && read.handle >= 0);
  assert.ok(Number.isSafeInteger(read.epoch) && read.epoch >= 0);
  assert.match(read.slug, /^[-\w]{0,200}$/);
  for (const [field, most] of [
    ["name", 200],
    ["source", 200],
    ["state", 200],
    ["message", 1000],
  ]) {
    assert.ok(isText(read[field], most), field);
  }
  assert.ok(read.state);
  for (const field of ["rate", "window", "history"]) assert.ok(isAbove(read[field]), field);
  assert.ok(read.window >= 10 * SHORTEST && read.window <= 400 * 86_400);
  assert.ok(["regular", "timed"].includes(read.clock));
  assert.ok(["float32", "float64"].includes(read.sample_type));
  for (const { key, name, unit, colour } of read.signals) {
    assert.ok(typeof key === "string" && key.length > 0 && key.length <= 200);
    assert.ok(isText(name, 200) && isText(unit, 200));
    assert.match(colour, /^(#[0-9a-fA-F]{6})?$/);
  }
}

/** Everything of the pages that reads a description, without a screen. */
function use(read, chance) {
  const { signals } = read;
  const visible = signals.map(() => true);
  for (const { colour } of signals) if (colour) legible(colour, "rgb(11, 14, 18)");
  for (const sharing of ["one", "unit", "signal"]) ordered(groupsOf(signals, sharing), 0, visible);
  fromText(signals.map(({ key }) => `${key}:0:1`).join(","));
  for (const { unit } of signals) [quantity(0.02, unit), setting(0.02, unit), axisScale(-1, 1, 0.25, unit).label(0.5)];
  [
    duration(read.history),
    setting(read.rate, "S/s"),
    csvHeading(signals, true),
    allCome(read),
    initialMode(read.window),
  ];
  captionHeight({ title: read.name, aside: "", entries: signals.map(({ name }) => ({ text: name, aside: "" })) }, 800);
  assert.ok(stateWord(read).length <= 28);
  assert.ok((shortMessage(read) ?? "").length <= 28);
  const view = viewOf(read, 300);
  assert.ok(Number.isFinite(view.window) && view.window > 0 && view.columns >= 16);
  const socket = { state: { name: "open" }, words: () => null };
  const shown = pill({ socket, record: { description: read }, timebase: new Timebase(read.window) }, 0);
  assert.ok(shown.text && shown.text.length <= 28 && shown.name);
  draw(read, chance);
}

/** Descriptions and frames as they may come, to what a card and the oscilloscope hold and draw. */
function draw(read, chance) {
  const follower = new Follower(read);
  follower.subscription(300, 0);
  follower.describe(read);
  const record = new Record(read.handle, 2 ** 14);
  record.describe(read);
  const modes = ["samples", "columns", "sweeps"];
  record.expect({ type: "view", stride: 1, mode: modes[Math.floor(chance() * 3)], first: 0, next: 0 }, read.window);
  for (let k = 0; k < 3; k += 1) {
    const rows = Array.from({ length: 1 + Math.floor(chance() * 3) }, () => counting(0, 4));
    const more = { handle: read.handle, epoch: read.epoch };
    const frame =
      chance() < 0.3
        ? envelopeFrame(8 * k, 2, rows, rows, more)
        : samplesFrame(4 * k, rows, { ...more, flags: chance() < 0.3 ? SWEEP : 0 });
    for (const taker of [record, follower]) taker.add(frame, k);
    const picture = follower.picture(k + 0.5, 300, "");
    assert.ok(!picture || picture.traces.length === read.signals.length);
  }
  if (record.ring) assert.ok([1, 2].includes(record.ring.rows / read.signals.length));
}

test("nothing that a description holds breaks what reads it", () => {
  const chance = chances(9);
  let known = readDescription(sound());
  for (let k = 0; k < 3000; k += 1) {
    const made = odd(chance);
    try {
      const read = readDescription(made, chance() < 0.5 ? known : {});
      check(read);
      use(read, chance);
      known = read;
    } catch (error) {
      error.message += ` (description ${k}: ${JSON.stringify(made)?.slice(0, 2000)})`;
      throw error;
    }
  }
});

test("each odd value in each field alone leaves the others as they were said", () => {
  for (const field of FIELDS) {
    for (const value of ODD) {
      const read = readDescription(sound({ [field]: value }), readDescription(sound()));
      check(read);
      for (const other of FIELDS.filter((name) => name !== field && name in sound())) {
        assert.deepEqual(read[other], sound()[other], `${other} beside ${field} ${String(value)}`);
      }
    }
  }
});

test("nothing that the page's configuration holds breaks it", () => {
  const chance = chances(4);
  for (let k = 0; k < 1000; k += 1) {
    const { history, ...made } = odd(chance);
    const config = readConfig({ ...made, historySeconds: history });
    check({
      ...config,
      epoch: 0,
      state: "live",
      message: "",
      clock: "regular",
      sample_type: "float32",
      history: config.historySeconds,
    });
    assert.ok(new Timebase(config.window).perDivision <= LONGEST);
  }
});

test("what a description does not say stays as it was", () => {
  const known = readDescription(sound({ window: 5 }));
  assert.deepEqual(readDescription({ type: "stream", epoch: 1, state: "stopped" }, known), {
    ...known,
    state: "stopped",
    source: "",
    clock: "regular",
    sample_type: "float32",
  });
});

test("a colour that is none is left to the palette, one that is stays", () => {
  const signals = ["red", "#fff", "#12345g", 7, null, "#A1b2C3"].map((colour, k) => ({ key: `s${k}`, colour }));
  const read = readDescription(sound({ signals }));
  assert.deepEqual(
    read.signals.map(({ colour }) => colour),
    ["", "", "", "", "", "#A1b2C3"],
  );
});

test("a source that was not asked yet keeps the signals that are known, of the same epoch", () => {
  const known = readDescription(sound());
  assert.deepEqual(readDescription(sound({ signals: [] }), known).signals, known.signals);
  assert.deepEqual(readDescription(sound({ signals: [], epoch: 2 }), known).signals, []);
});

test("where other signals are described, what was held of the former ones is put away", () => {
  const record = new Record(1);
  const two = [{ key: "a" }, { key: "b" }];
  record.describe(readDescription(sound()));
  record.add(samplesFrame(0, [[1, 2]]), 0);
  assert.equal(record.ring.rows, 1);
  assert.equal(record.describe(readDescription(sound({ signals: two }))), true);
  assert.equal(record.ring, null);
  assert.equal(record.add(samplesFrame(2, [[3, 4]]), 0), null);
  record.add(
    samplesFrame(2, [
      [3, 4],
      [5, 6],
    ]),
    0,
  );
  assert.equal(record.ring.rows, 2);
});

test("where a slug was taken by another stream, nothing of the former one is kept", () => {
  const record = new Record(1);
  record.describe(readDescription(sound()));
  record.add(samplesFrame(0, [[1, 2]]), 0);
  assert.equal(record.describe(readDescription(sound({ handle: 7 }))), true);
  assert.equal(record.ring, null);
  assert.equal(record.position, null);
});

test("lines, missing values and states are read, and what cannot be is not", () => {
  const read = (signal) => readDescription({ signals: [{ key: "a", ...signal }] }).signals[0];
  const good = { line: "step", missing: "held", states: { "-1": "off", 1: "on" } };
  assert.deepEqual(read(good), { key: "a", name: "a", unit: "", colour: "", ...good });
  for (const odd of [
    { line: "x", missing: 5 },
    { states: ["a"].slice(1) },
    { states: { x: "y", 1: 5 } },
    { states: "s" },
  ]) {
    assert.deepEqual(read(odd), { key: "a", name: "a", unit: "", colour: "" });
  }
  const many = Object.fromEntries(Array.from({ length: 100 }, (_, k) => [k, `s${k}`]));
  assert.equal(Object.keys(read({ states: many }).states).length, 64);
  assert.equal(read({ states: { 0: "x".repeat(99) } }).states[0].length, 40);
  const { longest_interval, late } = readDescription({ longest_interval: 2.5, late: 3 });
  assert.deepEqual([longest_interval, late], [2.5, 3]);
  assert.equal(readDescription({ longest_interval: "x" }).longest_interval, null);
});
