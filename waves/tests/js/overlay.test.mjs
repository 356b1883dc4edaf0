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
