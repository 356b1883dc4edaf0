/**
 * What the line of a signal is: how it goes from one sample to the next, and what a value that is
 * missing means. Drawing, trigger, cursors and measurements all ask here, so they read one line.
 *
 * The description says it of each signal; this browser may choose otherwise for itself. Its choice
 * holds for a key of the stream that the page shows.
 */

/** @typedef {"linear" | "step" | "points"} Shape */
/** @typedef {"hole" | "joined" | "held"} Missing */

/**
 * @typedef {object} Line
 * @property {Shape} shape straight from sample to sample, each value held until the next, or no line
 * @property {Missing} missing no line, a line on to the next value, or the last value in its place
 * @property {boolean} smooth whether a linear line may be the curve sin(x)/x where that is possible
 */

/** @typedef {Partial<Line>} Choice what is left out is as the stream says */

/** @type {readonly Shape[]} */
export const SHAPES = ["linear", "step", "points"];
/** @type {readonly Missing[]} */
export const MISSING = ["hole", "joined", "held"];

/** @type {Map<string, Choice>} */
const chosen = new Map();

/**
 * @param {{key?: string, line?: string, missing?: string}} signal as a description has it
 * @returns {Line}
 */
export function lineOf({ key = "", line, missing }) {
  const choice = chosen.get(key) ?? {};
  return {
    shape: choice.shape ?? SHAPES.find((shape) => shape === line) ?? "linear",
    missing: choice.missing ?? MISSING.find((each) => each === missing) ?? "hole",
    smooth: choice.smooth ?? true,
  };
}

/**
 * Seconds beyond which a silence is a hole, on a timed clock; Infinity where there is no such bound.
 * @param {{clock: string, longest_interval?: number | null}} description
 */
export function longestOf({ clock, longest_interval: longest }) {
  return clock === "timed" && typeof longest === "number" && longest > 0 ? longest : Infinity;
}

/** Choose for this browser. @param {string} key of a signal @param {Choice} choice in place of the former one */
export function choose(key, choice) {
  chosen.set(key, choice);
}

/** What this browser chose. @param {string} key of a signal @returns {Choice} */
export function choiceOf(key) {
  return chosen.get(key) ?? {};
}
