import assert from "node:assert/strict";
import test from "node:test";
import { Record } from "../../../static/waves/js/samples/record.js";
import { Triggering } from "../../../static/waves/js/trigger/triggering.js";
import { samplesFrame } from "./frames.mjs";
import { SCHEMA } from "./trigger-fields.mjs";

const RATE = 1000;
const SIGNALS = [{ key: "sine", name: "Sine", unit: "V", colour: "" }];
const sine = (first, n) => Float32Array.from({ length: n }, (_, k) => Math.sin((2 * Math.PI * (first + k)) / 50));

function world({ window = 0.1, signals = SIGNALS, running = true } = {}) {
  const record = new Record(1);
  const told = [];
  const timeline = {
    window,
    running,
    goLive: () => told.push("live"),
    goTo: (edge) => told.push(edge),
  };
  const triggering = new Triggering({
    config: { window, rate: RATE, trigger: SCHEMA },
    record,
    past: { source: () => record.source },
    timeline,
    selection: { signals, placeOf: (key) => signals.findIndex((signal) => signal.key === key) },
    columns: () => 500,
    picture: () => null,
    isAnswered: () => true,
    askForView: () => told.push("view"),
    changed: () => told.push("changed"),
    redraw: () => told.push("redraw"),
  });
  const description = {
    handle: 1,
    epoch: 1,
    rate: RATE,
    clock: "regular",
    signals,
    sample_type: "float32",
    history: 10,
  };
  record.describe(description);
  record.expect({ type: "view", mode: "samples", stride: 1, first: 0, next: 0 });
  const come = (first, n) => {
    const frame = samplesFrame(first, [sine(first, n)], { epoch: 1 });
    record.add(frame, first / RATE);
    triggering.take(frame, first / RATE);
  };
  return { triggering, record, timeline, told, come, description };
}

test("levels that nobody chose are chosen once there are samples, and then windows stand", () => {
  const { triggering, come, told } = world();
  triggering.choose();
  assert.ok(!triggering.stands && !triggering.isSettled);
  come(0, 500);
  triggering.choose();
  assert.ok(triggering.stands && triggering.isSettled);
  assert.ok(Math.abs(triggering.settings.level) < 0.01);
  assert.deepEqual(told, ["view", "redraw"]);
  const place = triggering.place({ now: 1, edge: 0.499, held: null });
  assert.ok(place.trigger && Math.abs(place.edge - place.trigger.at - 0.08) < 1e-9);
});

test("a long window is watched going by: nothing is looked for", () => {
  const { triggering } = world({ window: 5 });
  assert.equal(triggering.mode, "off");
  assert.ok(triggering.isSettled && !triggering.stands);
  assert.deepEqual(triggering.state(), {});
  assert.equal(triggering.shown.state, "off");
});

test("a mode that looks for something begins with what is live", () => {
  const { triggering, told } = world({ window: 5 });
  triggering.setMode("normal");
  assert.equal(triggering.mode, "normal");
  assert.deepEqual(told, ["live", "view", "changed"]);
});

test("settings that find nothing say why, and no window stands", () => {
  const { triggering, come } = world();
  come(0, 500);
  triggering.set({ kind: "window", low: 1, high: 0, hysteresis: 0 });
  assert.equal(triggering.shown.hint, "“Low” must be below “High”.");
  assert.ok(!triggering.stands);
});

test("a level moves by tenths of a division, in the numbers that a hand means", () => {
  const { triggering, come } = world();
  come(0, 500);
  triggering.set({ level: 0.5, hysteresis: 0.1 });
  triggering.moveLevel(-1);
  assert.equal(triggering.settings.level, 0.4);
});

test("what the server cannot send all of, it is asked to look for, by the signal's key", () => {
  const { triggering, record, description } = world();
  assert.deepEqual(triggering.wanted, {});
  record.describe({ ...description, rate: 1e6 });
  triggering.set({ level: 0.5, hysteresis: 0.1 });
  triggering.look();
  assert.equal(triggering.wanted.trigger.signal, "sine");
  triggering.setMode("off");
  assert.deepEqual(triggering.wanted, { trigger: { mode: "free", signal: "sine" } });
});
