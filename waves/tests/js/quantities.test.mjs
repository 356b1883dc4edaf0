import assert from "node:assert/strict";
import test from "node:test";

import {
  axisScale,
  clockTime,
  count,
  duration,
  quantity,
  setting,
  spanText,
  timeSetting,
} from "../../../static/waves/js/text/quantities.js";

test("quantities have a prefix and a fixed number of digits", () => {
  assert.equal(quantity(0.02, "s"), "20.00 ms");
  assert.equal(quantity(1000, "S/s"), "1.000 kS/s");
  assert.equal(quantity(-0.4, "V", 3), "−400 mV");
  assert.equal(quantity(1.998, "V"), "1.998 V");
  assert.equal(quantity(0, "V"), "0 V");
  assert.equal(quantity(12e-6, "A", 3), "12.0 µA");
  assert.equal(quantity(5, ""), "5.000");
});

test("rounding up to the next prefix takes it", () => {
  assert.equal(quantity(0.99999, "V", 3), "1.00 V");
  assert.equal(quantity(999.96, "V", 4), "1.000 kV");
});

test("only units that are said with a prefix get one", () => {
  const shown = [
    [5000, "m²", "5000 m²"],
    [1500, "m³/h", "1500 m³/h"],
    [1013, "hPa", "1013 hPa"],
    [5000, "kWh", "5000 kWh"],
    [1200, "ppm", "1200 ppm"],
    [0.509, "µg/m³", "0.509 µg/m³"],
    [0.509, "km/h", "0.509 km/h"],
    [7.21, "pH", "pH 7.21"],
    [-0.491, "dBm", "−0.491 dBm"],
    [0.259, "", "0.259"],
    [2000, "°C", "2000 °C"],
    [0.2, "mV", "0.20 mV"],
    [5000, "s", "5000 s"],
    [0.868, "S/s", "0.868 S/s"],
    [0.005, "V/s", "0.005 V/s"],
    [0.0123, "%", "0.0123 %"],
    [5e-9, "V/√Hz", "5.00 nV/√Hz"],
    [4700, "\u2126", "4.70 k\u2126"],
  ];
  for (const [value, unit, text] of shown) assert.equal(quantity(value, unit, 3), text);
  assert.equal(setting(0.87, "S/s"), "0.87 S/s");
});

test("plain numbers have their thousands as they come, and an exponent beyond", () => {
  assert.deepEqual(
    [123_456, 1e6, 1_234_567, 0.0001, 0.00001234].map((value) => quantity(value, "m²", 3)),
    ["123456 m²", "1.00e6 m²", "1.23e6 m²", "0.0001 m²", "1.23e-5 m²"],
  );
  assert.equal(quantity(1.5e308, "V", 3), "1.50e308 V");
});

test("there are as many digits as a division resolves", () => {
  assert.equal(quantity(50.0031, "Hz", 3, 0.005), "50.003 Hz");
  assert.equal(quantity(101_325.012, "Pa", 3, 0.2), "101.32501 kPa");
  assert.equal(quantity(2 ** 53 - 100_000, "", 3, 20), "9007199254640992");
  assert.equal(quantity(9.99996, "V", 3, 0.005), "10.000 V");
  assert.equal(quantity(1.998, "V", 3, 1), "2.00 V");
  assert.equal(quantity(0.2403, "", 3, 0.005), "0.240");
  assert.equal(quantity(1.998, "V", 3, NaN), "2.00 V");
});

test("rounding makes no digit, no minus and no unit of nothing", () => {
  assert.equal(quantity(99.995, "V", 4), "100.0 V");
  assert.equal(quantity(9.9999, "", 3), "10.0");
  assert.equal(quantity(-0, "V"), "0 V");
  assert.equal(quantity(3e-17, "V", 4), "3.000e-17 V");
  assert.equal(quantity(-3e-17, "V", 4, 0.5), "0 V");
  const { label } = axisScale(-2, 2, 0.5, "V");
  assert.equal(label(-1e-17), "0");
});

test("a million random numbers and units lose no factor and gain none", () => {
  const units = "V A W Hz s Pa m g J Ω B S/s bit/s K m² m³/h kWh hPa mV µg/m³ km/h dB pH % ppm °C nope".split(" ");
  units.push("");
  /** The factor of what a unit is shown with. */
  const factors = { f: 1e-15, p: 1e-12, n: 1e-9, µ: 1e-6, m: 1e-3, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15 };
  let seed = 12_345;
  const random = () => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  for (let k = 0; k < 1_000_000; k += 1) {
    const unit = units[k % units.length];
    const digits = 3 + (k % 3);
    const value = (random() - 0.5) * 10 ** (random() * 60 - 30);
    const text = quantity(value, unit, digits).replace(/^pH (.*)$/, "$1 pH");
    const [number, shown = ""] = text.replace("−", "-").split(" ");
    const factor = shown === unit ? 1 : factors[shown.slice(0, shown.length - unit.length)];
    const read = Number(number) * factor;
    const isNear = Math.abs(read - value) <= 0.5001 * 10 ** (1 - digits) * Math.abs(value);
    if (!isNear || shown.slice(-unit.length || Infinity) !== unit) assert.fail(`${value} ${unit} is shown as ${text}`);
  }
});

test("what is no number is a dash", () => {
  assert.equal(quantity(NaN, "V"), "–");
  assert.equal(quantity(Infinity, "V"), "–");
});

test("settings have no trailing zeros", () => {
  assert.deepEqual(
    [0.02, 2e-6, 60, 0.5].map((s) => setting(s, "s")),
    ["20 ms", "2 µs", "60 s", "500 ms"],
  );
});

test("the labels of an axis share prefix and decimals", () => {
  const { unit, label } = axisScale(-2, 2, 0.5, "V");
  assert.equal(unit, "V");
  assert.deepEqual([-2, -0.5, 0, 1.5].map(label), ["−2.0", "−0.5", "0", "1.5"]);
  assert.deepEqual(axisScale(-1, 1, 0.2, "mV").unit, "mV");
  const milli = axisScale(-0.2, 0, 0.02, "s");
  assert.deepEqual([milli.unit, milli.label(-0.18)], ["ms", "−180"]);
});

test("counts are grouped, durations take the largest unit", () => {
  assert.equal(count(1234567), "1\u202f234\u202f567");
  assert.equal(count(12), "12");
  assert.deepEqual([5, 65, 720, 5400, 90000, 400.5 * 86_400].map(duration), [
    ...["5 s", "1 min", "12 min", "1.5 h", "1.0 d", "400 d"],
  ]);
});

test("a time that is set is in minutes and hours where these are whole", () => {
  assert.deepEqual([0.02, 60, 90, 120, 600, 3600, 8640, 86_400, 5 * 86_400, 400 * 86_400].map(timeSetting), [
    "20 ms",
    "60 s",
    "90 s",
    "2 min",
    "10 min",
    "1 h",
    "2.4 h",
    "24 h",
    "5 d",
    "400 d",
  ]);
});

test("a stretch of time is read in days and hours where it is long", () => {
  const day = 86_400;
  assert.equal(spanText(-0.0123, 4, 0.002), "−12.30 ms");
  assert.equal(spanText(-425.3, 4, 60), "−425.3 s");
  assert.equal(spanText(1000.0023, 4, 0.01), quantity(1000.0023, "s", 4, 0.01));
  assert.equal(spanText(-1.671e7, 4, 40 * day), "−193 d 10 h");
  assert.equal(spanText(5 * 3600 + 59.6 * 60, 4, 3600), "6 h 0 min");
  assert.equal(spanText(day - 1, 4, day / 5), "1 d 0 h");
  assert.equal(spanText(3 * day + 7325, 4, 0.001), "3 d 2 h 2 min 5 s");
  assert.equal(spanText(725, 4, 60), "12 min 5 s");
  assert.equal(spanText(NaN, 4, 60), "–");
  assert.equal(spanText(Infinity, 4, 60), "–");
});

test("the clock tells UTC where it is asked to", () => {
  assert.equal(clockTime(1795370607.482, "utc"), "18:03:27.482");
  assert.equal(clockTime(NaN, "utc"), "–");
});
