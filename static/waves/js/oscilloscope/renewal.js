/**
 * A page that nobody reloads does so by itself: after an upgrade of the server, and where it was refused and may come again.
 * In a rolling upgrade servers of two versions answer, so a reload may bring the old page: it comes at most once a minute,
 * and only where another page is there to be had.
 */

import { granted } from "../protocol/grant.js";

/** Walls come back spread over so long (ms). */
const SPREAD = 5000;
/** Two reloads are so far apart (ms), and so are two looks whether there is a page. */
const REST = 60_000;
/** A page that takes longer to come (ms) is none. */
const PATIENCE = 20_000;
/** In the storage of this tab: when it was last reloaded. */
const KEY = "waves.reloaded";

/**
 * @typedef {object} World given by tests
 * @property {() => Promise<string | null>} served version of the page that a reload would bring; null where none comes
 * @property {() => void} reload
 * @property {Pick<Storage, "getItem" | "setItem"> | null} [storage]
 * @property {() => number} [now] ms
 * @property {() => number} [random]
 * @property {(call: () => void, ms: number) => number} [setTimeout]
 * @property {(id: number | undefined) => void} [clearTimeout]
 */

export class Renewal {
  #version;
  #world;
  /** @type {number | undefined} */
  #timer;
  /** Whether the same page is as good as another, since this one is at its end. */
  #isRefused = false;

  /** @param {string} version that the page was loaded with @param {World} world */
  constructor(version, world) {
    this.#version = version;
    this.#world = {
      storage: null,
      now: Date.now,
      random: Math.random,
      setTimeout: (/** @type {() => void} */ call, /** @type {number} */ ms) => setTimeout(call, ms),
      clearTimeout: (/** @type {number | undefined} */ id) => clearTimeout(id),
      ...world,
    };
  }

  /** A server said of which version it is; an older one says nothing. @param {string | undefined} version */
  told(version) {
    if (!version || !this.#version) return;
    if (version === this.#version) this.#cancel();
    else this.#wait(this.#rest);
  }

  /** The server refused the page for good; what it had against it may end all the same. */
  refused() {
    this.#isRefused = true;
    this.#wait(REST);
  }

  /** What is left of the time between two reloads (ms); no clock that is set holds it up for longer. */
  get #rest() {
    const { now, storage } = this.#world;
    const last = Number(read(storage) ?? -Infinity);
    return Math.min(REST, Math.max(0, last + REST - now())) || 0;
  }

  /** @param {number} ms */
  #wait(ms) {
    const { random, setTimeout } = this.#world;
    this.#timer ??= setTimeout(() => this.#look(), ms + SPREAD * random());
  }

  #cancel() {
    this.#world.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** A page that is there stays until another one is: a server that is starting has none. */
  async #look() {
    const { now, reload, served, storage } = this.#world;
    const version = await served().catch(() => null);
    this.#timer = undefined;
    if (version === null || (version === this.#version && !this.#isRefused)) return this.#wait(REST);
    write(storage, now());
    reload();
  }
}

/**
 * The version of the page at this address, as the server would send it now. The page of a link comes to whoever asks, and
 * shows nothing where the link does not open any more: then it stays away.
 * @returns {Promise<string | null>}
 */
export async function servedVersion() {
  const answer = await fetch(location.href, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
  const version = answer.ok ? versionIn(await answer.text()) : null;
  if (version === null || !granted.current) return version;
  return (await granted.current.renew()) ? version : null;
}

/** @param {string} text of a page; another than the oscilloscope, such as to sign in, has no version */
function versionIn(text) {
  const page = new DOMParser().parseFromString(text, "text/html");
  const told = page.getElementById("waves-config") ?? page.getElementById("waves-shared");
  const { version } = JSON.parse(told?.textContent ?? "{}");
  return typeof version === "string" ? version : null;
}

/** @param {Pick<Storage, "getItem"> | null | undefined} storage */
function read(storage) {
  try {
    return storage?.getItem(KEY) ?? null;
  } catch {
    return null;
  }
}

/** @param {Pick<Storage, "setItem"> | null | undefined} storage @param {number} at */
function write(storage, at) {
  try {
    storage?.setItem(KEY, String(at));
  } catch {
    // The storage is full: the page renews itself all the same.
  }
}
