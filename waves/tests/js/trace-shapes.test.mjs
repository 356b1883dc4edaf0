import assert from "node:assert/strict";
import test from "node:test";

import { scaleOf } from "../../../static/waves/js/chart/trace-path.js";
import { TraceShapes } from "../../../static/waves/js/chart/trace-shapes.js";

/** A drawing whose shapes tell the path that they would draw. */
function drawing(y = { from: 0, scale: -200, pixel: 250 }) {
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
  const scales = { plot, x: { from: -1, scale: 200, pixel: 100 }, y: () => y };
  return { shapes, draw: (list) => traces.draw(list, scales) };
}

const trace = (points, more) => ({
  id: "a",
  points: Float64Array.from(points),
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

/** The pixels from left to right, and from top to bottom, of a path. */
function spanOf(path) {
  const numbers = path.match(/-?[\d.]+/g).map(Number);
  const [x, y] = [0, 1].map((first) => numbers.filter((_, at) => at % 2 === first));
  return [x, y].map((each) => Math.max(...each) - Math.min(...each));
}

test("a value that stands alone is a mark, and so is a line that is smaller than a pixel", () => {
  const { shapes, draw } = drawing();
  const hole = [NaN, NaN];
  for (const points of [
    [-0.5, 0.5],
    [...hole, -0.5, 0.5, ...hole],
    [-0.5, 0.5, -0.4999, 0.5, ...hole],
    [-0.5, 0.5, -0.5, 0.5],
  ]) {
    draw([trace(points)]);
    const [{ path }] = shapes;
    const [across, down] = spanOf(path);
    assert.ok(across >= 2 && down >= 2, path);
  }
  draw([trace([-0.5, 0.5, -0.49, 0.5, ...hole])]);
  const [{ path }] = shapes;
  assert.equal(path, "M 200 150 L 202 150");
});

test("dots stand upon the line, one for each", () => {
  const { shapes, draw } = drawing();
  draw([trace([-1, 0, 0, 1], { dots: Float64Array.of(-1, 0, 0, 1) })]);
  const [{ path }] = shapes;
  assert.equal(path.split("M").length - 1, 1 + 2 * 2);
});

test("little ripple on much has its place, to a thousandth of a pixel", () => {
  const { shapes, draw } = drawing({ from: 1e9 - 1e-3, scale: -1e5, pixel: 250 });
  draw([trace([-1, 1e9 - 1e-3, 0, 1e9 + 1e-3])]);
  const [, low, , high] = [...shapes][0].path.match(/-?[\d.]+/g).map(Number);
  assert.ok(Math.abs(low - high - 200) < 0.1, `${low} to ${high}`);
});

test("the largest numbers there are have their place", () => {
  const scale = -scaleOf(-1.76e308, 1.76e308, 200);
  const { shapes, draw } = drawing({ from: -1.76e308, scale, pixel: 250 });
  draw([trace([-1, -1.76e308, -0.5, 0, 0, 1.7e308])]);
  const numbers = [...shapes][0].path.match(/-?[\d.]+/g).map(Number);
  assert.deepEqual(numbers.filter((_, at) => at % 2).map(Math.round), [250, 150, 53]);
});

test("one shape stays for a trace while it is drawn, and goes with it", () => {
  const { shapes, draw } = drawing();
  draw([trace([]), trace([], { id: "b" })]);
  const [first] = shapes;
  draw([trace([-1, 0])]);
  assert.deepEqual([...shapes], [first]);
  assert.ok(first.path.startsWith("M 100 250"));
});

test("a dashed trace has dashes as long as it is wide", () => {
  const { shapes, draw } = drawing();
  draw([trace([], { dash: true, width: 2, colour: "blue" })]);
  const [{ style }] = shapes;
  assert.deepEqual([style.stroke, style.lineWidth, style.lineDash], ["blue", 2, [8, 4]]);
});
