/** Elements of the page by their ids, of the kind that is needed. */

/**
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} kind
 * @returns {T}
 * @throws {Error} where the page's template has none
 */
export function element(id, kind) {
  const found = optional(id, kind);
  if (!found) throw new Error(`The page has no ${kind.name} "${id}".`);
  return found;
}

/**
 * The same, where the page may do without: null then.
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} kind
 */
export function optional(id, kind) {
  const found = document.getElementById(id);
  return found instanceof kind ? found : null;
}

/** Any element. @param {string} id */
export const byId = (id) => element(id, HTMLElement);
/** @param {string} id */
export const button = (id) => element(id, HTMLButtonElement);
/** @param {string} id */
export const input = (id) => element(id, HTMLInputElement);
/** @param {string} id */
export const list = (id) => element(id, HTMLSelectElement);
