import assert from "node:assert/strict";
import test from "node:test";

import { Points } from "../../../static/waves/js/chart/points.js";
import { Ring } from "../../../static/waves/js/samples/ring.js";

const SHAPES = ["linear", "step", "points"];
const MISSING = ["hole", "joined", "held"];
const CASES = 600;

/** Numbers that look random, the same in each run. */
function randomOf(seed) {
  let state = seed * 2654435761 + 1;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 2246822519) + 0x9e3779b9) | 0;
    return ((state ^ (state >>> 13)) >>> 0) / 2 ** 32;
  };
}

/** A ring that blocks came into, with values that are missing in runs and blocks that never came. */
function heldOf(random, timed) {
  const capacity = 200 + Math.floor(random() * 1500);
  const ring = new Ring({ rows: 1, capacity, float64: random() < 0.5, timed });
  const share = random() * random();
  let [index, time, missing] = [Math.floor(random() * 50), random() * 10, false];
  for (const total = index + capacity * (0.5 + random()); index < total; ) {
    const n = 1 + Math.floor(random() * 40);
    const values = new Float64Array(n);
    const times = new Float64Array(n);
    for (let k = 0; k < n; k += 1) {
      if (random() < 0.3) missing = random() < share;
      values[k] = missing ? NaN : Math.fround(random() * 2 - 1);
      times[k] = time += random() < 0.1 ? random() * 3 : random() * 0.02;
    }
    ring.write(index, [ring.float64 ? values : Float32Array.from(values)], timed ? times : null);
    index += n + (random() < 0.05 ? Math.floor(random() * 30) : 0);
  }
  return ring;
}

/** What came of the ring, in order: index, second, value; NaN where a value is missing. */
function samplesOf(ring, period) {
  return Array.from({ length: ring.next - ring.first }, (_, k) => {
    const index = ring.first + k;
    return { at: ring.times ? ring.timeAt(index) : index * period, value: ring.at(0, index) };
  });
}

/** A random view of it, from a part of a pixel a sample to hundreds of samples a pixel. */
function viewOf(random, ring, period, line) {
  const end = ring.times ? ring.timeAt(ring.next - 1) : (ring.next - 1) * period;
  const begin = ring.times ? ring.timeAt(ring.first) : ring.first * period;
  const window = Math.max((end - begin) * (0.05 + 1.2 * random()), 1e-3);
  const columns = 16 + Math.floor(random() * random() * 3000);
  const edge = begin + (end - begin) * (0.3 + 0.8 * random());
  return { edge, window, columns, period, envelope: false, visible: [true], lines: [line] };
}

/** Pieces of what is drawn: lines of two points, and marks. */
function piecesOf(points) {
  const pieces = [];
  const point = (at) => ({ x: points[at], y: points[at + 1] });
  const isThere = (at) => at >= 0 && at < points.length && !Number.isNaN(points[at + 1]);
  for (let at = 0; at < points.length; at += 2) {
    if (!isThere(at)) continue;
    if (isThere(at + 2)) pieces.push([point(at), point(at + 2)]);
    else if (!isThere(at - 2)) pieces.push([point(at), point(at)]);
  }
  return pieces;
}

/** Those within so many seconds of an x; asked in the order of x, as the pieces are. */
function nearIn(pieces, reach) {
  let first = 0;
  return (x) => {
    while (first < pieces.length && pieces[first][1].x < x - reach) first += 1;
    let next = first;
    while (next < pieces.length && pieces[next][0].x <= x + reach) next += 1;
    return pieces.slice(first, next);
  };
}

const between = (value, a, b) => value >= Math.min(a, b) && value <= Math.max(a, b);

/** Random pictures, each with what it was drawn of. */
function* pictures(timed) {
  for (let seed = 1; seed <= CASES; seed += 1) {
    const random = randomOf(seed + (timed ? 10_000 : 0));
    const ring = heldOf(random, timed);
    const period = timed ? 0 : 10 ** (-4 * random());
    const line = { shape: SHAPES[seed % 3], missing: MISSING[Math.floor(seed / 3) % 3], smooth: false };
    const view = viewOf(random, ring, period, line);
    const picture = new Points().of(ring, view);
    const pixel = view.window / view.columns;
    const samples = samplesOf(ring, period);
    const seen = samples.map((sample, k) => ({ ...sample, k, x: sample.at - picture.edge }));
    const isInside = ({ x }) => x > pixel - view.window && x < -pixel;
    yield { seed, line, pixel, samples: seen, isInside, pieces: piecesOf(picture.traces[0].points) };
  }
}

for (const timed of [false, true]) {
  const clock = timed ? "a timed" : "a regular";

  test(`every sample is seen in its pixel column, on ${clock} clock`, () => {
    for (const { seed, line, pixel, samples, isInside, pieces } of pictures(timed)) {
      const nearOf = nearIn(pieces, pixel);
      for (const { x, value } of samples.filter((sample) => isInside(sample) && !Number.isNaN(sample.value))) {
        const near = nearOf(x);
        // Upright lines and marks hold their values exactly; others begin or end there.
        const shown = near.some(
          ([a, b]) => between(value, a.y, b.y) && Math.min(Math.abs(a.x - x), Math.abs(b.x - x)) <= pixel,
        );
        assert.ok(shown, `case ${seed}, ${line.shape}, ${line.missing}: ${value} at ${x}`);
      }
    }
  });

  test(`only what is joined is joined, on ${clock} clock`, () => {
    for (const { seed, line, pixel, samples, isInside, pieces } of pictures(timed)) {
      const there = samples.filter(({ value }) => !Number.isNaN(value));
      const nearOf = nearIn(pieces, 0);
      for (let k = 1; k < there.length; k += 1) {
        const [before, after] = [there[k - 1], there[k]];
        // Within a pixel, and the one beside it, nobody can tell.
        if (!isInside(before) || !isInside(after) || after.x - before.x < 2.5 * pixel) continue;
        const isHole = after.k > before.k + 1;
        const wanted = line.shape !== "points" && (!isHole || line.missing !== "hole");
        const end = line.shape === "step" && isHole ? samples[before.k + 1].x : before.x;
        // Not half-way: a value that is held has a point at each sample that is missing.
        const middle = end + 0.4537 * (after.x - end);
        if (after.x - end < 2.5 * pixel) continue;
        const crossing = nearOf(middle).filter(([a, b]) => a.x < middle && b.x > middle);
        const told = `case ${seed}, ${line.shape}, ${line.missing}: ${before.x} to ${after.x}`;
        assert.equal(crossing.length > 0, wanted, told);
        for (const [a, b] of crossing) {
          if (line.shape === "step") assert.ok(a.y === before.value && b.y === before.value, told);
          else assert.ok(between(a.y, before.value, after.value) && between(b.y, before.value, after.value), told);
        }
      }
    }
  });
}
