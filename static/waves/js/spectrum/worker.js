/** A module worker around `Analysers`, so that no transform holds up a frame of the page. */

import { Analysers } from "./analyser.js";

const analysers = new Analysers();

/** Messages: {reset: true}, or {traces, options}, answered by {spectra}. */
self.onmessage = ({ data: { reset, traces, options } }) => {
  if (reset) return analysers.reset();
  const spectra = analysers.add(traces, options);
  self.postMessage({ spectra }, spectra.flatMap(buffersOf));
};

function buffersOf({ values, held }) {
  return [values, held].filter(Boolean).map(({ buffer }) => buffer);
}
