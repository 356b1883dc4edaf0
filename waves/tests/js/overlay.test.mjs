import assert from "node:assert/strict";
import test from "node:test";

import { Overlay } from "../../../static/waves/js/chart/overlay.js";

/** Shapes that only remember what they were made of. */
function drawing() {
  const shapes = [];
  let drawn = 0;
  class Group {
    add(shape) {
      shapes.push(shape);
    }
    removeAll() {
      drawn += 1;
      shapes.length = 0;
    }
  }
  const kind = (name) =>
    class {
      constructor(options) {
        Object.assign(this, { name }, options);
      }
    };
  const graphic = { Group, Line: kind("line"), Rect: kind("rect"), Polygon: kind("polygon"), Text: kind("text") };
  const overlay = new Overlay({ add() {} }, graphic);
  // x −1 … 0 on pixels 100 … 300, y 0 … 1 on pixels 250 … 50.
  const plot = { x: 100, y: 50, width: 200, height: 200 };
  const scales = { plot, px: (x) => 300 + 200 * x, py: (y) => 250 - 200 * y, colour: (name) => name };
  return { overlay, shapes, draw: (items) => overlay.draw(items, scales), drawn: () => drawn };
}

const cursor = (more) => ({ id: "c", line: "vertical", x: -0.5, colour: "--accent", drag() {}, ...more });

test("a line crosses the plot where its coordinate is", () => {
  const { draw, shapes } = drawing();
  draw([cursor(), { id: "l", line: "horizontal", y: 0.25, colour: "--warn" }]);
  assert.deepEqual(
    shapes.map(({ shape }) => shape),
    [
      { x1: 200, x2: 200, y1: 50, y2: 250 },
      { x1: 100, x2: 300, y1: 200, y2: 200 },
    ],
  );
});

test("beyond the plot a line is not drawn, and its handle stays at the border where it is told to", () => {
  const { draw, shapes } = drawing();
  draw([cursor({ x: -2, handle: "triangle" })]);
  assert.equal(shapes.length, 0);
  draw([cursor({ x: -2, handle: "triangle", clamp: true })]);
  assert.deepEqual(
    shapes.map(({ name, shape }) => [name, shape.points[2][0]]),
    [["polygon", 100]],
  );
});

test("the nearest line within reach is taken; a finger takes handles only, and reaches farther", () => {
  const { overlay, draw } = drawing();
  draw([cursor(), cursor({ id: "d", x: -0.48 }), { id: "still", line: "vertical", x: -0.45, colour: "--dim" }]);
  const at = (px, { py = 100, touch = false } = {}) => overlay.at({ px, py, touch })?.id;
  assert.deepEqual([at(201), at(203), at(190), at(215)], ["c", "d", undefined, undefined]);
  // Handles of vertical lines are at the upper border, which is at 50.
  assert.deepEqual([at(190, { py: 50, touch: true }), at(201, { touch: true })], ["c", undefined]);
});

test("a band is cut at the borders, at least a pixel wide, and left out where it is not seen", () => {
  const { draw, shapes } = drawing();
  draw(
    [
      [-Infinity, -0.9],
      [-0.5, -0.5],
      [-3, -2],
    ].map(([from, to], k) => ({ id: k, band: { from, to }, colour: "--warn" })),
  );
  assert.deepEqual(
    shapes.map(({ shape }) => [shape.x, Math.round(shape.width)]),
    [
      [100, 20],
      [200, 1],
    ],
  );
});

test("nothing is drawn anew where nothing moved, and another colour is something", () => {
  const { draw, drawn } = drawing();
  draw([cursor()]);
  draw([cursor()]);
  assert.equal(drawn(), 1);
  draw([cursor({ colour: "--ok" })]);
  assert.equal(drawn(), 2);
});

test("a flag beyond the plot points to where its cursor is, and is taken hold of there only", () => {
  const { overlay, draw, shapes } = drawing();
  const flag = { handle: "flag", clamp: true };
  const level = { ...flag, line: "horizontal", colour: "--warn", drag() {} };
  draw([
    cursor({ ...flag, x: -3, label: "1" }),
    cursor({ ...flag, id: "d", x: -2, label: "2" }),
    { ...level, id: "a", y: 2, label: "A" },
    { ...level, id: "b", y: -1, label: "B" },
  ]);
  const texts = shapes.filter(({ name }) => name === "text").map(({ style }) => style);
  assert.deepEqual(
    texts.map(({ text }) => text),
    ["← 1", "← 2", "↑ A", "↓ B"],
  );
  assert.equal(shapes.filter(({ name }) => name === "line").length, 0);
  // One below another, so that each can be taken.
  assert.deepEqual(
    texts.map(({ x, y }) => overlay.at({ px: x, py: y })?.id),
    ["c", "d", "a", "b"],
  );
  assert.equal(overlay.at({ px: 101, py: 200 }), undefined);
});

test("what is read at two lines stands beside them, and never upon each other", () => {
  const { overlay, draw, shapes } = drawing();
  const rows = [
    { text: "−20.00 ms", colour: "--text" },
    { text: "1.204 V", colour: "--ok" },
  ];
  const boxes = (one, two) => {
    const item = { line: "vertical", rows, colour: "--text" };
    draw([
      { id: "1", x: one, side: -1, ...item },
      { id: "2", x: two, side: 1, ...item },
    ]);
    return overlay.items.map(({ box }) => box);
  };
  const [left, right] = boxes(-0.5, -0.4);
  assert.ok(left.x + left.width < 200 && right.x > 220);
  // At the border there is room on one side only.
  const [first, second] = boxes(-0.99, -0.95);
  assert.ok(first.x > 100 && second.x > 100);
  assert.ok(second.y >= first.y + first.height);
  assert.equal(shapes.filter(({ style }) => style?.text === "1.204 V").length, 2);
});

test("what is read covers neither the triangle of a line nor what is read at another", () => {
  const { overlay, draw } = drawing();
  const rows = [{ text: "1 V", colour: "--text" }];
  const read = { rows, colour: "--text" };
  const trigger = { id: "t", line: "vertical", handle: "triangle", x: -0.55, colour: "--text" };
  draw([
    trigger,
    { id: "1", line: "vertical", x: -0.5, side: -1, ...read },
    { id: "2", line: "vertical", x: -0.35, side: 1, ...read },
    { id: "a", line: "horizontal", y: 0.95, side: -1, ...read },
  ]);
  const [, one, two, level] = overlay.items.map(({ box }) => box);
  const apart = (a, b) =>
    a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
  assert.ok(one.y > two.y);
  assert.ok(apart(level, two) && apart(level, one));
  // Where both ends of its line are taken, it stands below what is there.
  const tall = { rows: Array(4).fill(rows[0]), colour: "--text" };
  draw([
    { id: "1", line: "vertical", x: -0.8, side: -1, ...tall },
    { id: "2", line: "vertical", x: -0.35, side: 1, ...tall },
    { id: "a", line: "horizontal", y: 0.85, side: -1, ...read },
  ]);
  const [left, right, between] = overlay.items.map(({ box }) => box);
  assert.ok(apart(between, left) && apart(between, right));
});
