import assert from "node:assert/strict";
import test from "node:test";
import { ambiguity, parseQuantity } from "../../../static/waves/js/text/parse-quantity.js";
import { setting } from "../../../static/waves/js/text/quantities.js";

const near = (found, wanted) =>
  assert.ok(Math.abs(found - wanted) <= 1e-12 * Math.abs(wanted), `${found}, not ${wanted}`);

test("what people type is understood", () => {
  const typed = {
    "20 ms": 0.02,
    "20ms": 0.02,
    "20m": 0.02,
    " 0.02 ": 0.02,
    "0,02 s": 0.02,
    ".5": 0.5,
    "5.": 5,
    "2e-3": 0.002,
    "50 µs": 5e-5,
    "50us": 5e-5,
    "20 ms/div": 0.02,
    "1 ks": 1000,
    "−3 ms": -0.003,
  };
  for (const [text, seconds] of Object.entries(typed)) near(parseQuantity(text, "s"), seconds);
});

test("another unit, words and nothing are no quantity", () => {
  for (const text of ["", "ms", "fast", "20 V", "20 xs", "1 2", "--3", "2 years", "1,000", "1,23,456", "1..2"]) {
    assert.equal(parseQuantity(text, "s"), null, text);
  }
});

test("a quantity without a unit takes prefixes only", () => {
  near(parseQuantity("1.5k"), 1500);
  assert.equal(parseQuantity("1.5 V"), null);
});

test("a unit that ends like a prefix is the unit", () => {
  near(parseQuantity("3 m", "m"), 3);
  near(parseQuantity("3 mm", "m"), 0.003);
});

test("what settings show is read again", () => {
  for (const value of [1e-6, 0.0002, 0.05, 1, 20, -0.3]) near(parseQuantity(setting(value, "s"), "s"), value);
});

test("minutes, hours and days are times, and only times", () => {
  const typed = { "1 min": 60, "1 h": 3600, "2 d": 172_800, "1.5 h/div": 5400, "0,5 min": 30 };
  for (const [text, seconds] of Object.entries(typed)) near(parseQuantity(text, "s"), seconds);
  near(parseQuantity("90 s", "min"), 1.5);
  for (const unit of ["V", "", "m", "Hz"]) assert.equal(parseQuantity("1 min", unit), null, unit);
});

test("a number that may be thousands or thousandths is asked about, and no other", () => {
  for (const text of ["1,000", "12,345", "-1,000 ms", "1,000 V/div"]) {
    assert.equal(parseQuantity(text, text.includes("V") ? "V" : "s"), null, text);
    assert.match(ambiguity(text), /^Is “.*” .* or .*\? Please type one of these\.$/, text);
  }
  assert.match(ambiguity("-1,000 ms"), / -1000 ms or -1\.000 ms\?/);
  const clear = { "0,500": 0.5, "1,5": 1.5, "1,0000": 1, "1234,567": 1234.567, "1.000": 1, "1,000.5": 1000.5 };
  Object.assign(clear, { "1.000,5": 1000.5, "1,000,000": 1e6, "1 000": 1000, "1\u202f234\u202f567": 1_234_567 });
  for (const [text, value] of Object.entries(clear)) {
    near(parseQuantity(text), value);
    assert.equal(ambiguity(text), null, text);
  }
});

test("a prefix is no factor of a unit that takes none", () => {
  for (const [text, unit] of [
    ["5 km²", "m²"],
    ["5 k", "m²"],
    ["500 mdBm", "dBm"],
    ["5 m", "mV"],
    ["5 kkWh", "kWh"],
    ["1 m%", "%"],
    ["7 H", "pH"],
  ]) {
    assert.equal(parseQuantity(text, unit), null, `${text} in ${unit}`);
  }
});

test("a unit with a prefix is counted in, from whichever prefix was typed", () => {
  near(parseQuantity("200 µV", "mV"), 0.2);
  near(parseQuantity("1 kPa", "hPa"), 10);
  near(parseQuantity("2 m", "cm"), 200);
  near(parseQuantity("3 mA", "A"), 0.003);
  near(parseQuantity("pH 7.21", "pH"), 7.21);
});

test("what the page shows of any number and unit is read as that number", () => {
  const units = ["V", "s", "m", "kWh", "hPa", "m²", "%", "", "pH", "dBm", "S/s", "µg/m³", "°C", "B", "min", "nV/√Hz"];
  let seed = 1;
  const random = () => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  for (let k = 0; k < 20_000; k += 1) {
    const unit = units[k % units.length];
    const value = Number(((random() - 0.5) * 10 ** (random() * 40 - 20)).toPrecision(6));
    near(parseQuantity(setting(value, unit), unit), value);
  }
});
