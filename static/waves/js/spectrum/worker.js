/** A module worker around `Analysers`, so that no transform holds up a frame of the page. */

import { Analysers } from "./analyser.js";

/** @import { Options, Spectrum, Refused, Trace } from "./analyser.js" */

/** @typedef {{reset?: boolean, traces?: Trace[], options?: Options}} Message */

const analysers = new Analysers();

/** Messages: {reset: true}, or {traces, options}, answered by {spectra}. @param {MessageEvent<Message>} event */
self.onmessage = ({ data: { reset, traces, options } }) => {
  if (reset || !traces || !options) return analysers.reset();
  const spectra = analysers.add(traces, options);
  self.postMessage({ spectra }, { transfer: spectra.flatMap(buffersOf) });
};

/** @param {Spectrum | Refused} spectrum */
function buffersOf({ values, held }) {
  return [values, held].flatMap((numbers) => (numbers ? [numbers.buffer] : []));
}
