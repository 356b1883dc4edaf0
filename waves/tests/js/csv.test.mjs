import assert from "node:assert/strict";
import test from "node:test";
import { Ring } from "../../../static/waves/js/samples/ring.js";
import { rowsOfSignals } from "../../../static/waves/js/samples/window-samples.js";
import { csvHeading, csvLines, PLAIN, sheetStyle, timesOf } from "../../../static/waves/js/text/csv.js";

const SIGNALS = [
  { name: "a", unit: "V" },
  { name: "b, c", unit: "" },
];

function sourceOf(rows, { at = 0, float64 = false, stride = 1, envelope = false } = {}) {
  const ring = new Ring({ rows: rows.length, capacity: 100_000, float64, stride });
  const Values = float64 ? Float64Array : Float32Array;
  ring.write(
    at,
    rows.map((row) => Values.from(row)),
  );
  return { ring, period: 0.5, envelope };
}

const rowsOf = (source, signals, states) => rowsOfSignals(source, signals).map((row) => ({ row, states }));

const linesOf = (source, range, { signals = 1, states, envelope = source.envelope, style } = {}) => {
  const times = timesOf(range.from, source.period, (index) => 1000 + index * source.period);
  return [...csvLines(source.ring, range, rowsOf(source, signals, states), times, { envelope, style })]
    .join("")
    .split("\r\n");
};

test("the heading has names and units, quoted where they must be", () => {
  assert.equal(csvHeading(SIGNALS, false), 'sample,time (s),a (V),"b, c"\r\n');
  assert.equal(csvHeading(SIGNALS.slice(0, 1), true), "sample,time (s),a min (V),a max (V),complete\r\n");
});

test("a name is no formula, whatever stands before its sign", () => {
  assert.match(csvHeading([{ name: "=1+1", unit: "" }], false), /,'=1\+1\r\n$/);
  for (const before of ["", " ", "\u00a0", "\u200b", "\ufeff", "\u2060", "\u202e", "\u3000", "\u3164"]) {
    for (const sign of "=+-@\uff1d\uff0b\uff0d\uff20\ufe66") {
      const line = csvHeading([{ name: `${before}${sign}1+1`, unit: "V" }], false);
      assert.equal(line, `sample,time (s),'${before}${sign}1+1 (V)\r\n`);
    }
  }
});

test("no name breaks the line, and none begins a cell where semicolons do", () => {
  assert.equal(csvHeading([{ name: "a\tb\r\n=1", unit: "\u2028V" }], false), "sample,time (s),a b  =1 ( V)\r\n");
  assert.equal(csvHeading([{ name: "a; =1", unit: "" }], false), "sample,time (s),a;' =1\r\n");
  assert.equal(csvHeading([{ name: "\t=1", unit: "" }], false), "sample,time (s),' =1\r\n");
  assert.equal(csvHeading([{ name: "level - 3 dB", unit: "-" }], false), "sample,time (s),level - 3 dB (-)\r\n");
});

test("a value has the fewest digits that read back as the same float32", () => {
  const value = Math.fround(0.1);
  assert.equal(linesOf(sourceOf([[value]]), { from: 0, to: 1 })[0], "0,1000.000000,0.1");
  const odd = Math.fround(Math.PI);
  const text = linesOf(sourceOf([[odd]]), { from: 0, to: 1 })[0].split(",")[2];
  assert.equal(Math.fround(Number(text)), odd);
  assert.ok(text.length <= 10);
});

test("a float64 keeps all of its digits", () => {
  assert.equal(linesOf(sourceOf([[Math.PI]], { float64: true }), { from: 0, to: 1 })[0], `0,1000.000000,${Math.PI}`);
});

test("a missing value is an empty field, and what never came has no line", () => {
  const source = sourceOf([[1, NaN]]);
  source.ring.write(4, [Float32Array.of(5)]);
  assert.deepEqual(linesOf(source, { from: 0, to: 5 }), ["0,1000.000000,1", "1,1000.500000,", "4,1002.000000,5", ""]);
});

test("columns have minimum and maximum, and the index of their first sample", () => {
  const source = sourceOf([[-1], [2]], { at: 3, stride: 16, envelope: true });
  assert.equal(linesOf(source, { from: 3, to: 4 })[0], "48,1001.500000,-1,2,1");
});

test("long tables come in pieces, and nothing is lost between them", () => {
  const source = sourceOf([Float32Array.from({ length: 25_000 }, (_, k) => k)]);
  const pieces = [
    ...csvLines(source.ring, { from: 0, to: 25_000 }, [{ row: 0 }], { timeOf: (index) => index, decimals: 6 }),
  ];
  assert.equal(pieces.length, 3);
  const values = pieces
    .join("")
    .trim()
    .split("\r\n")
    .map((line) => Number(line.split(",")[2]));
  assert.ok(values.every((value, k) => value === k) && values.length === 25_000);
});

const WALL = 1_795_370_743.257;

test("each line has a time of its own, as exact as the period asks", () => {
  for (const period of [5e-7, 1e-6, 2e-6, 1e-5, 1 / 44_100, 0.001, 10]) {
    const { timeOf, decimals } = timesOf(5, period, (index) => WALL + index * period);
    const times = Array.from({ length: 2000 }, (_, k) => Number(timeOf(5 + k).toFixed(decimals)));
    assert.equal(new Set(times).size, 2000, `${period}`);
    assert.ok(Math.abs((times[1999] - times[0]) / (1999 * period) - 1) < 1e-3, `${period}`);
  }
});

test("times that unix seconds cannot hold count from the first, which the heading names", () => {
  const times = timesOf(4, 5e-7, (index) => WALL + index * 5e-7);
  assert.equal(times.timeOf(6).toFixed(times.decimals), "0.0000010000");
  assert.match(csvHeading(SIGNALS, false, PLAIN, times.after), /^sample,time \(s after 1795370743\.257\d{4}\),/);
  assert.equal(timesOf(4, 1e-5, () => WALL).after, null);
});

test("a step of the clock shows in times that count from the first", () => {
  const times = timesOf(0, 1e-6, (index) => WALL + index * 1e-6 - (index < 2 ? 0 : 10));
  assert.ok(Math.abs(times.timeOf(2) + 10 - 2e-6) < 1e-6);
});

test("a value that has a name is written as that, and no name is a formula", () => {
  const states = { 0: "closed", 1: "=cmd|' /C calc'!A0", 2: 'so "open"' };
  const lines = linesOf(sourceOf([[0, 1, NaN, 2, 3]]), { from: 0, to: 5 }, { states });
  const fields = lines.slice(0, 5).map((line) => line.split(",").slice(2).join(","));
  assert.deepEqual(fields, ["closed", "'=cmd|' /C calc'!A0", "", '"so ""open"""', "3"]);
});

test("spreadsheets are told the encoding, and have the separators of their language", () => {
  const [german, british] = ["de", "en-GB"].map(sheetStyle);
  assert.equal(csvHeading([{ name: "a", unit: "°C" }], false, german), "\ufeffsample;time (s);a (°C)\r\n");
  assert.equal(csvHeading([{ name: "b; c", unit: "" }], false, german), '\ufeffsample;time (s);"b; c"\r\n');
  assert.equal(linesOf(sourceOf([[0.5]]), { from: 0, to: 1 }, { style: german })[0], "0;1000,000000;0,5");
  assert.equal(linesOf(sourceOf([[0.5]]), { from: 0, to: 1 }, { style: british })[0], "0,1000.000000,0.5");
  assert.deepEqual(british, { mark: "\ufeff", separator: ",", point: "." });
});
