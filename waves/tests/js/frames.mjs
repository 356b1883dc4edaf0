/** Frames as `parse` gives them, made from plain numbers. */

export function samplesFrame(sample, rows, more = {}) {
  const values = rows.map((row) => Float32Array.from(row));
  return {
    kind: "samples",
    sampleType: "float32",
    clock: "regular",
    flags: 0,
    signals: rows.length,
    handle: 1,
    n: rows[0].length,
    stride: 1,
    epoch: 1,
    sample,
    t0: 1000 + sample / 1000,
    dt: 0.001,
    times: null,
    values,
    ...more,
  };
}

export function envelopeFrame(sample, stride, minima, maxima, more = {}) {
  return {
    ...samplesFrame(sample, minima),
    kind: "envelope",
    stride,
    dt: 0.001 * stride,
    values: undefined,
    minima: minima.map((row) => Float32Array.from(row)),
    maxima: maxima.map((row) => Float32Array.from(row)),
    ...more,
  };
}

/** [first, first + 1, …] */
export const counting = (first, n) => Array.from({ length: n }, (_, k) => first + k);
