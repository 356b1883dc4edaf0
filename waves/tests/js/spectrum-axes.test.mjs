import assert from "node:assert/strict";
import test from "node:test";

import {
  Ceiling,
  frequencyAxis,
  levelText,
  minorLines,
  spectrumPoints,
} from "../../../static/waves/js/spectrum/axes.js";

test("a linear axis goes from 0 to half the rate, and its last division has the unit", () => {
  const x = frequencyAxis(1, 501, false);
  assert.deepEqual([x.min, x.max, x.perDivision], [0, 500, 50]);
  assert.equal(x.tickLabel(500), "500 Hz");
  assert.equal(x.tickLabel(50), "50");
});

test("where half the rate is no whole division, the last whole one has the unit", () => {
  const x = frequencyAxis(10, 2206, false);
  assert.equal(x.tickLabel(20000), "20 kHz");
  assert.equal(x.tickLabel(22050), "");
});

test("a logarithmic axis begins with a whole decade at or below the first bin", () => {
  const x = frequencyAxis(0.25, 2001, true);
  assert.equal(x.min, -1);
  assert.equal(x.tickLabel(2), "100 Hz");
  assert.equal(x.tickLabel(x.max), "");
  assert.ok(minorLines(x).every((line) => line > x.min && line < x.max && line % 1 !== 0));
});

test("of bins that share a column both extremes are drawn, in order", () => {
  const values = Float64Array.from({ length: 10_001 }, (_, bin) => (bin === 5003 ? 9 : 1 + (bin % 7) / 10));
  const points = spectrumPoints(values, 1, frequencyAxis(1, values.length, false), 100);
  assert.ok(points.length <= 4 * 102);
  const at = points.indexOf(9);
  assert.equal(points[at - 1], 5003);
  for (let k = 2; k < points.length; k += 2) assert.ok(points[k] > points[k - 2]);
});

test("fewer bins than columns are all drawn, but 0 Hz has no place on a logarithmic axis", () => {
  const values = Float64Array.of(5, 4, 3, 2, 1);
  const linear = spectrumPoints(values, 10, frequencyAxis(10, 5, false), 500);
  assert.deepEqual([...linear], [0, 5, 10, 4, 20, 3, 30, 2, 40, 1]);
  const log = spectrumPoints(values, 10, frequencyAxis(10, 5, true), 500);
  assert.equal(log.length, 8);
  assert.equal(log[0], 1);
});

test("the y axis rises at once and falls only after a while", () => {
  const ceiling = new Ceiling();
  assert.equal(ceiling.update(-32, 10, 0).max, -20);
  assert.equal(ceiling.update(14, 10, 1).max, 20);
  assert.equal(ceiling.update(-32, 10, 2).max, 20);
  assert.equal(ceiling.update(-32, 10, 4).max, 20);
  assert.equal(ceiling.update(-32, 10, 5.5).max, -20);
});

test("a linear scale begins at 0; another scale is taken at once", () => {
  const ceiling = new Ceiling();
  assert.equal(ceiling.update(-3, 10, 0).min, -70);
  const { min, max } = ceiling.update(0.7, null, 0.1);
  assert.ok(min === 0 && max >= 0.7 && max <= 1.6);
});

test("levels are said in decibels of the unit, or with a prefix", () => {
  assert.equal(levelText(-3.01, "V", true), "−3.0 dBV");
  assert.equal(levelText(0.0123, "V", false), "12.3 mV");
  assert.equal(levelText(NaN, "V", true), "–");
});
