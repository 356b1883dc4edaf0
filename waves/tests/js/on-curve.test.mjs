import assert from "node:assert/strict";
import test from "node:test";

import { Points } from "../../../static/waves/js/chart/points.js";
import { valueAt } from "../../../static/waves/js/measurements/cursor-values.js";
import { Ring } from "../../../static/waves/js/samples/ring.js";
import { onCurve } from "../../../static/waves/js/trigger/on-curve.js";
import { RingTrigger } from "../../../static/waves/js/trigger/ring-trigger.js";

const PERIOD = 0.001;
const WINDOW = 0.05;
const LEVEL = 0.2;
const LINE = { shape: "linear", missing: "hole", smooth: true };

/** Sines of 2.5 samples a period, at many phases: what a view that runs shows one after the other. */
function* sources() {
  for (let phase = 0; phase < 6.2; phase += 0.31) {
    const ring = new Ring({ rows: 1, capacity: 400, float64: false });
    ring.write(0, [Float32Array.from({ length: 400 }, (_, i) => Math.sin((2 * Math.PI * i) / 2.5 + phase))]);
    yield { ring, period: PERIOD, envelope: false };
  }
}

function placed(source, { line = LINE, columns = 1600, isFrozen = false } = {}) {
  const settings = { kind: "edge", slope: "rising", level: LEVEL, hysteresis: 0.1, holdoff: 0 };
  const trigger = new RingTrigger(settings, 0, 1 / PERIOD, line).nearest(source, 0.1, 0.3, 0.2);
  const place = { edge: trigger.at + WINDOW / 2, zero: -WINDOW / 2, trigger };
  return onCurve(place, { source, k: 0, line, window: WINDOW, columns, isFrozen });
}

/** The value of the drawn line at the zero of the picture. */
function drawnAtZero(source, place) {
  const view = {
    ...place,
    window: WINDOW,
    columns: 1600,
    period: PERIOD,
    envelope: false,
    visible: [true],
    lines: [LINE],
  };
  const { points } = new Points().of(source.ring, view).traces[0];
  for (let at = 2; at < points.length; at += 2) {
    if (points[at] < place.zero) continue;
    const share = (place.zero - points[at - 2]) / (points[at] - points[at - 2]);
    return points[at - 1] + share * (points[at + 1] - points[at - 1]);
  }
  return NaN;
}

test("the drawn curve passes the level at the trigger, and the cursor there reads it", () => {
  for (const source of sources()) {
    const place = placed(source);
    assert.ok(Math.abs(drawnAtZero(source, place) - LEVEL) < 0.01);
    assert.equal(place.zero, -WINDOW / 2);
    const { low } = valueAt(source, 0, place.trigger.at, LINE);
    assert.ok(Math.abs(low - LEVEL) < 1e-4, String(low));
  }
});

test("a frozen view stays where it is, and its zero moves", () => {
  for (const source of sources()) {
    const place = placed(source, { isFrozen: true });
    assert.ok(Math.abs(place.trigger.at - place.edge - place.zero) < 1e-12);
    assert.ok(Math.abs(drawnAtZero(source, place) - LEVEL) < 0.01);
  }
});

test("where no curve is drawn nothing moves", () => {
  const [source] = sources();
  for (const options of [
    { columns: 40 },
    { line: { ...LINE, smooth: false } },
    { line: { ...LINE, shape: "points" } },
  ]) {
    assert.equal(placed(source, options).zero, -WINDOW / 2);
    const { position, at } = placed(source, options).trigger;
    assert.ok(Math.abs(at - (position.sample + position.fraction) * PERIOD) < 1e-12);
    const straight =
      source.ring.at(0, position.sample) * (1 - position.fraction) +
      source.ring.at(0, position.sample + 1) * position.fraction;
    assert.ok(Math.abs(straight - LEVEL) < 1e-6);
  }
});
