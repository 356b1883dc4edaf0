import assert from "node:assert/strict";
import test from "node:test";

import { AutoRange, around, fit, scaled } from "../../../static/waves/js/chart/range.js";

test("a range is eight divisions of 1, 2 or 5 that hold the data", () => {
  for (const [low, high] of [
    [-1, 1],
    [0, 100],
    [3.1, 3.2],
    [-7e6, 2e6],
    [1e-9, 3e-9],
    [5, 5],
    [0, 0],
  ]) {
    const { min, max, perDivision } = fit(low, high);
    assert.ok(min <= low && high <= max, `${low} to ${high} in ${min} to ${max}`);
    assert.ok(Math.abs((max - min) / perDivision - 8) < 1e-9);
    assert.ok([1, 2, 5].includes(Number(perDivision.toExponential(6).split("e")[0])));
  }
});

test("data within the range moves nothing", () => {
  const auto = new AutoRange();
  const range = auto.update(-1, 1, 0);
  for (let now = 0; now < 60; now += 0.1) {
    assert.equal(auto.update(-1 + 0.2 * Math.sin(now), 1 + 0.3 * Math.sin(3 * now), now), range);
  }
});

test("data that leaves the range widens it at once", () => {
  const auto = new AutoRange();
  auto.update(-1, 1, 0);
  assert.ok(auto.update(-10, 10, 0.1).max >= 10);
});

test("smaller data narrows it only after a while, and an outlier starts the while anew", () => {
  const auto = new AutoRange();
  const wide = auto.update(-10, 10, 0);
  assert.equal(auto.update(-1, 1, 1), wide);
  assert.equal(auto.update(-10, 10, 3), wide);
  assert.equal(auto.update(-1, 1, 5), wide);
  assert.equal(auto.update(-1, 1, 7.9), wide);
  assert.equal(auto.update(-1, 1, 8.1).perDivision, 0.5);
});

test("without data the range stays", () => {
  const auto = new AutoRange();
  const range = auto.update(-1, 1, 0);
  assert.equal(auto.update(Infinity, -Infinity, 1), range);
});

test("a fixed range is centred on a whole division", () => {
  assert.deepEqual(around(0.7, 0.5), { min: -1.5, max: 2.5, perDivision: 0.5 });
});

test("the largest numbers that there are fit a range", () => {
  for (const [low, high] of [
    [-1.7e308, 1.7e308],
    [0, 1.7e308],
    [1.2e308, 1.7e308],
    [-1.7e308, -1.6e308],
    [1.7e308, 1.7e308],
    [5e-324, 1e-320],
  ]) {
    const { min, max, perDivision } = fit(low, high);
    assert.ok(min <= low && high <= max && max < Infinity && min > -Infinity, `${low} to ${high} in ${min} to ${max}`);
    assert.ok(min < max && perDivision > 0);
  }
});

test("a range scales and moves at the ends of what numbers are", () => {
  for (const perDivision of [1e307, 4.4e307, 1e308]) {
    const { min, max } = scaled(fit(-1.7e308, 1.7e308), perDivision);
    assert.ok(Number.isFinite(min) && Number.isFinite(max) && min < max, `${min} to ${max}`);
  }
});
