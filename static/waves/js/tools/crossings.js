/** The next or the previous crossing of the trigger's level, wherever in the recording: the server looks for it. */

import { instantText } from "../text/instants.js";

/**
 * @import { Item } from "../chart/overlay.js"
 * @import { Controls } from "../controls/controls.js"
 * @import { Parts, Picture } from "./parts.js"
 */

/** @typedef {"next" | "previous"} Direction */

/** @type {{[direction in Direction]: string}} */
const ENDS = { next: "up to its end", previous: "back to its beginning" };
/** Of a window: what rounding may take from the place of a crossing that was gone to. */
const HAIR = 1e-3;

export class Crossings {
  #parts;
  /** @type {{abort: AbortController, direction: Direction, at: number} | null} */
  #search = null;
  /** Unix seconds of the crossing that was found last, and the right end that showed it. @type {{unix: number, edge: number} | null} */
  #found = null;

  /** @param {Pick<Parts, "controls" | "past" | "screen" | "server" | "timeline" | "triggering" | "zone">} parts */
  constructor(parts) {
    this.#parts = parts;
  }

  /** @param {Controls} controls */
  bind(controls) {
    controls.click("crossing-previous", () => this.#look("previous"));
    controls.click("crossing-next", () => this.#look("next"));
    controls.click("crossing-stop", () => this.#stop());
  }

  began() {
    this.#found = null;
  }

  readings() {
    const { controls, past, triggering } = this.#parts;
    const canSearch = past.isRecorded && triggering.settings.kind === "edge";
    controls.show("crossings", canSearch);
    const isReady = this.#level !== null && this.#search === null;
    for (const direction of ["previous", "next"]) controls.enable(`crossing-${direction}`, isReady);
    controls.show("crossing-stop", this.#search !== null);
    controls.text("crossing-progress", this.#progress);
  }

  /** Where what was found last stands. @param {Picture} picture @returns {Item[]} */
  overlay({ edge, window }) {
    const { past, timeline } = this.#parts;
    if (!this.#found || !past.whole || timeline.running) return [];
    const x = past.whole.secondsAt(this.#found.unix) - edge;
    if (x < -window || x > 0) return [];
    return [
      { id: "crossing", line: "vertical", x, colour: "--warn", dash: true, title: "The crossing that was found" },
    ];
  }

  /** The level that is looked for: while none was chosen, the middle of what is seen of the signal. */
  get #level() {
    const { screen, triggering } = this.#parts;
    const { low = NaN, high = NaN } = screen.picture?.traces[triggering.k] ?? {};
    const middle = low <= high ? Number((low / 2 + high / 2).toPrecision(3)) : null;
    return triggering.settings.level ?? middle;
  }

  get #progress() {
    const { zone } = this.#parts;
    if (!this.#search) return "";
    const at = instantText(this.#search.at, zone.ofFiles, Date.now() / 1000).replace(/\.\d+$/, "");
    return `Looking at ${at} …`;
  }

  #stop() {
    this.#search?.abort.abort();
    this.#search = null;
    this.readings();
  }

  /** @param {Direction} direction */
  async #look(direction) {
    const { controls, past, server, triggering } = this.#parts;
    const from = this.#from();
    const level = this.#level;
    const { slope, hysteresis } = triggering.settings;
    if (from === null || level === null || !past.whole) return;
    this.#stop();
    // What is looked for is said by the panel.
    if (triggering.settings.level === null) triggering.set({ level });
    const abort = new AbortController();
    const search = { abort, direction, at: from };
    this.#search = search;
    this.readings();
    const signal = triggering.signal.key;
    const query = { from, direction, signal, slope, level, hysteresis: hysteresis ?? undefined };
    try {
      for await (const said of server.crossing(query, abort.signal)) {
        if (this.#search !== search) return;
        if (typeof said.at === "number") search.at = said.at;
        if (typeof said.error === "string") controls.toast(said.error);
        if (typeof said.problem === "string") controls.toast(said.problem);
        if ("found" in said) this.#take(said.found, direction);
      }
    } catch (error) {
      if (this.#search === search) controls.toast(error instanceof Error ? error.message : String(error));
    }
    if (this.#search === search) this.#search = null;
    this.readings();
  }

  /** Where a search begins: behind the crossing that is shown, else where the trigger stands. @returns {number | null} unix seconds */
  #from() {
    const { past, screen, timeline, triggering } = this.#parts;
    const edge = timeline.held ?? screen.picture?.edge;
    if (edge === undefined || !past.whole) return null;
    const isShown = this.#found && Math.abs(this.#found.edge - edge) < HAIR * timeline.window;
    if (this.#found && isShown) return this.#found.unix;
    return past.whole.wallTime(edge - (1 - triggering.settings.position) * timeline.window);
  }

  /** @param {unknown} found @param {Direction} direction */
  #take(found, direction) {
    const { controls, past, timeline, triggering } = this.#parts;
    const unix = found && typeof found === "object" && "time" in found ? Number(found.time) : NaN;
    if (Number.isNaN(unix) || !past.whole) {
      controls.toast(`The recording has no such crossing ${ENDS[direction]}.`);
      return;
    }
    timeline.goTo(past.whole.secondsAt(unix) + (1 - triggering.settings.position) * timeline.window);
    this.#found = { unix, edge: timeline.held ?? NaN };
  }
}
