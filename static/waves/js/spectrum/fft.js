/**
 * The Fourier transform of real samples, for sizes that are powers of two.
 *
 * Even and odd samples become real and imaginary parts of half as many complex numbers; those go
 * through a radix-2 transform in place, and are then taken apart again (Press et al., Numerical
 * Recipes, 12.3). Twiddle factors come from a table, so errors stay near 1e-16 at every size.
 */
export class RealFFT {
  /** @param {number} size number of real samples: a power of two, at least 4 */
  constructor(size) {
    if (!(size >= 4) || !Number.isInteger(Math.log2(size))) {
      throw new RangeError(`The size must be a power of two and at least 4, not ${size}.`);
    }
    this.size = size;
    this.half = size / 2;
    const angle = (/** @type {number} */ index) => (-2 * Math.PI * index) / size;
    this.cos = Float64Array.from({ length: this.half }, (_, index) => Math.cos(angle(index)));
    this.sin = Float64Array.from({ length: this.half }, (_, index) => Math.sin(angle(index)));
    this.order = bitReversed(this.half);
    this.re = new Float64Array(this.half + 1);
    this.im = new Float64Array(this.half + 1);
  }

  /**
   * Bins 0 to size/2 of sum(x[n]·exp(−2πi·k·n/size)), as numpy.fft.rfft gives them.
   * @param {ArrayLike<number>} x `size` samples
   * @returns {{re: Float64Array, im: Float64Array}} valid until the next call
   */
  transform(x) {
    const { re, im, order, half } = this;
    for (let index = 0; index < half; index += 1) {
      re[index] = x[2 * order[index]];
      im[index] = x[2 * order[index] + 1];
    }
    for (let span = 1; span < half; span *= 2) this.#stage(span);
    this.#separate();
    return { re, im };
  }

  /** Joins pairs of transforms of `span` points to transforms of twice as many. @param {number} span */
  #stage(span) {
    const { re, im, cos, sin, half } = this;
    const step = half / span;
    for (let start = 0; start < half; start += 2 * span) {
      for (let k = 0; k < span; k += 1) {
        const a = start + k;
        const b = a + span;
        const x = re[b] * cos[k * step] - im[b] * sin[k * step];
        const y = re[b] * sin[k * step] + im[b] * cos[k * step];
        re[b] = re[a] - x;
        im[b] = im[a] - y;
        re[a] += x;
        im[a] += y;
      }
    }
  }

  /** From the transform of (even + i·odd) to that of the real samples. */
  #separate() {
    const { re, im, cos, sin, half } = this;
    [re[half], im[half]] = [re[0] - im[0], 0];
    [re[0], im[0]] = [re[0] + im[0], 0];
    for (let k = 1; k <= half / 2; k += 1) {
      const m = half - k;
      const evenRe = (re[k] + re[m]) / 2;
      const evenIm = (im[k] - im[m]) / 2;
      const oddRe = (im[k] + im[m]) / 2;
      const oddIm = (re[m] - re[k]) / 2;
      const x = oddRe * cos[k] - oddIm * sin[k];
      const y = oddRe * sin[k] + oddIm * cos[k];
      re[k] = evenRe + x;
      im[k] = evenIm + y;
      re[m] = evenRe - x;
      im[m] = y - evenIm;
    }
  }
}

/** @param {number} size */
function bitReversed(size) {
  const order = new Uint32Array(size);
  for (let block = 1; block < size; block *= 2) {
    for (let index = 0; index < block; index += 1) {
      order[index] *= 2;
      order[index + block] = order[index] + 1;
    }
  }
  return order;
}
