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

test("a dense window costs at most four points a pixel column, and two where the signal is smooth", () => {
  const { traces, sparse } = new Points().of(sine(5000), view());
  assert.ok(traces[0].points.length / 2 <= 2.6 * 102, String(traces[0].points.length));
  assert.equal(sparse, false);
  const noise = new Ring({ rows: 1, capacity: 5000 });
  noise.write(0, [Float32Array.from({ length: 5000 }, (_, i) => (i * 7919) % 1013)]);
  assert.ok(new Points().of(noise, view()).traces[0].points.length / 2 <= 4 * 102);
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
  assert.deepEqual([...points], [-3, 2, -0.5, 3]);
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
  const columns = Map.groupBy(
    Array.from({ length: points.length / 2 }, (_, k) => k),
    (k) => points[2 * k],
  );
  for (const [x, places] of columns) {
    if (x < -0.98 || x > -0.02 || Math.abs(x - place.zero) < 1e-9) continue;
    const middle = 2500.7 + (x + 1) / PERIOD;
    const held = Array.from({ length: 5000 }, (_, i) => i).filter((i) => i >= middle - 10 && i < middle + 10);
    const values = held.map((i) => Math.fround(Math.sin(i / 50)));
    const shown = places.map((k) => points[2 * k + 1]);
    assert.deepEqual([Math.min(...shown), Math.max(...shown)], [Math.min(...values), Math.max(...values)]);
  }
});

const line = (more) => [{ shape: "linear", missing: "hole", smooth: false, ...more }];

/** A ring on a timed clock. */
function timed(times, values, float64 = true) {
  const ring = new Ring({ rows: 1, capacity: 100, timed: true, float64 });
  ring.write(0, [Float64Array.from(values)], Float64Array.from(times));
  return ring;
}

const slow = (more) => view({ period: 0, edge: 10, window: 10, columns: 1000, ...more });

test("two sensors that report in turn: each sample stands alone, and joined on request", () => {
  const ring = timed([1, 2, 3, 4, 5], [1, NaN, 3, NaN, 5]);
  const points = (lines) => [...new Points().of(ring, slow({ lines })).traces[0].points];
  const alone = [-9, 1, NaN, NaN, -7, 3, NaN, NaN, -5, 5];
  assert.deepEqual(points(line()), alone);
  assert.deepEqual(points(line({ missing: "joined" })), [-9, 1, -7, 3, -5, 5]);
  assert.deepEqual(points(line({ missing: "held" })), [-9, 1, -8, 1, -7, 3, -6, 3, -5, 5]);
  assert.deepEqual(points(line({ shape: "points", missing: "joined" })), alone);
});

test("a relay is drawn as steps, and its last state is held to now and no further", () => {
  const ring = timed([1, 4, 7], [0, 1, 0]);
  const points = (more) => [
    ...new Points().of(ring, slow({ lines: line({ shape: "step" }), ...more })).traces[0].points,
  ];
  const steps = [-9, 0, -6, 0, -6, 1, -3, 1, -3, 0];
  assert.deepEqual(points({ heldTo: 10 }), [...steps, 0, 0]);
  assert.deepEqual(points({ heldTo: 25 }), [...steps, 0, 0]);
  assert.deepEqual(points({ heldTo: 8 }), [...steps, -2, 0]);
  // Of what is over nobody knows how long it held.
  assert.deepEqual(points({}), steps);
});

test("a state that is missing is a hole, from its own instant on", () => {
  const ring = timed([1, 4, 7], [1, NaN, 2]);
  const lines = line({ shape: "step" });
  const { points } = new Points().of(ring, slow({ lines, heldTo: 10 })).traces[0];
  assert.deepEqual([...points], [-9, 1, -6, 1, NaN, NaN, -3, 2, 0, 2]);
});

test("a silence longer than the longest interval is a hole; what is held goes through it", () => {
  const ring = timed([1, 2, 6, 7], [1, 2, 3, 4]);
  const points = (lines) => [...new Points().of(ring, slow({ lines, longest: 2.5 })).traces[0].points];
  assert.deepEqual(points(line()), [-9, 1, -8, 2, NaN, NaN, -4, 3, -3, 4]);
  assert.deepEqual(points(line({ missing: "joined" })), [-9, 1, -8, 2, NaN, NaN, -4, 3, -3, 4]);
  assert.ok(!points(line({ shape: "step" })).some(Number.isNaN));
  assert.ok(!points(line({ missing: "held" })).some(Number.isNaN));
});

test("a line comes from a value that lies before the window, and goes to one after it", () => {
  const ring = new Ring({ rows: 1, capacity: 1000 });
  ring.write(0, [Float32Array.from({ length: 1000 }, (_, i) => (i % 400 === 0 ? i : NaN))]);
  for (const columns of [5, 200]) {
    const { points } = new Points().of(
      ring,
      view({ edge: 0.6, window: 0.1, columns, lines: line({ missing: "joined" }) }),
    ).traces[0];
    assert.equal(points.length, 4);
    assert.ok(Math.abs(points[0] - -0.2) < 0.03 && Math.abs(points[2] - 0.2) < 0.03, String(points));
  }
});

test("what is held of a dense view is held to now as well", () => {
  const ring = new Ring({ rows: 1, capacity: 1000 });
  ring.write(0, [new Float32Array(900).fill(3)]);
  const { points } = new Points().of(
    ring,
    view({ edge: 0.95, window: 0.9, columns: 50, lines: line({ shape: "step" }), heldTo: 0.95 }),
  ).traces[0];
  assert.deepEqual(
    [...points.slice(-2)].map((each) => Math.abs(each)),
    [0, 3],
  );
});

test("a column of the server's that stands alone is a mark, not nothing", () => {
  const ring = new Ring({ rows: 2, capacity: 10, stride: 16 });
  ring.write(0, [Float32Array.of(NaN, 2, NaN, 4, 5), Float32Array.of(NaN, 2, NaN, 4, 6)]);
  for (const columns of [5, 50]) {
    const { points } = new Points().of(ring, view({ envelope: true, period: 1, edge: 5, window: 5, columns }))
      .traces[0];
    assert.deepEqual(
      [...points].filter((_, at) => at % 2),
      [2, NaN, 4, 5, 6],
      String(columns),
    );
  }
});

test("float64 is drawn in float64: a ripple of a thousandth on a thousand million", () => {
  const ring = new Ring({ rows: 1, capacity: 5000, float64: true });
  ring.write(0, [Float64Array.from({ length: 5000 }, (_, i) => 1e9 + 1e-3 * Math.sin(i / 50))]);
  for (const columns of [100, 1500, 6000]) {
    const { points, low, high } = new Points().of(ring, view({ columns })).traces[0];
    assert.ok(Math.abs(high - low - 2e-3) < 1e-6, `${high - low}`);
    assert.ok(new Set(points.filter((_, at) => at % 2)).size > 100);
  }
});

test("values at the ends of what numbers are have extremes; infinite ones are no part of them", () => {
  const ring = new Ring({ rows: 1, capacity: 1000, float64: true });
  ring.write(0, [Float64Array.from({ length: 1000 }, (_, i) => 1.7e308 * Math.sin(i / 50))]);
  for (const columns of [50, 3000]) {
    const { low, high } = new Points().of(ring, view({ edge: 0.9, window: 0.8, columns })).traces[0];
    assert.ok(low < -1.69e308 && high > 1.69e308 && high < Infinity, `${low} to ${high}`);
  }
  ring.write(1000, [Float64Array.of(Infinity, 1, 2, -Infinity)]);
  const more = { period: 1, edge: 1003, window: 2.5, columns: 4, lines: line() };
  const { low, high } = new Points().of(ring, view(more)).traces[0];
  assert.deepEqual([low, high], [1, 2]);
});

test("samples that are eight pixels apart have dots, whatever line is between them", () => {
  const ring = new Ring({ rows: 1, capacity: 200 });
  ring.write(0, [Float32Array.from({ length: 200 }, (_, i) => i % 7)]);
  const dots = (shape, columns, more) => {
    const lines = [{ shape, missing: "hole", smooth: false }];
    const view = { edge: 150, window: 100, columns, period: 1, envelope: false, visible: [true], lines, ...more };
    return new Points().of(ring, view).traces[0].dots.length / 2;
  };
  assert.deepEqual([dots("linear", 800), dots("step", 800), dots("linear", 780)], [101, 101, 0]);
  assert.equal(dots("points", 800), 0);
  // Pixels are those of a page: a fine screen has two for each.
  assert.deepEqual([dots("linear", 800, { ratio: 2 }), dots("linear", 1600, { ratio: 2 })], [0, 101]);
});

test("on a timed clock the average counts", () => {
  const ring = timed([1, 2, 3, 9, 10], [1, 2, 3, 4, 5]);
  const view = { edge: 10, window: 10, period: 0, envelope: false, visible: [true] };
  const dots = (columns) => new Points().of(ring, { ...view, columns }).traces[0].dots.length / 2;
  assert.deepEqual([dots(40), dots(39)], [5, 0]);
});

test("of a signal that came with a later epoch nothing is drawn, as samples, columns or dots", () => {
  const visible = [true, true];
  for (const [columns, window] of [
    [100, 2],
    [3000, 2],
    [400, 0.02],
  ]) {
    const { traces } = new Points().of(sine(5000), view({ columns, window, visible }));
    assert.deepEqual([traces[1].points.length, traces[1].dots?.length], [0, 0]);
    assert.ok(traces[0].points.length > 0);
  }
});
