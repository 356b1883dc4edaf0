import assert from "node:assert/strict";
import test from "node:test";
import { DEFINITIONS } from "../../../static/waves/js/measurements/definitions.js";
import { MEASUREMENTS } from "../../../static/waves/js/measurements/measurements.js";

test("every measurement says what it is", () => {
  assert.deepEqual(Object.keys(DEFINITIONS), Object.keys(MEASUREMENTS));
});
