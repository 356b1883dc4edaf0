import assert from "node:assert/strict";
import test from "node:test";
import { tickLabel, timeLabel, WIDEST, WIDEST_ON_PHONE, yLabels } from "../../../static/waves/js/chart/axis-labels.js";
import { marginsFor } from "../../../static/waves/js/chart/axis-options.js";
import { around, fit, GRAIN } from "../../../static/waves/js/chart/range.js";
import { parseQuantity } from "../../../static/waves/js/text/parse-quantity.js";

let seed = 7;
const random = () => {
  seed = (seed * 48_271) % 2_147_483_647;
  return seed / 2_147_483_647;
};
const ticksOf = ({ min, perDivision }) => Array.from({ length: 9 }, (_, k) => min + k * perDivision);

/** What the labels of an axis say, in its unit. */
function read(axis, widest) {
  const { label, offset } = yLabels(axis, widest);
  const texts = ticksOf(axis).map(label);
  const of = (text) => parseQuantity(text, axis.unit) ?? assert.fail(`"${text}" is no number of ${axis.unit}`);
  // The last one has the unit of all.
  const unit = texts.at(-1).replace(/^[−\d.]+(e-?\d+)?/, "");
  const from = offset === "" ? 0 : of(offset);
  return { texts, offset, values: texts.map((text) => from + of(text.replace(unit, "") + unit)) };
}

function check(axis, widest) {
  const { texts, values, offset } = read(axis, widest);
  const said = `${JSON.stringify(axis)}: ${texts.join(" | ")} ${offset}`;
  const rounding = 4e-16 * Math.max(Math.abs(axis.min), Math.abs(axis.max));
  ticksOf(axis).forEach((tick, k) => {
    const error = Math.abs(values[k] - tick);
    assert.ok(
      error <= axis.perDivision / 1000 + rounding,
      `${k} is ${error / axis.perDivision} divisions off in ${said}`,
    );
  });
  assert.equal(new Set(texts).size, texts.length, `two labels are alike in ${said}`);
}

test("divisions that are no 1, 2 or 5 are labelled as they are", () => {
  const labels = (min, perDivision, unit) => read({ min, max: min + 8 * perDivision, perDivision, unit }).texts;
  assert.deepEqual(labels(-0.01, 0.0025, "V").slice(0, 4), ["−10.0", "−7.5", "−5.0", "−2.5"]);
  assert.deepEqual(labels(-1, 0.25, "V").slice(0, 3), ["−1.00", "−0.75", "−0.50"]);
  const time = timeLabel({ min: -1.5, max: 0, perDivision: 0.15, unit: "s" });
  assert.deepEqual([-1.5, -1.35, -1.2, 0].map(time), ["−1.50", "−1.35", "−1.20", "0 s"]);
});

test("every label of any range, offset and unit is read as its line's value, and no two are alike", () => {
  const units = ["V", "s", "Pa", "mV", "m²", "", "%", "dBm", "S/s"];
  for (let k = 0; k < 20_000; k += 1) {
    const perDivision =
      k % 3 ? [1, 2, 5][(k % 7) % 3] * 10 ** Math.floor(random() * 24 - 12) : random() * 10 ** (random() * 24 - 12);
    const centre = (random() - 0.5) * perDivision * 10 ** (random() * 12);
    const range = around(centre, perDivision, k % 2 ? 1 : GRAIN);
    check({ ...range, unit: units[k % units.length] }, k % 5 ? WIDEST : WIDEST_ON_PHONE);
  }
});

test("the same holds for what the page fits to any signal, up to the ends of float64", () => {
  for (let k = 0; k < 8_000; k += 1) {
    const low = (random() - 0.5) * 10 ** (random() * 600 - 300);
    const high = k % 4 ? low + Math.abs(low) * 10 ** (-random() * 17) : low;
    check({ ...fit(low, high), unit: "V" });
  }
});

test("labels have room, however large the offset is beside what is on it", () => {
  for (const [low, high, unit] of [
    [1e9 - 1e-3, 1e9 + 1e-3, "V"],
    [101_324.5, 101_325.5, "Pa"],
    [2 ** 31, 2 ** 31 + 100, ""],
    [2 ** 53 - 100_000, 2 ** 53 - 99_900, ""],
    [-1e-3 - 1e-9, -1e-3 + 1e-9, "A"],
    [5000, 5000.02, "m²"],
  ]) {
    const axis = { ...fit(low, high), unit };
    for (const widest of [WIDEST, WIDEST_ON_PHONE]) {
      for (const text of read(axis, widest).texts.slice(0, -1))
        assert.ok(text.length <= widest, `${text} of ${widest}`);
    }
  }
  const { offset, texts } = read({ ...fit(1e9 - 1e-3, 1e9 + 1e-3), unit: "V" });
  assert.deepEqual([offset, texts[0], texts[4], texts[8]], ["+1 GV", "−2.0", "0", "2.0 mV"]);
  assert.equal(read({ ...fit(101_324.5, 101_325.5), unit: "Pa" }).offset, "");
});

test("the unit stands at the last label only, however small its values are", () => {
  const { texts } = read({ min: -4e-9, max: 4e-9, perDivision: 1e-9, unit: "A" });
  assert.deepEqual(texts, ["−4", "−3", "−2", "−1", "0", "1", "2", "3", "4 nA"]);
});

test("times from a trigger that stands anywhere are as exact as their lines", () => {
  for (let k = 0; k < 5000; k += 1) {
    const perDivision = [1, 2, 2.5, 5][k % 4] * 10 ** Math.floor(random() * 8 - 7);
    const zero = -10 * perDivision * random();
    const label = timeLabel({ min: -10 * perDivision, max: 0, perDivision, unit: "s", zero });
    const unit = / .*$/.exec(label(0))[0];
    const texts = Array.from({ length: 11 }, (_, n) => label((n - 10) * perDivision));
    assert.equal(new Set(texts).size, 11);
    texts.forEach((text, n) => {
      const value = parseQuantity(text.replace(unit, "") + unit, "s");
      assert.ok(Math.abs(value - ((n - 10) * perDivision - zero)) <= perDivision / 1000, text);
    });
  }
});

test("a narrow screen labels every second division, and each of them rightly", () => {
  const label = tickLabel({ min: -0.025, max: 0, perDivision: 0.0025, unit: "s" }, true);
  const texts = Array.from({ length: 11 }, (_, n) => label((n - 10) * 0.0025)).filter(Boolean);
  assert.deepEqual(
    texts,
    ["−25", "−20", "−15", "−10", "−5", "0 ms"].map((text) => text.replace(/^(−\d+)$/, "$1.0")),
  );
});

test("margins hold the widest label, and stand still while digits change", () => {
  for (const isPhone of [true, false]) {
    const least = marginsFor(isPhone, { left: 0, right: 0, end: 0 });
    assert.deepEqual(marginsFor(isPhone, { left: 40, right: 0, end: 20 }), least);
    for (let width = 0; width < 200; width += 7) {
      const margins = marginsFor(isPhone, { left: width, right: width, end: width });
      assert.ok(margins.left >= width + 10 && margins.right >= Math.max(width + 10, width / 2), `${width}`);
      assert.deepEqual(margins, marginsFor(isPhone, { left: width, right: width, end: width - 0.01 }));
    }
  }
});
