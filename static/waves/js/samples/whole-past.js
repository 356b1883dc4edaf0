/**
 * The past of a stream as one axis of time: what is recorded, whatever epoch it is of, and what is live at its
 * right end. Seconds are those of the live epoch, which go on below 0 for what was before it.
 */

import { Epochs } from "./epochs.js";
import { joined } from "./joined-past.js";
import { SET } from "./labels.js";
import { Overview } from "./overview.js";
import { RecordedPast } from "./recorded-past.js";
import { pieceOf, timeOf } from "./recorded-tiles.js";
import { regularOf } from "./regular-past.js";
import { HALF } from "./smooth.js";
import { instantOf } from "./window-samples.js";

/**
 * @import { Frame } from "../protocol/frames.js"
 * @import { Stretch } from "./epochs.js"
 * @import { Joined } from "./joined-past.js"
 * @import { Piece } from "./recorded-tiles.js"
 * @import { Record } from "./record.js"
 * @import { Regular } from "./regular-past.js"
 */

/** @typedef {{edge: number, window: number, columns: number}} View seconds, and pixels */

/**
 * @typedef {object} World
 * @property {(asking: {[name: string]: number}, signal: AbortSignal) => Promise<Frame[]>} samples
 * @property {(asking: {from?: number, to?: number, most: number}, signal: AbortSignal) => Promise<unknown>} epochs
 * @property {() => void} came
 */

/** Columns for a pixel. */
const FINENESS = 2;
/** So many columns are asked for at most. */
const MOST_COLUMNS = 16_384;
/** Samples of each signal that are fetched to be measured, and values of all together: 16 MB. */
const MOST_SAMPLES = 1_000_000;
const MOST_VALUES = 4_000_000;
/** Seconds that a view rests before all of its samples are asked for, and after an answer that did not come. */
const REST = 0.4;
const AFTER_FAILURE = 5;
/** Bytes of tiles of a stretch that a later one covers. */
const BENEATH_BYTES = 8 * 2 ** 20;
/** Seconds, and columns: samples of the live epoch whose times are off by more have the times that they were given. */
const OFF = 1e-3;
const OFF_COLUMNS = 1.5;
/** Of a timed clock samples may be denser than its rate says: columns are then so much narrower, and narrower again. */
const NARROWER = 16;

export class WholePast {
  #record;
  #came;
  /** Of a stream that is not live nobody knows seconds: they count from when the page came. */
  #base = Math.floor(Date.now() / 1000);
  /** @type {{key: string, source: Joined} | null} */
  #last = null;
  #ask;
  #tilesWorld;
  /** @type {RecordedPast | null} */
  #beneathTiles = null;
  /** All samples of the window that was asked for last. @type {{key: string, found: (Regular & {isWhole: boolean}) | null, wanted: string, since: number, isAsking: boolean, notBefore: number}} */
  #whole = { key: "", found: null, wanted: "", since: 0, isAsking: false, notBefore: -Infinity };
  /** Why something of the recording did not come; empty where nothing is wrong. */
  problem = "";
  /** The clock was set back: the stretch that is looked at though a later one lies over it. @type {Stretch | null} */
  beneath = null;
  /** The newest instant that was seen, in unix seconds. */
  #newest = -Infinity;

  /** @param {Record} record @param {World} world */
  constructor(record, { samples, epochs, came }) {
    this.#record = record;
    this.#came = came;
    this.#ask = samples;
    this.#tilesWorld = {
      came: () => {
        this.problem = "";
        came();
      },
      failed: (/** @type {string} */ message) => {
        this.problem = message;
        came();
      },
      now: () => this.now,
    };
    this.tiles = new RecordedPast({ ...this.#tilesWorld, ask: (asking, signal) => samples({ ...asking }, signal) });
    this.epochs = new Epochs({ ask: epochs, came });
    this.overview = new Overview((asking) => samples({ ...asking }, new AbortController().signal), came);
  }

  /** Unix seconds since when there is a recording; null where there is none. What was deleted meanwhile epochs know first. */
  get recordedSince() {
    const since = this.#record.description?.recorded_since ?? null;
    return since === null ? null : Math.max(since, this.epochs.since ?? -Infinity);
  }

  get isThere() {
    return this.recordedSince !== null;
  }

  /** The first second of the recording. */
  get first() {
    return this.secondsAt(this.recordedSince ?? NaN);
  }

  /** Unix seconds of the newest sample, as far as the page knows; NaN where it does not. */
  get now() {
    const { labels, end } = this.#record;
    if (!labels.isEmpty && Number.isFinite(end)) return labels.wallTime(end);
    return Date.now() / 1000;
  }

  /** The second of the newest sample of a stream that is not live; NaN where nothing is known of it yet. */
  get end() {
    const { list } = this.epochs;
    return list.length > 0 ? this.secondsAt(Math.max(...list.map(({ to }) => to))) : NaN;
  }

  /** @param {number} unix */
  secondsAt(unix) {
    const { labels } = this.#record;
    return labels.isEmpty ? unix - this.#base : labels.ownSecondsAt(unix);
  }

  /** @param {number} seconds */
  wallTime(seconds) {
    const { labels } = this.#record;
    return labels.isEmpty ? seconds + this.#base : labels.ownTime(seconds);
  }

  /**
   * What a window is drawn from that reaches before what is held in memory.
   * @param {View} view
   * @param {boolean} running
   * @returns {Joined}
   */
  source({ edge, window, columns }, running) {
    this.#follow();
    const wanted = Math.min(MOST_COLUMNS, Math.round(columns * FINENESS));
    const live = this.beneath === null ? this.#live({ edge, window, columns: wanted }, running) : null;
    const from = this.wallTime(edge - window);
    const to = live ? Math.min(this.wallTime(edge), this.wallTime(live.from)) : this.wallTime(edge);
    this.epochs.want(from, this.wallTime(edge));
    const share = Math.max(1, Math.round((wanted * (to - from)) / window));
    const since = this.recordedSince ?? undefined;
    const tiles = this.#beneathTiles ?? this.tiles;
    const finest = this.#finest(tiles, { from, to, columns: share });
    const beside = Math.min(window, this.#beside);
    const pieces = tiles.pieces({ from, to, columns: share, finest, since, beside });
    const { ring, source } = live ? { ring: live.source.ring, source: live } : { ring: null, source: null };
    const known = `${tiles.revision} ${this.epochs.revision} ${this.#record.epoch} ${this.beneath?.first} ${edge} ${window}`;
    const key = `${known} ${wanted} ${ring?.next} ${ring?.revision} ${pieces.length} ${this.#record.signals}`;
    if (this.#last?.key === key) return this.#last.source;
    this.#last = { key, source: joined(pieces, { ...this.#places, live: source }) };
    return this.#last.source;
  }

  /**
   * All samples from one second to another, asked for once the view has rested; of several epochs those of the
   * newest one, and where its clock was set back those after that.
   * @param {number} first
   * @param {number} last
   * @returns {(Regular & {isWhole: boolean}) | null} null while they are on their way, or where they are too many
   */
  samples(first, last) {
    const [from, to] = [this.wallTime(first), this.wallTime(last)];
    const key = `${from} ${to} ${this.beneath?.epoch} ${this.beneath?.first}`;
    if (this.#whole.key === key) return this.#whole.found;
    const clock = performance.now() / 1000;
    if (this.#whole.wanted !== key) this.#whole = { ...this.#whole, wanted: key, since: clock };
    if (!this.#whole.isAsking && clock - this.#whole.since >= REST && clock >= this.#whole.notBefore) {
      this.#askForAll(key, from, to);
    }
    return null;
  }

  /** Why there are no samples of a window, for people; empty where they may come. @param {number} window seconds */
  lackOfSamples(window) {
    const { description, signals } = this.#record;
    const rates = this.epochs.list.map(({ rate }) => rate).filter((rate) => rate > 0);
    const rate = Math.max(description?.rate ?? 0, ...rates);
    const count = rate * window;
    if (description?.clock === "timed") return "its samples are not evenly spaced";
    return count > MOST_SAMPLES || count * signals > MOST_VALUES
      ? "the window has room for over a million samples"
      : "";
  }

  /** @param {string} key @param {number} from @param {number} to */
  async #askForAll(key, from, to) {
    if (this.lackOfSamples(to - from)) return;
    this.#whole.isAsking = true;
    try {
      const query = this.beneath ? within(this.beneath, from, to) : { from, to };
      const frames = query ? await this.#ask(query, new AbortController().signal) : [];
      const pieces = frames.map(pieceOf);
      const own = newestLine(pieces);
      const regular = regularOf(own, { ...this.#places, live: null });
      const found = regular && { ...regular, isWhole: own.length === pieces.length };
      this.#whole = { ...this.#whole, key, found, isAsking: false };
    } catch {
      const notBefore = performance.now() / 1000 + AFTER_FAILURE;
      this.#whole = { ...this.#whole, isAsking: false, notBefore };
    }
    this.#came();
  }

  /**
   * Look at a stretch that a later one lies over, as the clock was set back; null for what is drawn else.
   * @param {Stretch | null} stretch
   */
  lookBeneath(stretch) {
    if (stretch === this.beneath) return;
    this.beneath = stretch;
    this.#beneathTiles = stretch === null ? null : this.#tilesOf(stretch);
    this.#came();
  }

  /** Tiles of one stretch only. It has ended, whatever the clock says now. @param {Stretch} stretch */
  #tilesOf(stretch) {
    return new RecordedPast({
      ...this.#tilesWorld,
      now: () => Infinity,
      ask: async ({ from, to, columns }, signal) => {
        const query = within(stretch, from, to);
        if (!query) return [];
        const share = Math.ceil((columns * (query.to - query.from)) / (to - from));
        return await this.#ask({ ...query, columns: Math.max(16, share) }, signal);
      },
      bytes: BENEATH_BYTES,
    });
  }

  /** Where the clock was set back what is held of the times that come again is no longer all. */
  #follow() {
    const { now } = this;
    if (now < this.#newest - SET) {
      this.tiles.clear();
      this.epochs.renew();
      this.#newest = now;
    }
    this.#newest = Math.max(this.#newest, now);
  }

  /** Ask for what failed, or may be another, again. */
  renew() {
    this.epochs.renew();
    this.#came();
  }

  /** How pieces stand on the axis. */
  get #places() {
    const { description } = this.#record;
    /** @type {{piece: Piece | null, isOwn: boolean}} */
    let last = { piece: null, isOwn: false };
    return {
      signals: (description?.signals ?? []).length,
      secondsOf: (/** @type {Piece} */ piece, /** @type {number} */ k) => {
        if (last.piece !== piece) last = { piece, isOwn: this.#hasOwnSeconds(piece) };
        return last.isOwn ? (piece.sample / piece.stride + k) * piece.dt : this.secondsAt(timeOf(piece, k));
      },
      placesOf: this.placesOf,
    };
  }

  /** Of the live epoch samples have their own seconds, to the last digit, unless the clock was set since. @param {Piece} piece */
  #hasOwnSeconds(piece) {
    const { epoch, labels } = this.#record;
    if (piece.epoch !== epoch || piece.byTime || piece.times || labels.isEmpty) return false;
    const off = (piece.sample / piece.stride) * piece.dt - this.secondsAt(piece.t0);
    return Math.abs(off) <= Math.max(OFF, OFF_COLUMNS * piece.dt);
  }

  /**
   * Which row of an epoch's pieces each signal of now is: by key, or, while nothing is known of the epoch, by
   * place where there are as many.
   * @param {number} epoch
   * @param {number} count
   */
  placesOf = (/** @type {number} */ epoch, /** @type {number} */ count) => {
    const keys = (this.#record.description?.signals ?? []).map(({ key }) => key);
    const known = this.epochs.of(epoch);
    if (!known || known.keys.length !== count) return count === keys.length ? keys.map((_, k) => k) : null;
    const places = keys.map((key) => known.keys.indexOf(key));
    return places.map((place) => (place < 0 ? null : place));
  };

  /**
   * The finest clock that a window has, as far as its epochs are known: there may be faster ones than what is live.
   * @param {number} first second
   * @param {number} last
   * @returns {{clock: string, rate: number} | null} null where none is known
   */
  finestClock(first, last) {
    const [from, to] = [this.wallTime(first), this.wallTime(last)];
    const seen = this.epochs.list.filter((epoch) => epoch.from <= to && epoch.to >= from && epoch.rate > 0);
    const [fastest] = seen.sort((a, b) => b.rate - a.rate);
    const told = seen.find(({ isTimed }) => isTimed) ?? fastest;
    return told ? { clock: told.isTimed ? "timed" : "regular", rate: told.rate } : null;
  }

  /**
   * The least width of a column that shows more: half a sample. On a timed clock that is known once samples are there.
   * @param {RecordedPast} tiles
   * @param {{from: number, to: number, columns: number}} view unix seconds
   */
  #finest(tiles, { from, to, columns }) {
    const { description } = this.#record;
    const { list } = this.epochs;
    const fastest = Math.max(...this.#rates);
    if (!Number.isFinite(fastest)) return 0;
    let width = 0.5 / fastest;
    if (description?.clock !== "timed" && !list.some(({ isTimed }) => isTimed)) return width;
    while (width > (to - from) / columns && !tiles.mayHaveEach({ from, to, width })) width /= NARROWER;
    return width;
  }

  /** Seconds beside a window by which its curves go, so that they are what they are in the middle of another. */
  get #beside() {
    const slowest = Math.min(...this.#rates);
    return Number.isFinite(slowest) ? (HALF + 2) / slowest : 0;
  }

  get #rates() {
    const rates = [this.#record.description?.rate ?? 0, ...this.epochs.list.map(({ rate }) => rate)];
    return rates.filter((rate) => rate > 0);
  }

  /** What is live of a window, where it is fine enough for it. @param {View} view @param {boolean} running */
  #live({ edge, window, columns }, running) {
    const { source, epoch, labels } = this.#record;
    if (!source || epoch === null || labels.isEmpty || source.ring.first >= source.ring.next) return null;
    const { ring, period } = source;
    const isFine = running || period * columns <= FINENESS * window;
    const begin = Math.max(instantOf(source, ring.first), labels.since);
    if (!isFine || begin > edge || ring === this.#record.swept) return null;
    return { source, from: Math.max(begin, edge - window), to: edge, columns, epoch };
  }
}

/**
 * What to ask for to have the samples of a stretch within a range of time; null where there are none.
 * @param {Stretch} stretch
 * @param {number} from unix seconds
 * @param {number} to
 */
function within({ epoch, first, last, ...ends }, from, to) {
  const range = { from: Math.max(from, ends.from), to: Math.min(to, ends.to) };
  return range.from <= range.to ? { epoch, first, last, ...range } : null;
}

/** The pieces of the newest epoch, on a regular clock those on the line of its newest. @param {Piece[]} pieces */
function newestLine(pieces) {
  if (pieces.length === 0) return [];
  const newest = pieces.reduce((a, b) => ((b.epoch - a.epoch || b.sample - a.sample) > 0 ? b : a));
  const zero = (/** @type {Piece} */ { t0, sample, stride, dt }) => t0 - (sample / stride) * dt;
  return pieces.filter(
    (piece) => piece.epoch === newest.epoch && Math.abs(zero(piece) - zero(newest)) <= Math.max(OFF, newest.dt / 2),
  );
}
