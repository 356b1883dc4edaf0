import assert from "node:assert/strict";
import test from "node:test";
import { frequencyAxis, frequencyMarks, spectrumPoints } from "../../../static/waves/js/spectrum/axes.js";
import { Frequencies } from "../../../static/waves/js/spectrum/frequencies.js";

/** Bins of 1 Hz up to 500 Hz: a tone of 50 Hz with its second and third harmonic, on a floor. */
function spectra() {
  const values = new Float64Array(501).fill(-100);
  for (const [bin, level] of [
    [50, 0],
    [100, -20],
    [150, -40],
  ]) {
    values[bin] = level;
    values[bin - 1] = values[bin + 1] = level - 6;
  }
  const peaks = [
    { frequency: 50.02, value: 0 },
    { frequency: 100.04, value: -20 },
  ];
  return [{ key: "a", step: 1, values, held: null, peaks, used: 1000, averaged: 1 }];
}

const levels = { unit: (unit) => unit, isDecibel: true };
const screen = { pixel: (x, y) => ({ px: x, py: y }), point: ({ px }) => ({ x: px }) };
function looked(log = false) {
  const frequencies = new Frequencies(() => {});
  frequencies.take(spectra(), { log, levels, screen });
  return frequencies;
}
const range = ({ axis: { min, max } }) => [min, max].map((each) => Number(each.toFixed(6)));

test("zooming leaves what is pointed at where it is, and ends at a few bins and at all of them", () => {
  const frequencies = looked();
  frequencies.zoom(0.5, 100);
  assert.deepEqual(range(frequencies), [50, 300]);
  frequencies.scroll(0.1);
  assert.deepEqual(range(frequencies), [75, 325]);
  frequencies.scroll(-5);
  assert.deepEqual(range(frequencies), [0, 250]);
  frequencies.zoom(1e-6, 100);
  assert.equal(frequencies.axis.max - frequencies.axis.min, 10);
  frequencies.zoom(1e6);
  assert.equal(frequencies.range, null);
  frequencies.zoom(0.5);
  frequencies.showAll();
  assert.deepEqual(range(frequencies), [0, 500]);
});

test("a logarithmic axis is zoomed in decades, and keeps its range when it becomes linear", () => {
  const frequencies = looked(true);
  frequencies.zoom(0.5, 1);
  const { from, to } = frequencies.range;
  assert.ok(Math.abs(Math.log10(to / from) - (Math.log10(500) - 0) / 2) < 1e-9);
  frequencies.take(spectra(), { log: false, levels, screen });
  assert.deepEqual(
    range(frequencies),
    [from, to].map((each) => Number(each.toFixed(6))),
  );
});

test("marks stand on round frequencies, whatever the borders", () => {
  const { marks, note } = frequencyMarks(frequencyAxis(1, 501, false, { from: 43, to: 137 }));
  assert.deepEqual(
    marks.map(({ text }) => text),
    ["50", "60", "70", "80", "90", "100", "110", "120", "130"],
  );
  assert.equal(note, "Hz");
  const log = frequencyMarks(frequencyAxis(1, 501, true, { from: 15, to: 300 }));
  assert.deepEqual(
    log.marks.map(({ text }) => text),
    ["20 Hz", "50 Hz", "100 Hz", "200 Hz"],
  );
  const crowded = frequencyMarks(frequencyAxis(1, 501, true, { from: 20, to: 200 }));
  assert.deepEqual(
    crowded.marks.map(({ text }) => text),
    ["20", "40", "60", "80", "100", "", "140", "", "180", ""],
  );
});

test("of a part of the axis all is drawn, to beyond its borders, however many bins lie outside", () => {
  const values = Float64Array.from({ length: 20_001 }, (_, bin) => bin);
  const points = spectrumPoints(values, 1, frequencyAxis(1, 20_001, false, { from: 15_000.5, to: 15_100.5 }), 300);
  assert.ok(points[0] <= 15_000.5 && points[0] > 14_998);
  assert.ok(points.at(-2) >= 15_100.5 && points.at(-2) < 15_104);
  assert.equal(points.length / 2, points.at(-2) - points[0] + 1);
});

test("cursors stand on bins, and go along by bins", () => {
  const frequencies = looked();
  frequencies.toggleCursors();
  assert.deepEqual(frequencies.cursors, [125, 375]);
  frequencies.moveCursor(0, 50.4);
  frequencies.stepCursor(1, -3);
  assert.deepEqual(frequencies.cursors, [50, 372]);
  assert.equal(frequencies.level("a", 50), 0);
  assert.equal(frequencies.say(frequencies.level("a", 100), "V"), "−20.0 dBV");
  assert.equal(frequencies.sayDifference(-20, "V"), "−20.0 dB");
  assert.equal(frequencies.sayHertz(50), "50.0 Hz");
});

test("harmonics are multiples of the peak between bins, up to half the rate", () => {
  const frequencies = looked();
  frequencies.choose({ key: "a", frequency: 50 });
  assert.equal(frequencies.chosen.frequency, 50.02);
  const { harmonics } = frequencies;
  assert.equal(harmonics.length, 9);
  assert.deepEqual(
    harmonics.slice(0, 3).map(({ n, value }) => [n, value]),
    [
      [1, 0],
      [2, -20],
      [3, -40],
    ],
  );
  frequencies.choose({ key: "a", frequency: 50.5 });
  assert.equal(frequencies.chosen, null);
});

test("peaks are chosen from the highest down, and behind the last one none", () => {
  const frequencies = looked();
  const chosen = [0, 1, 2, 3].map(() => {
    frequencies.chooseNext();
    return frequencies.chosen?.frequency ?? null;
  });
  assert.deepEqual(chosen, [50.02, 100.04, null, 50.02]);
});

test("a link says range, cursors and peak", () => {
  const frequencies = looked();
  assert.deepEqual(frequencies.state(), { fz: null, fcur: null, fk: null });
  frequencies.show(40, 160);
  frequencies.toggleCursors();
  frequencies.choose({ key: "a", frequency: 100 });
  const state = frequencies.state();
  assert.deepEqual(state, { fz: "40,160", fcur: "70,130", fk: "100.04,a" });
  const other = looked();
  other.restore(state);
  assert.deepEqual(other.state(), state);
  other.restore({ fz: "9,1", fcur: "x", fk: "-1,a" });
  assert.deepEqual(other.state(), { fz: null, fcur: null, fk: null });
});
