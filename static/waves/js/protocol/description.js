/**
 * What a description and the page's configuration say, each field of its own kind: whatever a
 * stream was given past the admin's form, or a later server adds, breaks no page.
 */

/**
 * @typedef {object} Signal
 * @property {string} key what the server is asked by
 * @property {string} name
 * @property {string} unit
 * @property {string} colour "#rrggbb", or none: then the theme has one
 * @property {number} [palette] which one, where its place does not say so
 * @property {"linear" | "step" | "points"} [line] what is drawn between two samples; a slope where it is absent
 * @property {"hole" | "joined" | "held"} [missing] what a missing value means; a hole where it is absent
 * @property {{[code: string]: string}} [states] names of values
 */

/**
 * @typedef {object} Description what a viewer must know of a stream
 * @property {number} handle
 * @property {string} slug
 * @property {string} name
 * @property {string} source
 * @property {number} rate samples per second
 * @property {"regular" | "timed"} clock
 * @property {"float32" | "float64"} sample_type
 * @property {number} epoch
 * @property {Signal[]} signals
 * @property {string} state
 * @property {string} message
 * @property {number} window seconds
 * @property {number} history seconds
 * @property {number | null} longest_interval seconds beyond which there is a hole, on a timed clock
 * @property {number} late samples of this epoch that came too late, and were left out
 * @property {number} nameless texts of this epoch that could become no state
 * @property {number} left_out what came from outside in this epoch and was not taken
 * @property {string[]} log the last lines that came and are no samples
 * @property {boolean} record whether it is being recorded
 * @property {number | null} recorded_since unix seconds of the oldest recorded sample; null where nothing is recorded
 * @property {string} not_recorded why it is not, where it should be; else empty
 */

/**
 * @typedef {{kinds: string[], choices?: string[], minimum?: number, exclusiveMinimum?: number, maximum?: number}}
 *   TriggerField
 */

/**
 * @typedef {object} Config what the oscilloscope's page was told of its stream
 * @property {string} slug
 * @property {string} name
 * @property {string} source
 * @property {number} rate
 * @property {number} window seconds
 * @property {number} historySeconds
 * @property {number} handle
 * @property {Signal[]} signals
 * @property {string} [version] of the page, as `hello` has that of the server
 * @property {boolean} staff whether who looks may configure it
 * @property {{[field: string]: TriggerField}} trigger fields of a trigger, by the server's schema
 * @property {{page: string, socket: string, sockets?: string, samples: string, epochs?: string, crossing?: string, control: string, links?: string}} addresses of a stream, as `addressOf` takes them
 */

/** @typedef {Record<string, unknown>} Said what a server says, or a page was told: of any kind */

/** Characters of a name or a unit, and of a sentence: more than anyone reads on a line, or at all. */
const NAME = 200;
const SENTENCE = 1000;
/** Lines that came and are no samples. */
const LOG_LINES = 20;
/** Seconds: the shortest window, ten divisions of a microsecond, and the longest, ten of 40 days. */
const SHORTEST_WINDOW = 1e-5;
const LONGEST_WINDOW = 400 * 86_400;
/** Characters that a pill has room for. */
const PILL = 28;
/** What stands for a name's characters that no drawing may hold: controls, halves of pairs. */
const UNSEEN = /[\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu;
const COLOUR = /^#[0-9a-f]{6}$/i;
/** Whole numbers name states: so many at most, with names of so many characters. */
const CODE = /^-?\d{1,8}$/;
const MOST_STATES = 64;
const STATE_NAME = 40;
/** @type {NonNullable<Signal["line"]>[]} */
const LINES = ["linear", "step", "points"];
/** @type {NonNullable<Signal["missing"]>[]} */
const MISSING = ["hole", "joined", "held"];
/** A slug that can stand in an address. */
const SLUG = /^[-\w]{1,200}$/;

/**
 * @param {Said} said a `stream` message, or what the page was told of a stream
 * @param {Partial<Description>} [known] what holds where it says nothing that can be used: its former description
 * @returns {Description} `said` with each field that the page reads as it can be used
 */
export function readDescription(said, known = {}) {
  const epoch = whole(said.epoch, known.epoch ?? 0);
  return {
    ...said,
    handle: whole(said.handle, known.handle ?? 0),
    slug: isText(said.slug, SLUG) ? said.slug : (known.slug ?? ""),
    name: line(said.name, NAME) || known.name || "",
    source: line(said.source, NAME),
    rate: positive(said.rate, known.rate ?? 1),
    clock: said.clock === "timed" ? "timed" : "regular",
    sample_type: said.sample_type === "float64" ? "float64" : "float32",
    epoch,
    signals: readSignals(said.signals, epoch === known.epoch ? known.signals : []),
    state: line(said.state, NAME) || "unknown",
    message: line(said.message, SENTENCE),
    window: Math.min(LONGEST_WINDOW, Math.max(SHORTEST_WINDOW, positive(said.window, known.window ?? 2))),
    history: positive(said.history, known.history ?? 1),
    longest_interval: positive(said.longest_interval, 0) || null,
    late: whole(said.late, 0),
    nameless: whole(said.nameless, 0),
    left_out: whole(said.left_out, 0),
    record: said.record === true,
    recorded_since: positive(said.recorded_since, 0) || null,
    not_recorded: line(said.not_recorded, SENTENCE),
    log: Array.isArray(said.log) ? said.log.slice(-LOG_LINES).map((each) => line(each, NAME)) : [],
  };
}

/**
 * What the oscilloscope's page was told when it was made.
 * @param {Said} config
 * @returns {Config}
 */
export function readConfig(config) {
  const { slug, name, source, rate, window, history, handle, signals } = readDescription({
    ...config,
    history: config.historySeconds,
  });
  const read = { ...config, slug, name: name || slug, source, rate, window, historySeconds: history, handle, signals };
  return /** @type {Config} */ (/** @type {unknown} */ (read));
}

/** A state as a pill says it: its word. @param {{state: string}} description */
export function stateWord({ state }) {
  return shortened(state[0].toUpperCase() + state.slice(1));
}

/**
 * @param {{message: string}} description
 * @returns {string | null} the message as a pill has room for it: without its full stop
 */
export function shortMessage({ message }) {
  const text = message.replace(/\.$/, "");
  return text && text.length <= PILL ? text : null;
}

/** @param {string} text */
function shortened(text) {
  return text.length > PILL ? `${text.slice(0, PILL - 1)}…` : text;
}

/**
 * A source that has not been asked yet names no signals: those that are known still are its own.
 * @param {unknown} said
 * @param {Signal[]} [known]
 * @returns {Signal[]}
 */
function readSignals(said, known = []) {
  const signals = Array.isArray(said) ? said.filter((signal) => signal && typeof signal === "object") : [];
  return signals.length > 0 ? signals.map(readSignal) : known;
}

/**
 * The key stays as it is: it is what the server is asked by.
 * @param {Said} said
 * @param {number} k
 * @returns {Signal}
 */
function readSignal({ key, name, unit, colour, palette, line: drawn, missing, states }, k) {
  const named = typeof key === "string" && key.length <= NAME && key ? key : `signal-${k + 1}`;
  /** @type {Signal} */
  const signal = {
    key: named,
    name: line(name, NAME) || line(named, NAME),
    unit: line(unit, NAME),
    colour: isText(colour, COLOUR) ? colour : "",
  };
  const [asLine, asMissing, names] = [
    LINES.find((each) => each === drawn),
    MISSING.find((each) => each === missing),
    readStates(states),
  ];
  if (Number.isSafeInteger(palette) && Number(palette) >= 0) signal.palette = Number(palette);
  if (asLine) signal.line = asLine;
  if (asMissing) signal.missing = asMissing;
  if (names) signal.states = names;
  return signal;
}

/** @param {unknown} said @returns {Signal["states"]} none where nothing is named */
function readStates(said) {
  if (!said || typeof said !== "object") return undefined;
  const named = Object.entries(said)
    .map(([code, name]) => [code, line(name, STATE_NAME)])
    .filter(([code, name]) => CODE.test(code) && name)
    .slice(0, MOST_STATES);
  return named.length > 0 ? Object.fromEntries(named) : undefined;
}

/** Whether signals are others, but for the names of their states: those become more at any time. @param {Signal[]} one @param {Signal[]} other */
export function areOthers(one, other) {
  const told = (/** @type {Signal[]} */ signals) =>
    JSON.stringify(signals.map((signal) => ({ ...signal, states: signal.states !== undefined })));
  return told(one) !== told(other);
}

/** @param {unknown} said @param {RegExp} pattern @returns {said is string} */
function isText(said, pattern) {
  return typeof said === "string" && pattern.test(said);
}

/** @param {unknown} said @param {number} length */
function line(said, length) {
  return typeof said === "string" ? said.slice(0, length).replace(UNSEEN, " ").trim() : "";
}

/** @param {unknown} said @param {number} otherwise */
function whole(said, otherwise) {
  return typeof said === "number" && Number.isSafeInteger(said) && said >= 0 ? said : otherwise;
}

/** @param {unknown} said @param {number} otherwise */
function positive(said, otherwise) {
  return typeof said === "number" && Number.isFinite(said) && said > 0 ? said : otherwise;
}
