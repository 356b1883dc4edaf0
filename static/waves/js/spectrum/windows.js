/**
 * Window functions as sums of cosines, w(x) = a0 − a1·cos(2πx) + a2·cos(4πx) − …: periodic, so
 * that their spectra are zero at whole bins. Harris, Proc. IEEE 66 (1978), and, for the flat top,
 * D'Antona & Ferrero, Digital Signal Processing for Measurement Systems (2006), p. 70.
 * Raised to the power `bend`, the main lobe is nearest to a parabola (found by trying all).
 * @type {Record<string, {label: string, terms: number[], bend: number}>}
 */
export const WINDOWS = {
  rectangular: { label: "Rectangular", terms: [1], bend: 0.02 },
  hann: { label: "Hann", terms: [0.5, 0.5], bend: 0.24 },
  hamming: { label: "Hamming", terms: [0.54, 0.46], bend: 0.2 },
  blackmanHarris: {
    label: "Blackman–Harris",
    terms: [0.35875, 0.48829, 0.14128, 0.01168],
    bend: 0.08,
  },
  flatTop: {
    label: "Flat top",
    terms: [0.21557895, 0.41663158, 0.277263158, 0.083578947, 0.006947368],
    bend: 12,
  },
};

/**
 * `count` values of a window function.
 * @param {string} name
 * @param {number} count
 */
export function windowOf(name, count) {
  const { terms } = WINDOWS[name];
  return Float64Array.from({ length: count }, (_, index) =>
    terms.reduce((sum, term, k) => sum + (k % 2 ? -term : term) * Math.cos((2 * Math.PI * k * index) / count), 0),
  );
}

/** Half the width of the main lobe, in bins of the samples used. @param {string} name */
export function lobeOf(name) {
  return WINDOWS[name].terms.length;
}

/** How many bins of noise a bin holds: its equivalent noise bandwidth. @param {string} name */
export function noiseBandwidth(name) {
  const [mean, ...others] = WINDOWS[name].terms;
  return 1 + others.reduce((sum, term) => sum + term ** 2, 0) / (2 * mean ** 2);
}

/**
 * What a tone leaves at most, as a share of it, so many bins away and beyond its main lobe: the
 * side lobes by their tops. Within the main lobe it is all of it.
 * @param {string} name
 * @param {number} bins of the samples used
 */
export function leakage(name, bins) {
  const { terms } = WINDOWS[name];
  if (bins < terms.length) return 1;
  const sum = terms.reduce((all, term, k) => {
    const part = k === 0 ? term / bins : (term * bins) / (bins ** 2 - k ** 2);
    return all + (k % 2 ? -part : part);
  }, 0);
  return Math.min(1, Math.abs(sum) / (Math.PI * terms[0]));
}
