import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { MEASUREMENTS, SIGNAL_UNIT } from "../../../static/waves/js/measurements/measurements.js";
import { AMPLITUDES, AVERAGING, DEFAULTS, MOST_AVERAGES, SCALES } from "../../../static/waves/js/spectrum/analyser.js";
import { WINDOWS } from "../../../static/waves/js/spectrum/windows.js";

const page = readFileSync(new URL("../../../docs/measurements.md", import.meta.url), "utf8");
const rows = page
  .split("\n")
  .filter((line) => line.startsWith("|"))
  .map((line) =>
    line
      .replaceAll("\\|", "¦")
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
const row = (column, key) => rows.find((cells) => cells[column] === `\`${key}\``);

test("each measurement stands in the docs with its name, unit and definition", () => {
  for (const [key, { label, unit }] of Object.entries(MEASUREMENTS)) {
    const [, name, documentedUnit, definition] = row(0, key) ?? assert.fail(`${key} is missing`);
    assert.equal(name, label);
    assert.equal(documentedUnit, unit === SIGNAL_UNIT ? "unit" : unit);
    assert.ok(definition.length > 5);
  }
});

test("each option of the spectrum stands in the docs", () => {
  for (const key of Object.keys(DEFAULTS)) assert.ok(row(1, key), `${key} is missing`);
  for (const [option, choices] of Object.entries({
    amplitude: AMPLITUDES,
    averaging: AVERAGING,
    scale: SCALES,
  })) {
    for (const key of Object.keys(choices)) assert.match(row(1, option)[2], new RegExp(`\`${key}\``));
  }
  assert.match(row(1, "averages")[2], new RegExp(`at most ${MOST_AVERAGES}`));
});

test("each window function stands in the docs with its name and the width of its main lobe", () => {
  for (const [key, { label, terms }] of Object.entries(WINDOWS)) {
    const [, name, , lobe] = row(0, key) ?? assert.fail(`${key} is missing`);
    assert.equal(name, label);
    assert.equal(Number(lobe), 2 * terms.length);
  }
});
