import assert from "node:assert/strict";
import test from "node:test";
import { problemsOf, readModules } from "../../../tools/page_rooms.mjs";

const about = (modules) => problemsOf(modules).join(" ");

test("the page's modules keep to their rooms, and no circle is among them", () => {
  assert.deepEqual(problemsOf(readModules()), []);
});

test("a room may import one below, and none above or beside it", () => {
  assert.equal(about({ "text/a.js": "", "samples/b.js": 'import { a } from "../text/a.js";' }), "");
  assert.match(
    about({ "text/a.js": 'import "../samples/b.js";', "samples/b.js": "" }),
    /text\/a\.js may not import samples/,
  );
  assert.match(
    about({ "time/a.js": 'export * from "../chart/b.js";', "chart/b.js": "" }),
    /time\/a\.js may not import chart/,
  );
});

test("an import for types alone counts, and so do one that is made later and a worker", () => {
  const types = '/** @import { B } from "../oscilloscope/b.js" */';
  assert.match(about({ "tools/a.js": types, "oscilloscope/b.js": "" }), /may not import/);
  assert.match(
    about({ "tools/a.js": '/** @type {import("../oscilloscope/b.js").B} */', "oscilloscope/b.js": "" }),
    /may not/,
  );
  assert.match(about({ "text/a.js": 'await import("../chart/b.js");', "chart/b.js": "" }), /may not import/);
  assert.match(about({ "text/a.js": 'import.meta.resolve("../chart/b.js")', "chart/b.js": "" }), /may not import/);
});

test("no tool reaches into another", () => {
  assert.match(about({ "tools/a.js": 'import { B } from "./b.js";', "tools/b.js": "" }), /reach into tools\/b\.js/);
});

test("a circle is told once, with its way", () => {
  const modules = {
    "time/a.js": 'import "./b.js";',
    "time/b.js": 'import "./c.js";',
    "time/c.js": 'import "./a.js";',
    "time/d.js": 'import "./a.js";',
  };
  assert.deepEqual(problemsOf(modules), ["A circle of imports: time/a.js → time/b.js → time/c.js → time/a.js."]);
});

test("a module outside the rooms is told, and one that is not there", () => {
  assert.match(about({ "main.js": "" }), /main\.js stands in none of the rooms/);
  assert.match(about({ "time/a.js": 'import "./gone.js";' }), /gone\.js, which is not there/);
});

test("what others wrote is imported where it is drawn with, and nowhere else", () => {
  const text = 'import * as echarts from "../../vendor/echarts/echarts.esm.min.js";';
  assert.equal(about({ "chart/chart.js": text }), "");
  assert.match(about({ "tools/a.js": text }), /may not import vendor/);
});
