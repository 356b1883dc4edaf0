import assert from "node:assert/strict";
import test from "node:test";

import { Ring } from "../../../static/waves/js/ring.js";
import { Tracer } from "../../../static/waves/js/tracer.js";

const PERIOD = 0.001;

function sine(n, capacity = n) {
  const ring = new Ring({ rows: 1, capacity });
  ring.write(0, [Float32Array.from({ length: n }, (_, i) => Math.sin(i / 50))]);
  return ring;
}

const view = (more) => ({
  edge: 4, window: 2, columns: 100, period: PERIOD, envelope: false, visible: [true], ...more,
});

test("a dense window costs two points a pixel column", () => {
  const { traces, sparse } = new Tracer().trace(sine(5000), view());
  assert.ok(traces[0].points.length / 2 <= 2 * 102);
  assert.equal(sparse, false);
});

test("x is in seconds from the right end", () => {
  for (const columns of [100, 3000]) {
    const { points } = new Tracer().trace(sine(5000), view({ columns })).traces[0];
    const x = points.filter((_, at) => at % 2 === 0);
    assert.ok(x[0] >= -2.03 && x[0] < -1.97 && Math.abs(x.at(-1)) < 0.03, String([x[0], x.at(-1)]));
  }
});

test("columns keep to their own pixel while the window slides", () => {
  const tracer = new Tracer();
  const pixel = 2 / 100;
  const phases = [4, 4.013, 4.0271].map((edge) => {
    const { points } = tracer.trace(sine(5000), view({ edge })).traces[0];
    return ((((points[0] / pixel) % 1) + 1) % 1).toFixed(3);
  });
  assert.equal(new Set(phases).size, 1);
});

test("nothing is given where nothing changed", () => {
  const ring = sine(5000, 10000);
  const tracer = new Tracer();
  const { signature } = tracer.trace(ring, view());
  assert.equal(tracer.trace(ring, view(), signature), null);
  assert.equal(tracer.trace(ring, view({ edge: 4.0001 }), signature), null);
  assert.notEqual(tracer.trace(ring, view({ edge: 4.1 }), signature), null);
  ring.write(3000, [Float32Array.of(9)]);
  assert.equal(tracer.trace(ring, view(), signature).traces[0].high, 9);
});

test("hidden signals have no points and no extremes", () => {
  const { traces } = new Tracer().trace(sine(5000), view({ visible: [false] }));
  assert.equal(traces[0].points.length, 0);
  assert.ok(traces[0].low > traces[0].high);
});

test("gaps in the window are told in x, others are not", () => {
  const ring = sine(1000, 10000);
  ring.write(3000, [new Float32Array(1500)]);
  const [gap] = new Tracer().trace(ring, view()).gaps;
  assert.ok(Math.abs(gap.to - -1) < 0.03);
  assert.deepEqual(new Tracer().trace(ring, view({ window: 0.5 })).gaps, []);
});

test("what stood before an epoch is a gap to the left", () => {
  const ring = sine(3500, 10000);
  ring.afterCut = true;
  const [gap] = new Tracer().trace(ring, view({ edge: 1 })).gaps;
  assert.equal(gap.from, -Infinity);
  assert.ok(Math.abs(gap.to - -1) < 0.03);
});

test("an envelope draws both extremes of each column", () => {
  const ring = new Ring({ rows: 2, capacity: 100, stride: 16 });
  ring.write(0, [Float32Array.of(-1, -2, -3), Float32Array.of(1, 2, 3)]);
  for (const columns of [2, 100]) {
    const more = { envelope: true, period: 1, edge: 3, window: 3, columns };
    const { low, high } = new Tracer().trace(ring, view(more)).traces[0];
    assert.deepEqual([low, high], [-3, 3]);
  }
});

test("a timed clock draws by time", () => {
  const ring = new Ring({ rows: 1, capacity: 10, timed: true });
  ring.write(0, [Float32Array.of(1, 2, 3)], Float64Array.of(0, 1, 3.5));
  const { points } = new Tracer().trace(ring, view({ period: 0 })).traces[0];
  const x = [...points].filter((_, at) => at % 4 === 0);
  assert.deepEqual(x, [-3, -0.5]);
});
