import assert from "node:assert/strict";
import test from "node:test";

import { channels, contrast, legible } from "../../../static/waves/js/chart/colour.js";

test("contrast is that of WCAG", () => {
  assert.equal(contrast([0, 0, 0], [255, 255, 255]), 21);
  assert.ok(Math.abs(contrast([118, 118, 118], [255, 255, 255]) - 4.54) < 0.01);
});

test("a colour that stands out stays as it was chosen", () => {
  assert.equal(legible("#ffd23f", "rgb(11, 14, 18)"), "rgb(255, 210, 63)");
});

test("a colour that would vanish is moved until it is seen", () => {
  for (const background of ["#ffffff", "#0b0e12"]) {
    for (const colour of ["#ffff00", "#ffffff", "#000000", "#101030"]) {
      const seen = channels(legible(colour, background));
      assert.ok(contrast(seen, channels(background)) >= 3, `${colour} on ${background}`);
    }
  }
});
