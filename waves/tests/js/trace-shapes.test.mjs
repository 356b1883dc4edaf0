import assert from "node:assert/strict";
import test from "node:test";

import { TraceShapes } from "../../../static/waves/js/chart/trace-shapes.js";

/** A drawing whose shapes tell the path that they would draw. */
function drawing() {
  const shapes = new Set();
  class Group {
    add(shape) {
      shapes.add(shape);
    }
    remove(shape) {
      shapes.delete(shape);
    }
    setClipPath({ shape }) {
      this.clip = shape;
    }
  }
  class Rect {
    constructor(options) {
      Object.assign(this, options);
    }
  }
  const extendShape = ({ buildPath }) =>
    class {
      attr(look) {
        Object.assign(this, look);
      }
      get path() {
        const steps = [];
        const step = (name) => (x, y) => steps.push(`${name} ${x} ${y}`);
        buildPath({ moveTo: step("M"), lineTo: step("L") }, this.shape);
        return steps.join(" ");
      }
    };
  const traces = new TraceShapes({ add() {} }, { Group, Rect, extendShape });
  // x −1 … 0 on pixels 100 … 300, y 0 … 1 on pixels 250 … 50.
  const plot = { x: 100, y: 50, width: 200, height: 200 };
  const scales = { plot, x: { from: -1, scale: 200, pixel: 100 }, y: () => ({ from: 0, scale: -200, pixel: 250 }) };
  return { shapes, draw: (list) => traces.draw(list, scales) };
}

const trace = (points, more) => ({
  id: "a",
  points: Float32Array.from(points),
  axis: 0,
  colour: "red",
  width: 1,
  z: 2,
  ...more,
});

test("a trace is a line through its points, with a hole where a value is missing", () => {
  const { shapes, draw } = drawing();
  draw([trace([-1, 0, -0.75, 1, -0.5, NaN, -0.25, 0.5, 0, 0])]);
  const [{ path }] = shapes;
  assert.equal(path, "M 100 250 L 150 50 M 250 150 L 300 250");
});

test("a value beyond all bounds is a line that leaves the plot", () => {
  const { shapes, draw } = drawing();
  draw([trace([-1, -Infinity, -0.5, 0, 0, 3e38])]);
  const [{ path }] = shapes;
  assert.equal(path, "M 100 100000 L 200 250 L 300 -100000");
});

test("one shape stays for a trace while it is drawn, and goes with it", () => {
  const { shapes, draw } = drawing();
  draw([trace([]), trace([], { id: "b" })]);
  const [first] = shapes;
  draw([trace([-1, 0])]);
  assert.deepEqual([...shapes], [first]);
  assert.equal(first.path, "M 100 250");
});

test("a dashed trace has dashes as long as it is wide", () => {
  const { shapes, draw } = drawing();
  draw([trace([], { dash: [4, 2], width: 2, colour: "blue" })]);
  const [{ style }] = shapes;
  assert.deepEqual([style.stroke, style.lineWidth, style.lineDash], ["blue", 2, [8, 4]]);
});
