import assert from "node:assert/strict";
import test from "node:test";
import { Points } from "../../../static/waves/js/chart/points.js";
import { Ring } from "../../../static/waves/js/samples/ring.js";

const PERIOD = 0.001;

function sine(n, capacity = n) {
  const ring = new Ring({ rows: 1, capacity });
  ring.write(0, [Float32Array.from({ length: n }, (_, i) => Math.sin(i / 50))]);
  return ring;
}

const view = (more) => ({
  edge: 4,
  window: 2,
  columns: 100,
  period: PERIOD,
  envelope: false,
  visible: [true],
  ...more,
});

test("a dense window costs two points a pixel column", () => {
  const { traces, sparse } = new Points().of(sine(5000), view());
  assert.ok(traces[0].points.length / 2 <= 2 * 102);
  assert.equal(sparse, false);
});

test("x is in seconds from the right end", () => {
  for (const columns of [100, 3000]) {
    const { points } = new Points().of(sine(5000), view({ columns })).traces[0];
    const x = points.filter((_, at) => at % 2 === 0);
    assert.ok(x[0] >= -2.03 && x[0] < -1.97 && Math.abs(x.at(-1)) < 0.03, String([x[0], x.at(-1)]));
  }
});

test("columns keep to their own pixel while the window slides", () => {
  const maker = new Points();
  const pixel = 2 / 100;
  const phases = [4, 4.013, 4.0271].map((edge) => {
    const { points } = maker.of(sine(5000), view({ edge })).traces[0];
    return ((((points[0] / pixel) % 1) + 1) % 1).toFixed(3);
  });
  assert.equal(new Set(phases).size, 1);
});

test("nothing is given where nothing changed", () => {
  const ring = sine(5000, 10000);
  const maker = new Points();
  const { signature } = maker.of(ring, view());
  assert.equal(maker.of(ring, view(), signature), null);
  assert.equal(maker.of(ring, view({ edge: 4.0001 }), signature), null);
  assert.notEqual(maker.of(ring, view({ edge: 4.1 }), signature), null);
  ring.write(3000, [Float32Array.of(9)]);
  assert.equal(maker.of(ring, view(), signature).traces[0].high, 9);
});

test("a picture that is drawn again at its own right end is the same", () => {
  const [ring, maker] = [sine(5000), new Points()];
  for (let at = 2; at < 4; at += 0.00171) {
    const { edge, signature } = maker.of(ring, view({ edge: at, columns: 622 }));
    assert.equal(maker.of(ring, view({ edge, columns: 622 }), signature), null);
  }
});

test("hidden signals have no points and no extremes", () => {
  const { traces } = new Points().of(sine(5000), view({ visible: [false] }));
  assert.equal(traces[0].points.length, 0);
  assert.ok(traces[0].low > traces[0].high);
});

test("gaps in the window are told in x, others are not", () => {
  const ring = sine(1000, 10000);
  ring.write(3000, [new Float32Array(1500)]);
  const [gap] = new Points().of(ring, view()).gaps;
  assert.ok(Math.abs(gap.to - -1) < 0.03);
  assert.deepEqual(new Points().of(ring, view({ window: 0.5 })).gaps, []);
});

test("what stood before an epoch is a gap to the left", () => {
  const ring = sine(3500, 10000);
  ring.afterCut = true;
  const [gap] = new Points().of(ring, view({ edge: 1 })).gaps;
  assert.equal(gap.from, -Infinity);
  assert.ok(Math.abs(gap.to - -1) < 0.03);
});

test("so it is where the first samples of the epoch never came", () => {
  const ring = new Ring({ rows: 1, capacity: 10000 });
  ring.write(400, [new Float32Array(3100)]);
  ring.afterCut = true;
  const [gap] = new Points().of(ring, view({ edge: 1.4 })).gaps;
  assert.equal(gap.from, -Infinity);
  assert.ok(Math.abs(gap.to - -1) < 0.03);
});

test("an envelope draws both extremes of each column", () => {
  const ring = new Ring({ rows: 2, capacity: 100, stride: 16 });
  ring.write(0, [Float32Array.of(-1, -2, -3), Float32Array.of(1, 2, 3)]);
  for (const columns of [2, 100]) {
    const more = { envelope: true, period: 1, edge: 3, window: 3, columns };
    const { low, high } = new Points().of(ring, view(more)).traces[0];
    assert.deepEqual([low, high], [-3, 3]);
  }
});

test("a timed clock draws by time", () => {
  const ring = new Ring({ rows: 1, capacity: 10, timed: true });
  ring.write(0, [Float32Array.of(1, 2, 3)], Float64Array.of(0, 1, 3.5));
  const { points } = new Points().of(ring, view({ period: 0 })).traces[0];
  const x = [...points].filter((_, at) => at % 4 === 0);
  assert.deepEqual(x, [-3, -0.5]);
});

/** The x at which points first rise to a level after `x0`. */
function risesTo(points, level, x0) {
  for (let at = 2; at < points.length; at += 2) {
    const [x, y, before, low] = [points[at], points[at + 1], points[at - 2], points[at - 1]];
    if (x > x0 && low < level && y >= level) return before + ((level - low) / (y - low)) * (x - before);
  }
  return NaN;
}

test("a triggered picture crosses the level at the trigger, to a hundredth of a pixel", () => {
  for (const columns of [100, 3000]) {
    const maker = new Points();
    for (let sweep = 0; sweep < 300; sweep += 1) {
      const [cycles, fraction] = [7 + sweep, (sweep * 0.618) % 1];
      // A sine that crosses 0 upwards at a fraction of a sample.
      const sample = 8 * cycles;
      const ring = new Ring({ rows: 1, capacity: 6000 });
      ring.write(0, [Float32Array.from({ length: 6000 }, (_, i) => Math.sin((i - sample - fraction) / 40))]);
      const trigger = { position: { sample, fraction }, at: (sample + fraction) * PERIOD };
      const zero = -1.6;
      const place = { edge: trigger.at - zero, zero, trigger, window: 2, columns };
      const { points } = maker.of(ring, view(place)).traces[0];
      const x = risesTo(points, 0, zero - 0.05);
      assert.ok(Math.abs(x - zero) < 0.01 * (2 / columns) + 4e-6, `${columns}: ${x}`);
    }
  }
});

test("columns of a triggered picture hold what lies between their borders", () => {
  const ring = sine(5000);
  const trigger = { position: { sample: 2500, fraction: 0.7 }, at: 2.5007 };
  const place = { edge: 3.5007, zero: -1, trigger };
  const { points } = new Points().of(ring, view(place)).traces[0];
  for (let at = 0; at + 3 < points.length; at += 4) {
    if (points[at] !== points[at + 2]) at += 2;
    const middle = 2500.7 + (points[at] + 1) / PERIOD;
    const held = Array.from({ length: 5000 }, (_, i) => i).filter((i) => i >= middle - 10 && i < middle + 10);
    const values = held.map((i) => Math.fround(Math.sin(i / 50)));
    const [low, high] = [points[at + 1], points[at + 3]].sort((a, b) => a - b);
    if (points[at] > -0.98 && points[at] < -0.02) {
      assert.deepEqual([low, high], [Math.min(...values), Math.max(...values)]);
    }
  }
});
