import assert from "node:assert/strict";
import test from "node:test";

import { Bars } from "../../../static/waves/js/chart/lane-bars.js";
import { layoutOf, moved } from "../../../static/waves/js/chart/lane-layout.js";
import { LaneShapes } from "../../../static/waves/js/chart/lane-shapes.js";
import { CHANGING, Lanes, TINTS, tintsOf } from "../../../static/waves/js/chart/lanes.js";
import { Overlay } from "../../../static/waves/js/chart/overlay.js";
import { Points } from "../../../static/waves/js/chart/points.js";
import { choose, readChoices } from "../../../static/waves/js/samples/line.js";
import { Ring } from "../../../static/waves/js/samples/ring.js";

const STEP = { shape: "step", missing: "hole", smooth: false };
/** x −10 … 0 on pixels 100 … 1100. */
const SCALE = { from: -10, scale: 100, pixel: 100 };
const [LEFT, RIGHT] = [100, 1100];

/** What a bar is: from, to, value. */
function barsOf(points) {
  const bars = new Bars();
  bars.read(points, SCALE, LEFT, RIGHT, () => 0);
  return Array.from({ length: bars.count }, (_, k) => [bars.from[k], bars.to[k], bars.value[k]]);
}

/** The points of signal 0 as the page draws them. */
function pointsOf(values, view, times) {
  const ring = new Ring({ rows: 1, capacity: values.length + 8, timed: Boolean(times) });
  ring.write(0, [Float64Array.from(values)], times && Float64Array.from(times));
  const base = { window: 10, columns: 1000, envelope: false, visible: [true], lines: [STEP] };
  return new Points().of(ring, { ...base, ...view }).traces[0].points;
}

test("there is a bar for each stretch of one value, and none where nothing is held", () => {
  const line = [-9, 0, -7, 0, -7, 1, -4, 1, NaN, NaN, -3, 1, -2, 1, -2, 0, 0, 0];
  assert.deepEqual(barsOf(line), [
    [200, 400, 0],
    [400, 700, 1],
    [800, 900, 1],
    [900, 1100, 0],
  ]);
});

test("bars are cut at the borders, and what lies beyond them is none", () => {
  assert.deepEqual(barsOf([-20, 1, -12, 1, -12, 0, -5, 0, -5, 1, 3, 1]), [
    [100, 600, 0],
    [600, 1100, 1],
  ]);
});

test("a single short state between two long ones keeps its bar; many of them are one that changes", () => {
  assert.deepEqual(barsOf([-9, 0, -5, 0, -5, 1, -5, 0, 0, 0]), [
    [200, 600, 0],
    [600, 600, 1],
    [600, 1100, 0],
  ]);
  const busy = Array.from({ length: 100 }, (_, k) => [-5 + k / 200, k % 2, -5 + (k + 1) / 200, k % 2]).flat();
  assert.deepEqual(barsOf([-9, 0, -5, 0, ...busy, -4.5, 0, 0, 0]), [
    [200, 600.5, 0],
    [600.5, 650, NaN],
    [650, 1100, 0],
  ]);
});

test("more bars than there was room for are all there, and the arrays are used again", () => {
  const bars = new Bars();
  const line = Array.from({ length: 300 }, (_, k) => [-9 + k / 40, k % 3, -9 + (k + 1) / 40, k % 3]).flat();
  bars.read(line, SCALE, LEFT, RIGHT, (value) => value);
  assert.equal(bars.count, 300);
  assert.deepEqual([bars.value[299], bars.tint[299], bars.from[299]], [2, 2, 947.5]);
  const { from } = bars;
  bars.read(line, SCALE, LEFT, RIGHT, () => 0);
  assert.equal(bars.from, from);
});

test("a lane shows a state between two samples on a timed clock, and the last one up to now", () => {
  const points = pointsOf([0, 2, NaN, 1], { edge: 100, period: 0, heldTo: 100 }, [91, 93, 95, 97]);
  const rounded = barsOf(points).map((bar) => bar.map((each) => Math.round(each)));
  assert.deepEqual(rounded, [
    [200, 400, 0],
    [400, 600, 2],
    [800, 1100, 1],
  ]);
});

test("each of a million samples that differs is seen in its lane, however many share a pixel", () => {
  const values = new Float64Array(1_000_000);
  values[700_000] = 1;
  const points = pointsOf(values, { edge: 10, period: 1e-5 });
  const bars = barsOf(points);
  assert.deepEqual(
    bars.map(([, , value]) => value),
    [0, 1, 0],
  );
  assert.ok(Math.abs(bars[1][0] - 800) <= 1.5, String(bars[1]));
});

test("the first and the last state have tints of their own, and what changes too fast has another", () => {
  const tint = tintsOf([0, 1, 100], 0, 100);
  assert.deepEqual([0, 1, 100, NaN].map(tint), [0, Math.round((TINTS - 1) / 2), TINTS - 1, CHANGING]);
  const plain = tintsOf([], 0, 1);
  assert.deepEqual([0, 1, -5, 9].map(plain), [0, TINTS - 1, 0, TINTS - 1]);
  assert.deepEqual([0, 1].map(tintsOf([], 1, 1)), [0, TINTS - 1]);
});

const ROOM = { x: 64, y: 16, width: 1000, height: 600 };

test("lanes and plot lie beside one another on the same axis, and share the room whatever there are", () => {
  for (const side of ["above", "below"]) {
    for (const count of [1, 3, 64]) {
      const { plot, lanes } = layoutOf(ROOM, count, side, false);
      assert.deepEqual([plot.x, plot.width, lanes.x, lanes.width], [64, 1000, 64, 1000]);
      assert.ok(plot.height > 200, `${count} ${plot.height}`);
      assert.ok(lanes.lane > 2 * lanes.gap && lanes.lane * count <= lanes.height + 1e-9);
      const [upper, lower] = side === "above" ? [lanes, plot] : [plot, lanes];
      assert.ok(upper.y >= 16 && upper.y + upper.height < lower.y && lower.y + lower.height <= 616 + 1e-9);
    }
  }
});

test("alone, lanes have all the room, and without any the plot has", () => {
  assert.deepEqual(layoutOf(ROOM, 0, "above", true), { plot: ROOM, lanes: null });
  const { plot, lanes } = layoutOf(ROOM, 64, "below", true);
  assert.deepEqual([plot, lanes.y, lanes.height], [ROOM, 16, 600]);
  assert.equal(moved({ plot, lanes }, 50).lanes.y, 66);
});

/** Shapes that only remember what they were told. */
function drawing() {
  const shapes = new Set();
  class Shape {
    constructor(options) {
      Object.assign(this, options, { style: { ...options.style } });
    }
    attr({ style = {}, ...others }) {
      Object.assign(this, others);
      Object.assign(this.style, style);
    }
  }
  class Group {
    add(shape) {
      shapes.add(shape);
    }
    removeAll() {
      shapes.clear();
    }
  }
  const extendShape = ({ shape, buildPath }) =>
    class extends Shape {
      get path() {
        const corners = [];
        const path = { moveTo: (x, y) => corners.push([x, y]), lineTo: (x, y) => corners.push([x, y]) };
        buildPath(path, this.shape ?? shape);
        return corners;
      }
    };
  const graphic = { Group, Text: class extends Shape {}, extendShape };
  const scales = { x: SCALE, colour: (name) => name };
  const place = { x: 100, y: 20, width: 1000, height: 60, lane: 30, gap: 4 };
  const lanes = new LaneShapes({ add() {} }, graphic);
  const texts = () => [...shapes].filter(({ style }) => style.text).map(({ style, x, y }) => [style.text, x, y]);
  return { lanes, shapes, texts, draw: (all, at = place) => lanes.draw(all, all.length ? at : null, scales) };
}

const lane = (name, points, states = { 0: "closed", 1: "open" }) => ({
  name,
  colour: "red",
  points: Float64Array.from(points),
  tint: tintsOf(Object.keys(states).map(Number), 0, 1),
  say: (value) => states[value] ?? String(value),
});

test("a name stands in each bar that has room for it, and what is short is drawn at least a pixel wide", () => {
  const { draw, shapes, texts } = drawing();
  draw([lane("door", [-9, 0, -5, 0, -5, 1, -5, 0, 0, 0])]);
  assert.deepEqual(
    texts().map(([text]) => text),
    ["door", "closed", "closed"],
  );
  const widths = [...shapes].filter(({ path }) => path).flatMap(({ path }) => path.map(([x]) => x));
  assert.ok(widths.includes(601));
});

test("names come and go with their bars, and no shape is left over", () => {
  const { draw, shapes, texts } = drawing();
  draw([lane("door", [-9, 0, -5, 0, -5, 1, 0, 1])]);
  const count = shapes.size;
  draw([lane("door", [-9, 1, 0, 1])]);
  assert.deepEqual(
    texts().map(([text]) => text),
    ["door", "open"],
  );
  assert.equal(shapes.size, count);
  draw([]);
  assert.equal(shapes.size, 0);
});

test("a name that has no room is shortened, and the whole of it stands in the title", () => {
  const long = "opened by the night watch, and left open";
  const { draw, lanes, texts } = drawing();
  draw([lane("door", [-9, 0, -5, 0, -5, 1, -4.2, 1, -4.2, 0, 0, 0], { 0: "closed", 1: long })]);
  const [shown] = texts()
    .map(([text]) => text)
    .filter((text) => text.startsWith("o"));
  assert.match(shown, /^ope.*….*en$/);
  assert.equal(lanes.titleAt({ px: 630, py: 30 }), `door: ${long}, for 0.8 s`);
  assert.equal(lanes.titleAt({ px: 1000, py: 30 }), "door: closed");
  assert.equal(lanes.titleAt({ px: 30, py: 30 }), "door");
  assert.equal(lanes.titleAt({ px: 150, py: 30 }), "door: nothing is held here");
  for (const [px, py] of [
    [630, 10],
    [630, 200],
    [1200, 30],
  ])
    assert.equal(lanes.titleAt({ px, py }), "");
});

test("64 lanes are drawn where there is no room for a text, and say theirs in the title", () => {
  const { draw, lanes, texts } = drawing();
  const many = Array.from({ length: 64 }, (_, k) => lane(`s${k}`, [-10, k % 2, 0, k % 2]));
  draw(many, { x: 100, y: 0, width: 1000, height: 448, lane: 7, gap: 1.75 });
  assert.deepEqual(texts(), []);
  assert.equal(lanes.titleAt({ px: 500, py: 63 * 7 + 3 }), "s63: open");
});

test("where there are no lanes nothing is done", () => {
  const { draw, shapes } = drawing();
  draw([]);
  assert.equal(shapes.size, 0);
});

const SIGNALS = [
  { key: "door", name: "Door", unit: "", colour: "", states: { 0: "closed", 1: "open" } },
  { key: "flow", name: "Flow", unit: "l/min", colour: "" },
];
const TRACES = [
  { points: Float64Array.from([-1, 0, 0, 0]), low: 0, high: 0 },
  { points: Float64Array.from([-1, 5, 0, 6]), low: 5, high: 6 },
];

test("signals with states stand in lanes and the others in the plot, until this browser chooses", () => {
  const seen = { signals: SIGNALS, visible: [true, true] };
  const lanes = new Lanes(seen, () => {});
  const names = () => lanes.of(TRACES, () => "red").lanes.map(({ name }) => name);
  assert.equal(lanes.areSeen, true);
  assert.deepEqual([names(), lanes.of(TRACES, () => "").isAlone], [["Door"], false]);
  assert.deepEqual(
    lanes.plotted(TRACES).map(({ points }) => points.length),
    [0, 4],
  );
  choose("door", { lane: "plot" });
  choose("flow", { lane: "lane" });
  assert.deepEqual(names(), ["Flow"]);
  seen.visible = [true, false];
  assert.equal(lanes.areSeen, false);
  readChoices("");
  assert.deepEqual([names(), lanes.of(TRACES, () => "").isAlone], [["Door"], true]);
});

test("a state that is learnt while the page runs has its name in the next picture", () => {
  const seen = { signals: SIGNALS, visible: [true, true] };
  const lanes = new Lanes(seen, () => {});
  const say = (value) => lanes.of(TRACES, () => "").lanes[0].say(value);
  assert.deepEqual([say(1), say(2)], ["open", "2.000"]);
  seen.signals = [{ ...SIGNALS[0], states: { ...SIGNALS[0].states, 2: "ajar" } }, SIGNALS[1]];
  assert.deepEqual([say(1), say(2)], ["open", "ajar"]);
});

test("the side of the lanes is kept, and what is no side is none", () => {
  const lanes = new Lanes({ signals: [], visible: [] }, () => {});
  assert.deepEqual(lanes.state(), {});
  lanes.restore({ lanes: "left" });
  assert.equal(lanes.side, "above");
  lanes.place("below");
  assert.deepEqual(lanes.state(), { lanes: "below" });
  lanes.restore(lanes.state());
  assert.equal(lanes.side, "below");
});

test("cursors, the trigger and gaps go through plot and lanes alike", () => {
  const shapes = [];
  class Group {
    add(shape) {
      shapes.push(shape);
    }
    removeAll() {}
  }
  const made = class {
    constructor(options) {
      Object.assign(this, options);
    }
  };
  const overlay = new Overlay({ add() {} }, { Group, Line: made, Rect: made, Polygon: made, Text: made });
  const plot = { x: 100, y: 100, width: 200, height: 200 };
  const lanes = { x: 100, y: 20, width: 200, height: 60 };
  const scales = { plot, lanes, px: (x) => 300 + 200 * x, py: () => 150, colour: (name) => name };
  overlay.draw(
    [
      { id: "c", line: "vertical", x: -0.5, colour: "--accent" },
      { id: "g", band: { from: -0.5, to: -0.25 }, colour: "--warn" },
      { id: "l", line: "horizontal", y: 0, colour: "--dim" },
    ],
    scales,
  );
  const spans = shapes.map(({ shape: { y, y1, y2, height } }) => [y ?? y1, y2 ?? y + height]);
  assert.deepEqual(spans, [
    [100, 300],
    [20, 80],
    [100, 300],
    [20, 80],
    [150, 150],
  ]);
});
