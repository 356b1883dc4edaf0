/** Which views there are, and which one is shown: the one owner of that. Tools declare their own. */

/** @import { Chart } from "../chart/chart.js" */

/**
 * @typedef {object} View
 * @property {string} name of it in the address; its button is `view-<name>`
 * @property {() => (Chart | null)[]} [charts] that are seen, from the top down
 * @property {string[]} [panels] ids of what is shown with it and hidden without
 * @property {string[]} [of] views that it shows together, instead of those two
 */

export class Views {
  /** @type {Map<string, View>} */
  #byName = new Map();
  #name = "";
  #changed;

  /** @param {() => void} changed called when another view is shown */
  constructor(changed) {
    this.#changed = changed;
  }

  /** Take a view; the first one is what a page begins with. @param {View} view */
  declare(view) {
    this.#byName.set(view.name, view);
    this.#name ||= view.name;
  }

  /** In the order of the buttons. */
  get names() {
    return [...this.#byName.keys()];
  }

  /** The view that is shown. */
  get name() {
    return this.#name;
  }

  /** Whether a view is seen, by itself or together with another. @param {string} name */
  isShown(name) {
    return this.#shown.some((view) => view.name === name);
  }

  /** The charts that are seen, from the top down. */
  get charts() {
    return this.#shown.flatMap(({ charts }) => charts?.() ?? []).filter((chart) => chart !== null);
  }

  /** Ids of panels, and whether each is seen. @returns {Map<string, boolean>} */
  get panels() {
    const seen = this.#shown;
    const all = [...this.#byName.values()];
    return new Map(all.flatMap((view) => (view.panels ?? []).map((id) => [id, seen.includes(view)])));
  }

  /** @param {string} name */
  show(name) {
    if (!this.#byName.has(name)) return;
    this.#name = name;
    this.#changed();
  }

  /** The next one, by the order of the buttons. */
  next() {
    const { names } = this;
    this.show(names[(names.indexOf(this.#name) + 1) % names.length]);
  }

  state() {
    return this.#name === this.names[0] ? {} : { view: this.#name };
  }

  /** @param {{view?: string}} state */
  restore({ view }) {
    if (view !== undefined && this.#byName.has(view)) this.#name = view;
  }

  get #shown() {
    const current = this.#byName.get(this.#name);
    return (current?.of ?? [this.#name]).flatMap((name) => this.#byName.get(name) ?? []);
  }
}
