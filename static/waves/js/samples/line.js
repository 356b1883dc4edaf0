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

/**
 * @typedef {{line: string, missing: string, lane: string}} Choice of `LINES`, `MISSING` and `LANES`; empty where it is as the
 *   stream says
 *
 * @typedef {{key?: string, line?: string, missing?: string, states?: Record<string, string>}} Told a signal as a description has it
 */

/** What can be chosen. @type {Readonly<Record<string, Pick<Line, "shape" | "smooth">>>} */
const LINES = {
  curve: { shape: "linear", smooth: true },
  straight: { shape: "linear", smooth: false },
  step: { shape: "step", smooth: false },
  points: { shape: "points", smooth: false },
};
/** @type {readonly Shape[]} */
const SHAPES = ["linear", "step", "points"];
/** @type {readonly Missing[]} */
const MISSING = ["hole", "joined", "held"];
/** Where a signal stands: in a lane of its own, or in the plot. */
const LANES = ["lane", "plot"];

/** @type {Readonly<Choice>} */
const NOTHING = { line: "", missing: "", lane: "" };
/** @type {Map<string, Choice>} */
const chosen = new Map();

/**
 * Nothing lies between two states, so they are steps unless something else is said; in a lane
 * every signal is.
 * @param {Told} signal
 * @returns {Line}
 */
export function lineOf(signal) {
  const choice = choiceOf(signal.key ?? "");
  const otherwise = signal.states ? "step" : "linear";
  const said = { shape: SHAPES.find((shape) => shape === signal.line) ?? otherwise, smooth: true };
  const line = isInLane(signal) ? LINES.step : { ...said, ...LINES[choice.line] };
  return { ...line, missing: missingOf(choice.missing) ?? missingOf(signal.missing) ?? "hole" };
}

/** Whether a signal is drawn as bars in a lane: what has names for its values is, unless this browser chose. @param {Told} signal */
export function isInLane({ key = "", states }) {
  const { lane } = choiceOf(key);
  return lane === "" ? states !== undefined : lane === "lane";
}

/** @param {string | undefined} said */
const missingOf = (said) => MISSING.find((each) => each === said);

/**
 * Seconds beyond which a silence is a hole, on a timed clock; Infinity where there is no such bound.
 * @param {{clock: string, longest_interval?: number | null}} description
 */
export function longestOf({ clock, longest_interval: longest }) {
  return clock === "timed" && typeof longest === "number" && longest > 0 ? longest : Infinity;
}

/** Choose for this browser. @param {string} key of a signal @param {Partial<Choice>} choice what is not in it stays */
export function choose(key, choice) {
  chosen.set(key, { ...choiceOf(key), ...choice });
}

/** What this browser chose. @param {string} key of a signal @returns {Choice} */
export function choiceOf(key) {
  return chosen.get(key) ?? NOTHING;
}

/** All choices as a text, "relay:step:held,slow::joined,door:::plot"; empty where there are none. */
export function choicesText() {
  return [...chosen]
    .filter(([, { line, missing, lane }]) => line || missing || lane)
    .map(([key, { line, missing, lane }]) =>
      [encodeURIComponent(key), line, missing, ...(lane ? [lane] : [])].join(":"),
    )
    .join(",");
}

/** Choose what such a text says, as far as it can be read, and nothing else. @param {string} text */
export function readChoices(text) {
  chosen.clear();
  for (const part of text.split(",")) {
    const [key, line = "", missing = "", lane = ""] = part.split(":");
    const isKnown =
      (Object.hasOwn(LINES, line) || line === "") &&
      (missing === "" || missingOf(missing)) &&
      (lane === "" || LANES.includes(lane));
    if (isKnown && (line || missing || lane)) chosen.set(decoded(key), { line, missing, lane });
  }
}

/** @param {string} key */
function decoded(key) {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}
