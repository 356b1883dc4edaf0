/**
 * The epochs of a recording: when each began and ended, why, and of which signals it was. An epoch is of one stretch,
 * and of one more for each time that its clock was set back.
 */

/**
 * @typedef {object} Stretch samples of an epoch within which times never go back
 * @property {number} epoch
 * @property {number} first samples
 * @property {number} last
 * @property {number} from unix seconds of the first sample
 * @property {number} to and of the last
 *
 * @typedef {object} Epoch
 * @property {number} epoch
 * @property {number} first samples
 * @property {number} last
 * @property {number} from the earliest of its times, in unix seconds
 * @property {number} to and the latest
 * @property {Stretch[]} stretches in the order of their samples, one at least
 * @property {number} rate
 * @property {boolean} isTimed whether each sample has a time of its own
 * @property {string[]} keys of its signals, in the order of their rows
 * @property {string} why it began
 */

/** @typedef {{from?: number, to?: number, most: number}} Asking unix seconds */

/**
 * @typedef {object} World
 * @property {(asking: Asking, signal: AbortSignal) => Promise<unknown>} ask
 * @property {() => void} came
 * @property {() => number} [clock] page seconds
 */

/** Epochs of one answer. */
const MOST = 1000;
/** Answers of one stretch of time that are put together: more marks nobody can tell apart. */
const PAGES = 4;
export const MOST_EPOCHS = MOST * PAGES;
/** Seconds that a view rests before its epochs are asked for. */
const REST = 0.25;
/** Seconds after which what is asked for may be asked for again: the newest epoch goes on, and others begin. */
const AGAIN = 30;

/** What is known in part is asked for again in a window that is so much shorter: three are asked for at once. */
const NEARER = 4;

export class Epochs {
  #world;
  /** The stretch that is known whole. @type {{from: number, to: number, at: number} | null} */
  #known = null;
  /** The stretch that is wanted, and since when. @type {{from: number, to: number, since: number} | null} */
  #wanted = null;
  #isAsking = false;
  /** @type {Map<number, Epoch>} */
  #byNumber = new Map();
  /** In order of time, those of the stretch that is known. @type {Epoch[]} */
  list = [];
  /** Whether there are more in the stretch than the list has. */
  isCut = false;
  /** Unix seconds since when there is a recording, as the last answer says; null for none. @type {number | null} */
  since = null;
  /** Grows with every answer. */
  revision = 0;

  /** @param {World} world */
  constructor(world) {
    this.#world = world;
  }

  /** An epoch by its number, where it is known. @param {number} epoch */
  of(epoch) {
    return this.#byNumber.get(epoch) ?? null;
  }

  /**
   * Stretches of time without an epoch that reach into a window, as far as is known; in unix seconds.
   * @param {number} from
   * @param {number} to
   * @param {number | null} live the epoch that goes on
   */
  between(from, to, live) {
    const known = this.#known;
    if (!known || this.isCut || known.from > from || known.to < to) return [];
    // Before the first one that is known there were others, where the recording is older.
    let end = this.since !== null && this.since < known.from ? known.from : Infinity;
    const stretches = [];
    const ordered = [...this.list].sort((a, b) => a.from - b.from);
    for (const epoch of ordered) {
      stretches.push({ from: end, to: epoch.from });
      const next = epoch.to + (epoch.rate > 0 ? 1 / epoch.rate : 0);
      end = Math.max(end === Infinity ? -Infinity : end, next);
    }
    if (!ordered.some(({ epoch }) => epoch === live)) stretches.push({ from: end, to: known.to });
    return stretches.filter((each) => each.to > each.from && each.from < to && each.to > from);
  }

  /** What is known may be old: ask again once something is wanted. */
  renew() {
    this.#known = null;
  }

  /**
   * Epochs of a stretch of time are wanted; they are asked for once it has rested.
   * @param {number} from unix seconds
   * @param {number} to
   */
  want(from, to) {
    const now = this.#clock();
    const known = this.#known;
    const isNearer = this.isCut && known !== null && (to - from) * NEARER < known.to - known.from;
    if (known && known.from <= from && known.to >= to && now - known.at < AGAIN && !isNearer) return;
    const wanted = this.#wanted;
    if (!wanted || wanted.from !== from || wanted.to !== to) {
      // What is live moves all the time, and rests never: it counts as the same stretch.
      const isMoving = wanted && Math.abs(wanted.from - from) + Math.abs(wanted.to - to) < (to - from) / 50;
      this.#wanted = { from, to, since: isMoving ? wanted.since : now };
    }
    if (this.#isAsking || now - (this.#wanted?.since ?? now) < REST) return;
    this.#ask();
  }

  async #ask() {
    const wanted = this.#wanted;
    if (!wanted) return;
    this.#isAsking = true;
    // A window at either side: scrolling finds it there.
    const length = wanted.to - wanted.from;
    const [from, to] = [wanted.from - length, wanted.to + length];
    /** @type {Map<number, Epoch>} */
    const found = new Map();
    try {
      const isWhole = await this.#pages(from, to, found);
      this.list = [...found.values()];
      this.isCut = !isWhole;
      this.revision += 1;
      for (const [number, epoch] of found) this.#byNumber.set(number, epoch);
    } catch {
      // The samples say what is wrong: see `recorded-past.js`. This is asked for again later.
    }
    this.#known = { from, to, at: this.#clock() };
    this.#wanted = null;
    this.#isAsking = false;
    this.#world.came();
  }

  /** @param {number} from @param {number} to @param {Map<number, Epoch>} found that is filled @returns {Promise<boolean>} whether these are all */
  async #pages(from, to, found) {
    for (let page = 0, begin = from; page < PAGES; page += 1) {
      const answer = await this.#world.ask({ from: begin, to, most: MOST }, new AbortController().signal);
      const { epochs, more, since } = readEpochs(answer);
      this.since = since;
      for (const epoch of epochs) found.set(epoch.epoch, together(found.get(epoch.epoch), epoch));
      if (!more || epochs.length === 0) return true;
      const latest = Math.max(...epochs.flatMap(({ stretches }) => stretches.map((stretch) => stretch.from)));
      if (latest <= begin) return false;
      begin = latest;
    }
    return false;
  }

  #clock() {
    return this.#world.clock?.() ?? performance.now() / 1000;
  }
}

/** What two answers say of one epoch, each with some of its stretches. @param {Epoch | undefined} known @param {Epoch} epoch @returns {Epoch} */
function together(known, epoch) {
  if (!known) return epoch;
  const byFirst = new Map([...known.stretches, ...epoch.stretches].map((stretch) => [stretch.first, stretch]));
  const stretches = [...byFirst.values()].sort((a, b) => a.first - b.first);
  return { ...known, ...endsOf(stretches), stretches };
}

/** @param {Stretch[]} stretches in the order of their samples */
function endsOf(stretches) {
  return {
    first: stretches[0].first,
    last: stretches[stretches.length - 1].last,
    from: Math.min(...stretches.map(({ from }) => from)),
    to: Math.max(...stretches.map(({ to }) => to)),
  };
}

/** @param {unknown} answer of the server: of any kind @returns {{epochs: Epoch[], more: boolean, since: number | null}} */
export function readEpochs(answer) {
  const { epochs, more, recorded_since: since } = /** @type {Record<string, unknown>} */ (answer ?? {});
  const list = Array.isArray(epochs) ? epochs.flatMap((said) => readEpoch(said) ?? []) : [];
  return { epochs: list, more: more === true, since: typeof since === "number" ? since : null };
}

/** @param {Record<string, unknown>} said @returns {Epoch | null} null where it says no time */
function readEpoch(said) {
  const [epoch, from, to] = [said?.epoch, said?.from, said?.to].map(numberOf);
  if (!Number.isSafeInteger(epoch) || !(from <= to)) return null;
  const signals = Array.isArray(said.signals) ? said.signals : [];
  const whole = { epoch, from, to, first: numberOf(said.first), last: numberOf(said.last) };
  const stretches = readStretches(epoch, said.stretches);
  return {
    ...{ ...whole, rate: numberOf(said.rate), isTimed: said.clock === "timed" },
    stretches: stretches.length > 0 ? stretches : [whole],
    keys: signals.map((signal) => String(signal?.key ?? "")),
    why: typeof said.why === "string" ? said.why.slice(0, 200) : "",
  };
}

/** @param {number} epoch @param {unknown} said @returns {Stretch[]} */
function readStretches(epoch, said) {
  if (!Array.isArray(said)) return [];
  const stretches = said.slice(0, MOST).map((stretch) => {
    const [first, last, from, to] = [stretch?.first, stretch?.last, stretch?.from, stretch?.to].map(numberOf);
    return { epoch, first, last, from, to };
  });
  return stretches.filter(({ first, last, from, to }) => first <= last && from <= to).sort((a, b) => a.first - b.first);
}

/** @param {unknown} value */
function numberOf(value) {
  return typeof value === "number" ? value : NaN;
}
