import assert from "node:assert/strict";
import test from "node:test";

import { Ring } from "../../../static/waves/js/samples/ring.js";
import { Placing } from "../../../static/waves/js/trigger/placing.js";
import { INITIAL } from "../../../static/waves/js/trigger/settings.js";

const PERIOD = 0.001;
const WINDOW = 0.2;
const SETTINGS = { ...INITIAL, level: 0, hysteresis: 0.01 };
const source = (ring) => ({ ring, period: PERIOD, envelope: false });
const near = (a, b) => assert.ok(Math.abs(a - b) < 1e-9, `${a} is not ${b}`);

/** 50.3 Hz, up to `n` samples, `quiet` from an index on. */
function sine(n, quiet = Infinity) {
  const values = Float32Array.from({ length: n }, (_, i) =>
    i < quiet ? Math.sin(2 * Math.PI * 50.3 * i * PERIOD) : -1,
  );
  const ring = new Ring({ rows: 1, capacity: n });
  ring.write(0, [values]);
  return ring;
}

function looking(mode, ring) {
  const triggering = new Placing(mode, WINDOW);
  triggering.look(SETTINGS, 0, 1 / PERIOD);
  triggering.stand(0.2);
  triggering.feed(source(ring), (ring.next - 1) * PERIOD, WINDOW);
  return triggering;
}

const run = (triggering, ring, reached = (ring.next - 1) * PERIOD) =>
  triggering.running({ now: 0, live: reached, reached, window: WINDOW, source: source(ring) }, false);

test("a window stands where its trigger is", () => {
  const ring = sine(2000);
  const triggering = looking("auto", ring);
  const { edge, zero, trigger } = run(triggering, ring);
  assert.equal(triggering.state, "triggered");
  near(zero, -0.16);
  near(edge + zero, trigger.at);
  // A crossing of this sine, by its definition.
  assert.ok(Math.abs(Math.sin(2 * Math.PI * 50.3 * trigger.at)) < 1e-3);
});

test("what was armed for keeps its samples, whatever is written over the ring", () => {
  const ring = sine(2000, 1500);
  const triggering = looking("normal", ring);
  const place = run(triggering, ring);
  assert.equal(triggering.state, "armed");
  assert.notEqual(place.source.ring, ring);
  const index = Math.round((place.edge - 0.1) / PERIOD);
  assert.equal(place.source.ring.at(0, index), ring.at(0, index));
  assert.equal(run(triggering, ring).source.ring, place.source.ring);
});

test("a single sweep is the one after arming, and stays", () => {
  const ring = sine(4000);
  const triggering = new Placing("auto", WINDOW);
  triggering.look(SETTINGS, 0, 1 / PERIOD);
  triggering.stand(0.2);
  triggering.take("single", 2);
  triggering.feed(source(ring), 1.999, WINDOW);
  const { edge } = run(triggering, ring);
  assert.equal(triggering.state, "stopped");
  assert.ok(edge > 2.16 && edge < 2.19, String(edge));
  assert.equal(run(triggering, ring).edge, edge);
});

test("in a former epoch it is found between its own samples, by the seconds of now", () => {
  const ring = sine(2000);
  const triggering = new Placing("auto", WINDOW);
  triggering.look(SETTINGS, 0, 1 / PERIOD);
  triggering.stand(0.2);
  const sourceOf = () => source(ring);
  const [now, former] = [0, -50].map((shift) =>
    triggering.frozen({ held: 1 + shift, window: WINDOW, sourceOf, shift }),
  );
  assert.deepEqual(former.trigger.position, now.trigger.position);
  near(former.trigger.at, now.trigger.at - 50);
  near(former.zero, now.zero);
});

test("a frozen view stands on the trigger that it had", () => {
  const ring = sine(2000);
  const triggering = looking("auto", ring);
  const { edge, trigger } = run(triggering, ring);
  const frozen = triggering.frozen({ held: edge, window: WINDOW, sourceOf: () => source(ring) });
  assert.equal(frozen.trigger, trigger);
  near(frozen.zero, -0.16);
});

test("elsewhere in the past the nearest trigger to the position is found", () => {
  const ring = sine(2000);
  const triggering = looking("auto", ring);
  run(triggering, ring);
  const { edge, zero, trigger } = triggering.frozen({ held: 1, window: WINDOW, sourceOf: () => source(ring) });
  assert.equal(edge, 1);
  near(1 + zero, trigger.at);
  assert.ok(Math.abs(trigger.at - 0.84) < 0.01);
});

test("columns, and windows without a crossing, have no trigger", () => {
  const ring = sine(2000, 0);
  const triggering = looking("auto", ring);
  const held = { held: 1, window: WINDOW };
  assert.equal(triggering.frozen({ ...held, sourceOf: () => source(ring) }).trigger, null);
  assert.equal(
    triggering.frozen({ ...held, sourceOf: () => ({ ...source(sine(2000)), envelope: true }) }).trigger,
    null,
  );
});

test("windows that nothing was looked for in stand at their right end, the newest last", () => {
  const triggering = new Placing("off", WINDOW);
  assert.equal(triggering.freePlace(0, 7).edge, 7);
  triggering.freeSweep(source(sine(500)), 1);
  const place = triggering.freePlace(1, 7);
  near(place.edge, 0.499);
  assert.deepEqual([place.zero, place.trigger, place.source.ring.next], [0, null, 500]);
});
