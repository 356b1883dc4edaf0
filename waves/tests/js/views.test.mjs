import assert from "node:assert/strict";
import test from "node:test";
import { Views } from "../../../static/waves/js/controls/views.js";

const [TIME, SPECTRUM] = [{ name: "chart" }, { name: "spectrum" }];

function viewsOf() {
  const shown = [];
  const views = new Views(() => shown.push(views.name));
  views.declare({ name: "time", charts: () => [TIME] });
  views.declare({ name: "split", of: ["time", "spectrum"] });
  views.declare({ name: "spectrum", charts: () => [SPECTRUM], panels: ["spectrum-panel"] });
  views.declare({ name: "table", panels: ["table-panel"] });
  return { views, shown };
}

test("the first view that was declared is shown, and an address need not say so", () => {
  const { views } = viewsOf();
  assert.equal(views.name, "time");
  assert.deepEqual(views.state(), {});
  assert.deepEqual(views.charts, [TIME]);
});

test("a view of two others shows what is theirs, from the top down", () => {
  const { views } = viewsOf();
  views.show("split");
  assert.ok(views.isShown("time") && views.isShown("spectrum") && !views.isShown("table"));
  assert.deepEqual(views.charts, [TIME, SPECTRUM]);
  assert.deepEqual(
    [...views.panels],
    [
      ["spectrum-panel", true],
      ["table-panel", false],
    ],
  );
});

test("the next view goes round by the order in which they were declared", () => {
  const { views, shown } = viewsOf();
  for (let k = 0; k < 4; k += 1) views.next();
  assert.deepEqual(shown, ["split", "spectrum", "table", "time"]);
});

test("a chart that was not made yet is none", () => {
  const views = new Views(() => {});
  views.declare({ name: "spectrum", charts: () => [null] });
  assert.deepEqual(views.charts, []);
});

test("an address with a view that there is not changes nothing", () => {
  const { views, shown } = viewsOf();
  views.restore({ view: "waterfall" });
  views.show("waterfall");
  assert.deepEqual([views.name, shown], ["time", []]);
  views.restore({ view: "table" });
  assert.deepEqual(views.state(), { view: "table" });
});

test("a view that another tool declares is one of them at once", () => {
  const { views } = viewsOf();
  views.declare({ name: "histogram", charts: () => [], panels: ["histogram-panel"] });
  views.show("histogram");
  assert.deepEqual(views.names, ["time", "split", "spectrum", "table", "histogram"]);
  assert.equal(views.panels.get("histogram-panel"), true);
});
