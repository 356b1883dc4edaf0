import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { channels, contrast } from "../../../static/waves/js/chart/colour.js";
import { dashKind, dashOf } from "../../../static/waves/js/chart/palette.js";

const style = readFileSync(new URL("../../../static/waves/css/palette.css", import.meta.url), "utf8");
const colours = [...style.matchAll(/--signal-\d+: light-dark\((#\w{6}), (#\w{6})\)/g)];
const GROUNDS = ["#ffffff", "#0b0e12"];
/** OKLab of two colours that everyone can tell apart on a line of a pixel: twice the 0.02 that is just seen on an area. */
const APART = 0.06;

/** B. Ottosson, "A perceptual color space for image processing", 2020. */
function oklab(colour) {
  const [r, g, b] = channels(colour).map((c) =>
    c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4,
  );
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

test("sixteen colours are told apart, and from the ground, in both themes", () => {
  assert.equal(colours.length, 16);
  for (const [theme, ground] of GROUNDS.entries()) {
    const all = colours.map((found) => found[theme + 1]);
    all.forEach((one, k) => {
      assert.ok(contrast(channels(one), channels(ground)) >= 3, `${one} on ${ground}`);
      for (const other of all.slice(0, k)) {
        const [a, b] = [oklab(one), oklab(other)];
        const distance = Math.hypot(...a.map((value, at) => value - b[at]));
        assert.ok(distance > APART, `${one} and ${other} are ${distance} apart`);
      }
    });
  }
});

test("no two of thirty-two signals have both colour and dash alike", () => {
  const looks = Array.from({ length: 32 }, (_, k) => `${k % colours.length} ${dashOf({ colour: "" }, k)}`);
  assert.equal(new Set(looks).size, 32);
  assert.equal(dashOf({ colour: "" }, 7), null);
  assert.notEqual(dashOf({ colour: "" }, 8), null);
});

test("a signal whose colour was chosen has a solid line", () => {
  assert.equal(dashOf({ colour: "#123456" }, 12), null);
  assert.equal(dashKind({ colour: "#123456" }, 12), 0);
});
