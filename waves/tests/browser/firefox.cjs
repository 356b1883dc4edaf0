// Playwright drives a stock Firefox over WebDriver BiDi. Of what it says there, a Firefox ESR knows
// less: no media features, which are set for each new context (it is asked for its state instead);
// and a download that no navigation began has no name but its address.
const Module = require("node:module");

const CHANGES = [
  ['"emulation.setMediaFeaturesOverride"', '"session.status"'],
  ["!event.download && !event.navigation", "!event.url"],
  ["event.download ?? event.navigation", "event.download ?? event.navigation ?? event.url"],
];
const compile = Module.prototype._compile;
Module.prototype._compile = function (text, file, ...more) {
  const changes = file.endsWith("coreBundle.js") ? CHANGES : [];
  for (const [said, known] of changes) text = text.replaceAll(said, known);
  return compile.call(this, text, file, ...more);
};
