/**
 * The fields of a trigger, as the server's own schema says them to the page: which kinds have a
 * field, and what may stand in it.
 */

/**
 * @typedef {object} FieldSchema
 * @property {string[]} kinds of triggers that have it
 * @property {string[]} [choices] where it is chosen from a list
 * @property {number} [minimum]
 * @property {number} [exclusiveMinimum]
 * @property {number} [maximum]
 *
 * @typedef {{[field: string]: FieldSchema}} Schema
 */

/** Where in the window the trigger stands is the page's own matter. @type {Schema} */
const OWN = { position: { kinds: [], minimum: 0, maximum: 1 } };

export class TriggerFields {
  #schema;

  /** @param {Schema} schema */
  constructor(schema) {
    this.#schema = { ...schema, ...OWN };
  }

  /** Whether triggers of a kind have a field. @param {string} field @param {string} kind */
  isOf(field, kind) {
    const { kinds = [] } = this.#schema[field] ?? {};
    return kinds.length === 0 || kinds.includes(kind);
  }

  /** What a field is chosen from; null where it is typed. @param {string} field */
  choices(field) {
    return this.#schema[field]?.choices ?? null;
  }

  /** Whether a number may stand in a field, whatever the others say. @param {string} field @param {number} value */
  isAllowed(field, value) {
    const { minimum = -Infinity, exclusiveMinimum = -Infinity, maximum = Infinity } = this.#schema[field] ?? {};
    return value >= minimum && value > exclusiveMinimum && value <= maximum;
  }
}
