/** Which streams of a list are shown, in which order, and in which groups. */

/**
 * @typedef {object} Entry what is known of a stream
 * @property {number} handle
 * @property {string} name
 * @property {string} description
 * @property {string} tag
 * @property {string} source
 * @property {string} state
 * @property {number} rate
 * @property {string[]} signals names and keys
 *
 * @typedef {{words: string, state: string, sort: string}} Wanted
 *
 * @typedef {{name: string, entries: Entry[]}} Group
 */

/** What is wrong comes first; a state that is not known here, last but for what is well. */
const URGENT = ["failed", "stale", "silent", "stopped"];
const WELL = "live";
const FAVOURITES = "Favourites";
const OTHERS = "Others";

/** Where the words are looked for. */
export const PLACES = "names, descriptions, sources, signals, states and tags";

/** @param {string} state */
export function urgency(state) {
  const at = URGENT.indexOf(state);
  if (at >= 0) return at;
  return state === WELL ? URGENT.length + 1 : URGENT.length;
}

/** Whether each word is somewhere in it. @param {Entry} entry @param {string} words */
function matches({ name, description, tag, source, state, signals }, words) {
  const text = [name, description, tag, source, state, ...signals].join("\n").toLowerCase();
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/** @type {Record<string, (a: Entry, b: Entry) => number>} */
const ORDERS = {
  name: (a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }),
  state: (a, b) => urgency(a.state) - urgency(b.state),
  rate: (a, b) => b.rate - a.rate,
};

/**
 * Favourites stand first; others by their tags, in the order in which the first of each comes. Without tags and
 * favourites there is one group, and it has no name.
 * @param {Entry[]} entries in the order of the site
 * @param {Wanted} wanted
 * @param {ReadonlySet<number>} favourites handles
 * @returns {Group[]}
 */
export function arranged(entries, { words, state, sort }, favourites) {
  const shown = entries.filter((entry) => (!state || entry.state === state) && matches(entry, words.trim()));
  if (ORDERS[sort]) shown.sort(ORDERS[sort]);
  const nameOf = (/** @type {Entry} */ { handle, tag }) => (favourites.has(handle) ? FAVOURITES : tag);
  const names = [...new Set(shown.map(nameOf))];
  if (names.length === 1 && names[0] === "") return [{ name: "", entries: shown }];
  const rank = (/** @type {string} */ name) => (name === FAVOURITES ? 0 : name === "" ? 2 : 1);
  return names
    .sort((a, b) => rank(a) - rank(b))
    .map((name) => ({ name: name || OTHERS, entries: shown.filter((entry) => nameOf(entry) === name) }));
}

/** How many streams are in each state, the urgent ones first. @param {Entry[]} entries @returns {[string, number][]} */
export function countStates(entries) {
  const states = [...new Set(entries.map(({ state }) => state))].sort((a, b) => urgency(a) - urgency(b));
  return states.map((state) => [state, entries.filter((entry) => entry.state === state).length]);
}
