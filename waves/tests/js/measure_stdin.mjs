/** Measures and transforms what comes as JSON on stdin, for the comparison with numpy. */

import { readFileSync } from "node:fs";

import { MEASUREMENTS, measure, Signal } from "../../../static/waves/js/measurements/measurements.js";
import { Analyser } from "../../../static/waves/js/spectrum/analyser.js";

const samplesOf = (base64) => {
  const bytes = Uint8Array.from(Buffer.from(base64, "base64"));
  return new Float64Array(bytes.buffer);
};

const { signals, spectra } = JSON.parse(readFileSync(0, "utf8"));
const measured = signals.map(({ samples, other, dt }) =>
  measure(Object.keys(MEASUREMENTS), new Signal(samplesOf(samples), dt), new Signal(samplesOf(other), dt)),
);
const transformed = spectra.map(({ samples, dt, options }) => {
  const { values } = new Analyser(options).add(samplesOf(samples), dt);
  return Array.from(values);
});
process.stdout.write(JSON.stringify({ measured, transformed }));
