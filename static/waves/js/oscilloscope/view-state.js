/**
 * The state of the view, in the address and in the browser's storage, so that a link shows a
 * colleague the same view and a stream looks as it did. An address with a query says all of it;
 * without one the settings of this browser count.
 */

import { moveKept, storageOf } from "../controls/storage.js";

/**
 * @typedef {object} World given by tests
 * @property {Pick<typeof globalThis, "location" | "history">} [window]
 * @property {Pick<Storage, "getItem" | "setItem" | "removeItem"> | null} [storage]
 * @property {(call: () => void, ms: number) => number} [setTimeout]
 */

/** @typedef {{[name: string]: string | number | null | undefined}} Kept the view, as short names and values */

/** An address that changes with every turn of the wheel would be refused by some browsers (ms). */
const REST = 300;
/** What is of the moment and not a setting: where in the past a view stands. */
export const OF_THE_MOMENT = ["run", "epoch", "end", "at"];

export class ViewState {
  /** @type {number | null} */
  #timer = null;
  /** Gives what is to be kept; null while that is not known. @type {(() => Kept | null) | null} */
  #pending = null;

  /** @param {string} slug of the stream @param {World} [world] */
  constructor(slug, { window = globalThis, storage = storageOf(globalThis), setTimeout = globalThis.setTimeout } = {}) {
    this.window = window;
    this.storage = storage;
    this.setTimeout = setTimeout;
    this.key = keyOf(slug);
  }

  /** What the page begins with, texts by short names. */
  restore() {
    const query = fromQuery(this.window.location.search);
    if (Object.keys(query).length > 0) return query;
    return settings(this.storage?.getItem(this.key));
  }

  /**
   * The stream has another slug: what was kept under the former one is kept under that.
   * @param {string} slug
   */
  rename(slug) {
    const former = this.key;
    this.key = keyOf(slug);
    moveKept(this.storage, former, this.key);
  }

  /** Keep what `state()` gives once it has rested. @param {() => Kept | null} state */
  keep(state) {
    this.#pending = state;
    this.#timer ??= this.setTimeout.call(null, () => this.flush(), REST);
  }

  /** Keep it now. */
  flush() {
    this.#timer = null;
    const state = this.#pending?.();
    if (!state) return;
    const { location, history } = this.window;
    history.replaceState(null, "", `${location.pathname}${toQuery(state)}`);
    const kept = Object.entries(state).filter(([key]) => !OF_THE_MOMENT.includes(key));
    try {
      this.storage?.setItem(this.key, JSON.stringify(Object.fromEntries(kept)));
    } catch {
      // The storage is full: the address still says it all.
    }
  }
}

/** @param {string} slug */
function keyOf(slug) {
  return `waves.scope.${slug}`;
}

/**
 * {window: 0.2, y: "fixed"} as "?window=0.2&y=fixed"; what is null or undefined is left out.
 * @param {Kept} state
 */
export function toQuery(state) {
  const given = Object.entries(state).flatMap(([key, value]) => (value == null ? [] : [[key, textOf(value)]]));
  const query = new URLSearchParams(given).toString();
  // Commas and colons may stand in a query, and are easier to read.
  return query && `?${query.replaceAll("%2C", ",").replaceAll("%3A", ":")}`;
}

/** @param {string} search */
export function fromQuery(search) {
  return Object.fromEntries(new URLSearchParams(search));
}

/**
 * Numbers as short as they can be read again: 15 digits tell a thousandth of a level of 10^9.
 * @param {string | number} value
 */
function textOf(value) {
  return typeof value === "number" ? String(Number(value.toPrecision(15))) : String(value);
}

/**
 * Settings that were kept, or none where they can't be read.
 * @param {string | null | undefined} text
 * @returns {Record<string, string>}
 */
function settings(text) {
  try {
    /** @type {Kept} */
    const kept = JSON.parse(text ?? "{}");
    const given = Object.entries(kept).flatMap(([key, value]) => (value == null ? [] : [[key, textOf(value)]]));
    return Object.fromEntries(given);
  } catch {
    return {};
  }
}
