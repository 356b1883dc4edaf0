/** Names of values: what a signal that has states says in place of numbers. */

/** @typedef {Record<string, string>} States names by code */

/** The name of a value; null where it has none. @param {States | undefined} states @param {number} value */
export function stateName(states, value) {
  return states?.[value] ?? null;
}

/** Codes from the lowest to the highest. @param {States} states */
export function codesOf(states) {
  return Object.keys(states)
    .map(Number)
    .sort((a, b) => a - b);
}

/**
 * The code of a name as a person types it; null where no state is called that.
 * @param {States | undefined} states
 * @param {string} text
 */
export function codeOf(states, text) {
  const named = Object.entries(states ?? {});
  const wanted = text.trim();
  const alike = (/** @type {string} */ name) => name.toLowerCase() === wanted.toLowerCase();
  const [code] = named.find(([, name]) => name === wanted) ?? named.find(([, name]) => alike(name)) ?? [];
  return code === undefined ? null : Number(code);
}
