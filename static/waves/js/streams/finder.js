/** What of the list is looked for: words, a state, an order and favourites. The address holds it, but for favourites. */

import { byId, input, list } from "../controls/elements.js";
import { storageOf } from "../controls/storage.js";
import { arranged, countStates, PLACES } from "./arrangement.js";

/** @import { Entry, Group } from "./arrangement.js" */

const KEY = "waves.favourites";
/** Names in the address, and the ids of their fields. */
const FIELDS = /** @type {const} */ ({ q: "search", state: "state", sort: "sort" });

export class Finder {
  #changed;
  #favourites = kept();
  #states = "";

  /** @param {() => void} changed something else is looked for */
  constructor(changed) {
    this.#changed = changed;
    const asked = new URLSearchParams(location.search);
    input("search").value = asked.get("q") ?? "";
    list("sort").value = asked.get("sort") ?? "";
    if (list("sort").selectedIndex < 0) list("sort").value = "";
    // A state that no stream is in now is looked for all the same.
    const state = asked.get("state") ?? "";
    if (state) list("state").append(new Option(state, state, true, true));
    for (const id of Object.values(FIELDS)) byId(id).addEventListener("input", () => this.#look());
    byId("all").addEventListener("click", () => this.#lookForAll());
  }

  /** What is shown, in groups. @param {Entry[]} entries in the order of the site @returns {Group[]} */
  groups(entries) {
    this.#offer(entries);
    const [words, state, sort] = [input("search").value, list("state").value, list("sort").value];
    const groups = arranged(entries, { words, state, sort }, this.#favourites);
    const found = groups.reduce((sum, group) => sum + group.entries.length, 0);
    byId("none").hidden = entries.length === 0 || found > 0;
    const isAll = words.trim() === "" && state === "";
    say("found", isAll ? "" : `${found} of ${entries.length}${words.trim() ? `, looked for in ${PLACES}` : ""}`);
    return groups;
  }

  /** @param {number} handle */
  isFavourite(handle) {
    return this.#favourites.has(handle);
  }

  /** @param {number} handle */
  toggle(handle) {
    if (!this.#favourites.delete(handle)) this.#favourites.add(handle);
    try {
      storageOf(globalThis)?.setItem(KEY, JSON.stringify([...this.#favourites]));
    } catch {
      // The storage is full: it is a favourite as long as this page is open.
    }
    this.#changed();
  }

  #look() {
    const query = new URLSearchParams(location.search);
    for (const [name, id] of Object.entries(FIELDS)) {
      const field = byId(id);
      const value = field instanceof HTMLSelectElement || field instanceof HTMLInputElement ? field.value.trim() : "";
      if (value) query.set(name, value);
      else query.delete(name);
    }
    history.replaceState(null, "", query.size > 0 ? `?${query}` : location.pathname);
    this.#changed();
  }

  #lookForAll() {
    input("search").value = "";
    list("state").value = "";
    this.#look();
    input("search").focus();
  }

  /** The states that there are, and how many streams are in each. @param {Entry[]} entries */
  #offer(entries) {
    const states = countStates(entries);
    const chosen = list("state").value;
    if (chosen && !states.some(([state]) => state === chosen)) states.push([chosen, 0]);
    const key = JSON.stringify(states);
    if (key === this.#states) return;
    this.#states = key;
    const options = states.map(([state, many]) => new Option(`${state} (${many})`, state));
    list("state").replaceChildren(new Option("any state", ""), ...options);
    list("state").value = chosen;
  }
}

/** @returns {Set<number>} handles */
function kept() {
  try {
    const read = JSON.parse(storageOf(globalThis)?.getItem(KEY) ?? "[]");
    return new Set(Array.isArray(read) ? read.filter(Number.isSafeInteger) : []);
  } catch {
    return new Set();
  }
}

/** @param {string} id @param {string} text */
function say(id, text) {
  if (byId(id).textContent !== text) byId(id).textContent = text;
}
