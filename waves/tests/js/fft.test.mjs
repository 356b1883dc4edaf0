import assert from "node:assert/strict";
import test from "node:test";

import { RealFFT } from "../../../static/waves/js/spectrum/fft.js";

/** Something without symmetries: the golden ratio's multiples modulo 1. */
const irregular = (n) => Float64Array.from({ length: n }, (_, k) => ((k * 0.6180339887 + 0.1) % 1) - 0.4);

test("it is the sum that defines the transform, at every small size", () => {
  for (const size of [4, 8, 16, 32, 64, 128, 256]) {
    const x = irregular(size);
    const { re, im } = new RealFFT(size).transform(x);
    for (let k = 0; k <= size / 2; k += 1) {
      let [a, b] = [0, 0];
      x.forEach((value, n) => {
        a += value * Math.cos((2 * Math.PI * k * n) / size);
        b -= value * Math.sin((2 * Math.PI * k * n) / size);
      });
      assert.ok(Math.hypot(re[k] - a, im[k] - b) < 1e-11, `bin ${k} of ${size}`);
    }
  }
});

test("energy is the same on both sides at the largest size", () => {
  const x = irregular(65536);
  const { re, im } = new RealFFT(65536).transform(x);
  const weight = (bin) => (bin === 0 || bin === 32768 ? 1 : 2);
  const spectrum = re.reduce((sum, real, bin) => sum + weight(bin) * (real ** 2 + im[bin] ** 2), 0);
  const energy = x.reduce((sum, value) => sum + value ** 2, 0);
  assert.ok(Math.abs(spectrum / 65536 / energy - 1) < 1e-12);
});

test("a transform leaves nothing behind for the next one", () => {
  const fft = new RealFFT(64);
  fft.transform(irregular(64));
  const { re, im } = fft.transform(new Float64Array(64).fill(1));
  assert.equal(re[0], 64);
  assert.ok(re.every((value, bin) => bin === 0 || Math.abs(value) < 1e-12));
  assert.ok(im.every((value) => Math.abs(value) < 1e-12));
});

test("a size that is no power of two is refused", () => {
  for (const size of [0, 2, 3, 100, 4097, NaN]) {
    assert.throws(() => new RealFFT(size), /power of two/);
  }
});
