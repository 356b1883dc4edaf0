import assert from "node:assert/strict";
import test from "node:test";

import { Ring } from "../../../static/waves/js/samples/ring.js";
import { heading, pageOf, tableRows, toTabs } from "../../../static/waves/js/text/table-rows.js";

const RANGE = { from: 1000, to: 1250 };

function ringOf(...rows) {
  const ring = new Ring({ rows: rows.length, capacity: 100 });
  ring.write(
    10,
    rows.map((row) => Float32Array.from(row)),
  );
  return ring;
}

const from = (zero) => ({ timeOf: (index) => index * 0.001 - zero, period: 0.001 });

test("the first page holds the newest rows, the last one what is left", () => {
  assert.deepEqual(pageOf(RANGE, 0, 100), { first: 1150, next: 1250, offset: 0, count: 250 });
  assert.deepEqual(pageOf(RANGE, 200, 100), { first: 1000, next: 1050, offset: 200, count: 250 });
});

test("a page beyond the window is its oldest row", () => {
  assert.deepEqual(pageOf(RANGE, 900, 100), { first: 1000, next: 1001, offset: 249, count: 250 });
  assert.deepEqual(pageOf({ from: 5, to: 5 }, 100, 100), { first: 5, next: 5, offset: 0, count: 0 });
});

test("rows are newest first, and times count from the label 0", () => {
  const rows = tableRows(ringOf([1, 2, 3], [4, NaN, 6]), { first: 10, next: 13 }, [0, 1], from(0.011));
  assert.deepEqual(rows, [
    ["12", "0.0010", "3", "6"],
    ["11", "0.0000", "2", ""],
    ["10", "-0.0010", "1", "4"],
  ]);
});

test("no time is minus zero", () => {
  const [[, time]] = tableRows(ringOf([1]), { first: 10, next: 11 }, [0], from(0.01 + 1e-12));
  assert.equal(time, "0.0000");
});

test("columns say what they hold", () => {
  assert.deepEqual(heading([{ name: "a", unit: "V" }], true), ["Sample", "Time (s)", "a min (V)", "a max (V)"]);
});

test("a spreadsheet gets tabs and lines", () => {
  assert.equal(
    toTabs([
      ["a", "b"],
      ["1", "2"],
    ]),
    "a\tb\n1\t2",
  );
});

test("float64 is told with all of its digits", () => {
  const held = { stride: 1, float64: true, at: () => 1_000_000_000.001 };
  const [[, , value]] = tableRows(held, { first: 0, next: 1 }, [0], { timeOf: () => 0, period: 1 });
  assert.equal(value, "1000000000.001");
});

test("a value that has a name is told by it", () => {
  const states = [{ 0: "closed", 1: "open" }, undefined];
  const rows = tableRows(ringOf([1, 0, 2], [1, 0, 2]), { first: 10, next: 13 }, [0, 1], from(0), states);
  assert.deepEqual(
    rows.map(([, , ...values]) => values),
    [
      ["2", "2"],
      ["closed", "0"],
      ["open", "1"],
    ],
  );
});

test("no name becomes a formula on the clipboard, and none breaks a line", () => {
  assert.equal(
    toTabs([
      ["=1+1", "a\tb"],
      ["-1.5", "@x"],
    ]),
    "'=1+1\ta b\n-1.5\t'@x",
  );
});
