/**
 * The recorded past, as the page holds it: tiles by width of column and place in time. What a view needs
 * is asked for one request at a time, then what lies beside it; meanwhile coarser or finer tiles stand in.
 */

import { COLUMNS, cut, keyOf, lengthOf, levelOf, pieceOf, tileOf } from "./recorded-tiles.js";

/**
 * @import { Frame } from "../protocol/frames.js"
 * @import { Piece, Tile } from "./recorded-tiles.js"
 */

/** @typedef {{from: number, to: number, columns: number}} Asking unix seconds, and about so many columns */

/**
 * @typedef {object} World
 * @property {(asking: Asking, signal: AbortSignal) => Promise<Frame[]>} ask
 * @property {() => void} came there is more to be seen than before
 * @property {(message: string) => void} failed an answer did not come
 * @property {() => number} now unix seconds, by the clock of the server
 * @property {() => number} [clock] seconds of a clock of the page that always goes on
 * @property {number} [bytes] that are held
 */

/** @typedef {{level: number, first: number, last: number}} Run tiles `first` to `last` of a level */

/** Bytes of tiles that a page holds. */
const MOST_BYTES = 64 * 2 ** 20;
/** Tiles of one request: 16,384 columns are asked for at most, and a stride may be half of what is asked. */
const MOST_TILES = 16;
/** So many levels up a coarser tile is looked for, and down finer ones. */
const UP = 30;
const DOWN = 2;
/** Seconds that a recording may be behind what is live: what is younger is asked for again. */
const LAG = 10;
/** The least seconds, and the most, between two requests for what is still growing. */
const AGAIN = 3;
const LATEST_AGAIN = 60;
/** Seconds that nothing is asked for after an answer that did not come. */
const REST = 5;
/** Columns that are asked for behind the last tile: a column at the border has all of its samples. */
const MARGIN = 2;

export class RecordedPast {
  /** In order of use. @type {Map<string, Tile>} */
  #tiles = new Map();
  #bytes = 0;
  #most;
  #world;
  /** @type {{run: Run, abort: AbortController} | null} */
  #asking = null;
  #restUntil = -Infinity;
  /** Grows whenever another tile is there. */
  revision = 0;
  /** Whether what was looked at last stands in for something that is on its way. */
  isWaiting = false;

  /** @param {World} world */
  constructor({ bytes = MOST_BYTES, ...world }) {
    this.#most = bytes;
    this.#world = world;
  }

  #clock() {
    return this.#world.clock?.() ?? performance.now() / 1000;
  }

  /** Whether something is asked for. */
  get isAsking() {
    return this.#asking !== null;
  }

  /** Forget everything: it is of another stream's past, or of another epoch. */
  clear() {
    this.#asking?.abort.abort();
    this.#asking = null;
    this.#tiles.clear();
    this.#bytes = 0;
    this.revision += 1;
  }

  /**
   * What is held of a stretch of time, in order, as finely as `columns` of it, or what stands in for that.
   * What is lacked is asked for.
   * @param {{from: number, to: number, columns: number, finest?: number, since?: number, beside?: number}} view unix
   *   seconds; `finest` is the least width of a column that shows more, `since` when the recording begins, `beside` what
   *   is held of either side, too: a curve goes by that
   * @returns {Piece[]}
   */
  pieces({ from, to, columns, finest = 0, since = -Infinity, beside = 0 }) {
    if (!(to > from)) return [];
    const level = levelOf(Math.max((to - from) / columns, finest));
    const length = lengthOf(level);
    const run = runOf(level, from - beside, to + beside);
    this.#want(run, Math.floor(since / length));
    const missing = numbers(run).filter((number) => !this.#tiles.has(keyOf(level, number)));
    const now = this.#world.now();
    this.isWaiting = missing.some((number) => (number + 1) * length > since && number * length <= now);
    const parts = numbers(run).flatMap((number) => this.#shown(level, number));
    // One column to the left at least: a line comes from there.
    const [left, right] = [from - Math.max(beside, 2 * 2 ** level), to + Math.max(beside, 2 ** level)];
    return parts.flatMap((piece) => cut(piece, left, right) ?? []);
  }

  /**
   * Whether what is held of a stretch of time is each sample, where columns may be so wide; or whether that is not known yet.
   * @param {{from: number, to: number, width: number}} view unix seconds
   */
  mayHaveEach({ from, to, width }) {
    const level = levelOf(width);
    return numbers(runOf(level, from, to)).every((number) => {
      const tile = this.#use(level, number);
      return !tile?.pieces.some(({ envelope }) => envelope);
    });
  }

  /** @param {Run} run @param {number} oldest number of the tile in which the recording begins */
  #want(run, oldest) {
    const count = run.last - run.first + 1;
    const around = [
      run,
      { ...run, first: run.first - count, last: run.first - 1 },
      { ...run, first: run.last + 1, last: run.last + count },
    ];
    const asked = this.#asking?.run;
    if (asked) {
      const [low, high] = [run.first - count, run.last + count];
      if (asked.level === run.level && asked.first <= high && asked.last >= low) return;
      this.#asking?.abort.abort();
      this.#asking = null;
    }
    if (this.#clock() < this.#restUntil) return;
    for (const [at, wanted] of around.entries()) {
      const lacked = this.#lacked(wanted, { oldest, isSeen: at === 0 });
      if (lacked) {
        this.#ask(lacked);
        return;
      }
    }
  }

  /**
   * The first tiles in a row that are not there, or have grown since.
   * @param {Run} run
   * @param {{oldest: number, isSeen: boolean}} how
   * @returns {Run | null}
   */
  #lacked({ level, first, last }, { oldest, isSeen }) {
    const [now, clock] = [this.#world.now(), this.#clock()];
    const newest = Math.floor(now / lengthOf(level));
    const isLacked = (/** @type {number} */ number) => {
      if (number < oldest || number > newest) return false;
      const tile = this.#tiles.get(keyOf(level, number));
      return !tile || (isSeen && isOld(tile, clock));
    };
    const begin = numbers({ level, first, last }).find(isLacked);
    if (begin === undefined) return null;
    let end = begin;
    while (end < last && end - begin + 1 < MOST_TILES && isLacked(end + 1)) end += 1;
    return { level, first: begin, last: end };
  }

  /** @param {Run} run */
  async #ask(run) {
    const { ask, came, failed, now } = this.#world;
    const abort = new AbortController();
    const asking = { run, abort };
    this.#asking = asking;
    const length = lengthOf(run.level);
    const tiles = run.last - run.first + 1;
    const margin = MARGIN * 2 ** run.level;
    const wanted = {
      from: run.first * length,
      to: (run.last + 1) * length + margin,
      columns: COLUMNS * tiles + MARGIN,
    };
    const askedAt = now();
    const clock = this.#clock();
    try {
      const frames = await ask(wanted, abort.signal);
      if (this.#asking !== asking) return;
      const pieces = frames.map(pieceOf);
      for (const number of numbers(run)) this.#put(tileOf(run.level, number, pieces, { askedAt, clock }));
      this.#asking = null;
      this.#forget(run);
      came();
    } catch (error) {
      if (this.#asking !== asking) return;
      this.#asking = null;
      this.#restUntil = this.#clock() + REST;
      failed(
        error instanceof Error && error.name === "RequestError" ? error.message : "The recording cannot be reached.",
      );
    }
  }

  /** @param {Tile} tile */
  #put(tile) {
    const key = keyOf(tile.level, tile.number);
    this.#bytes += tile.bytes - (this.#tiles.get(key)?.bytes ?? 0);
    this.#tiles.delete(key);
    this.#tiles.set(key, tile);
    this.revision += 1;
  }

  /** Let go what was not used for the longest time; what just came stays. @param {Run} run */
  #forget(run) {
    for (const [key, tile] of this.#tiles) {
      if (this.#bytes <= this.#most) return;
      if (tile.level === run.level && tile.number >= run.first && tile.number <= run.last) continue;
      this.#tiles.delete(key);
      this.#bytes -= tile.bytes;
    }
  }

  /** What is shown in place of a tile: itself, or a coarser one, or finer ones. @param {number} level @param {number} number @returns {Piece[]} */
  #shown(level, number) {
    const tile = this.#use(level, number);
    if (tile) return tile.pieces;
    const length = lengthOf(level);
    // A coarser column that reaches into the place begins before it.
    const within = (/** @type {Piece[]} */ pieces, wide = 0) =>
      pieces.flatMap((piece) => cut(piece, number * length - wide, (number + 1) * length) ?? []);
    const finer = this.#finer(level, number, DOWN);
    if (finer) return within(finer);
    for (let up = 1; up <= UP; up += 1) {
      const coarser = this.#use(level + up, Math.floor(number / 2 ** up));
      if (coarser) return within(coarser.pieces, 2 ** (level + up));
    }
    return [];
  }

  /** Finer tiles that fill a place, or null where one of them is lacked. @param {number} level @param {number} number @param {number} depth @returns {Piece[] | null} */
  #finer(level, number, depth) {
    if (depth === 0) return null;
    const halves = [2 * number, 2 * number + 1].map(
      (half) => this.#use(level - 1, half)?.pieces ?? this.#finer(level - 1, half, depth - 1),
    );
    return halves[0] && halves[1] ? [...halves[0], ...halves[1]] : null;
  }

  /** @param {number} level @param {number} number */
  #use(level, number) {
    const key = keyOf(level, number);
    const tile = this.#tiles.get(key);
    if (!tile) return null;
    this.#tiles.delete(key);
    this.#tiles.set(key, tile);
    return tile;
  }
}

/** Whether a tile has grown since, and it is time to ask again. @param {Tile} tile @param {number} now page seconds */
function isOld({ level, number, askedAt, clock }, now) {
  const end = (number + 1) * lengthOf(level);
  const again = Math.min(LATEST_AGAIN, Math.max(AGAIN, 2 * 2 ** level));
  return askedAt < end + LAG && now - clock > again;
}

/** The tiles of a stretch of time. @param {number} level @param {number} from @param {number} to unix seconds @returns {Run} */
function runOf(level, from, to) {
  const length = lengthOf(level);
  return { level, first: Math.floor(from / length), last: Math.ceil(to / length) - 1 };
}

/** @param {Run} run */
function numbers({ first, last }) {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, k) => first + k);
}
