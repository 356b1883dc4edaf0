/** The menu of the plot, by a right click or the menu key: what fits the place that was pointed to. */

import { byId } from "../controls/elements.js";
import { CursorReadings } from "../measurements/cursor-readings.js";
import { valueText } from "../measurements/cursor-texts.js";
import { isInLane } from "../samples/line.js";
import { instantText } from "../text/instants.js";
import { levelsOf } from "../trigger/settings.js";

/**
 * @import { Point } from "../chart/overlay.js"
 * @import { Controls } from "../controls/controls.js"
 * @import { Mark, Parts, Picture } from "./parts.js"
 */

/** Instants that somebody marked: more nobody tells apart. */
const MOST_MARKS = 50;

export class PlotMenu {
  #parts;
  #menu = byId("plot-menu");
  #readings;
  /** What was pointed to when it was opened, and which second of the stream. @type {(Point & {second: number}) | null} */
  #at = null;
  /** Seconds of the stream that somebody marked. @type {number[]} */
  #marked = [];

  /**
   * @param {Pick<Parts, "axes" | "chart" | "controls" | "cursors" | "past" | "record" | "screen" | "selection" |
   *   "timeline" | "triggering" | "zone">} parts
   */
  constructor(parts) {
    this.#parts = parts;
    this.#readings = new CursorReadings(parts);
  }

  /** @param {Controls} controls */
  bind(controls) {
    // Of a view that runs, what was pointed to has moved on meanwhile: it is told by its second.
    /** @type {Record<string, (at: Point & {second: number}, picture: Picture) => void>} */
    const acts = {
      "menu-cursor-1": ({ second }, picture) => this.#putCursor("1", second - picture.edge, picture),
      "menu-cursor-2": ({ second }, picture) => this.#putCursor("2", second - picture.edge, picture),
      "menu-level": (at, picture) => this.#putLevel(at, picture),
      "menu-mark": ({ second }) => this.#mark(second),
      "menu-unmark": () => this.#unmark(),
      "menu-copy": ({ second }, picture) => this.#copy(second, picture),
      "menu-export": () => byId("export-button").click(),
    };
    for (const [id, act] of Object.entries(acts)) {
      controls.click(id, () => {
        const { picture } = this.#parts.screen;
        this.#menu.hidePopover();
        if (this.#at && picture) act(this.#at, picture);
      });
    }
    this.#menu.addEventListener("keydown", (event) => this.#keydown(event));
    byId("chart").addEventListener("keydown", (event) => this.#byKey(event));
  }

  /** @param {Point} at */
  menu(at) {
    const { controls, screen, triggering } = this.#parts;
    if (!screen.picture || at.place !== "plot") return false;
    this.#at = { ...at, second: screen.picture.edge + at.x };
    const isLevel = levelsOf(triggering.settings.kind).includes("level") && !isInLane(triggering.signal);
    controls.show("menu-level", isLevel);
    controls.text("menu-level", `Trigger ${triggering.signal.name} at this level`);
    controls.show("menu-unmark", this.#marked.length > 0);
    this.#menu.showPopover();
    const box = byId("chart").getBoundingClientRect();
    const { offsetWidth, offsetHeight } = this.#menu;
    const { style } = this.#menu;
    style.left = `${Math.max(0, Math.min(box.left + at.px, innerWidth - offsetWidth - 4))}px`;
    style.top = `${Math.max(0, Math.min(box.top + at.py, innerHeight - offsetHeight - 4))}px`;
    this.#menu.querySelector("button")?.focus();
    return true;
  }

  /** In the middle of the plot, where nobody points. @param {KeyboardEvent} event */
  #byKey(event) {
    const { chart } = this.#parts;
    const isWanted = event.key === "ContextMenu" || (event.shiftKey && event.key === "F10");
    if (isWanted && this.menu(chart.point({ px: chart.width / 2, py: chart.height / 2 }))) event.preventDefault();
  }

  /** Another epoch: what was marked is of the one before. */
  began() {
    this.#marked = [];
  }

  /** @param {Picture} picture */
  overlay({ edge, window }) {
    const seen = this.#marked.filter((second) => second <= edge && second >= edge - window);
    return seen.map((second) => ({
      ...{
        id: `mark-${second}`,
        line: /** @type {const} */ ("vertical"),
        x: second - edge,
        colour: "--ok",
        dash: true,
      },
      ...{ handle: "flag", label: String(this.#marked.indexOf(second) + 1) },
    }));
  }

  /** @returns {Mark[]} */
  marks() {
    return this.#marked.map((seconds) => ({ seconds, colour: "--ok" }));
  }

  /** @param {"1" | "2"} name @param {number} x @param {Picture} picture */
  #putCursor(name, x, picture) {
    const { cursors, screen } = this.#parts;
    cursors.shown = true;
    cursors.move(name, x, picture);
    screen.changed();
  }

  /** @param {Point} at @param {Picture} picture */
  #putLevel({ yOf }, { axes, axisOf }) {
    const { triggering } = this.#parts;
    const axis = axisOf[triggering.k] ?? 0;
    if (triggering.mode === "off") triggering.setMode("auto");
    triggering.drag("level", yOf(axis), axes[axis].perDivision);
  }

  /** @param {number} second */
  #mark(second) {
    this.#marked = [...this.#marked, second].slice(-MOST_MARKS);
    this.#parts.screen.changed();
  }

  #unmark() {
    this.#marked = [];
    this.#parts.screen.changed();
  }

  /** All signals that are on, by their whole names. @param {number} second @param {Picture} picture */
  async #copy(second, picture) {
    const { axes, controls, past, selection, zone } = this.#parts;
    const at = instantText(past.wallTime(second), zone.ofFiles, Date.now() / 1000);
    const values = selection.signals.flatMap((signal, k) => {
      if (!selection.visible[k]) return [];
      const value = this.#readings.valueAt(picture, second - picture.edge, k);
      return [`${signal.name}\t${valueText(value, signal, axes.divisionOf(k))}`];
    });
    try {
      await navigator.clipboard.writeText([at, ...values].join("\n"));
      controls.toast("The values at this instant are copied.");
    } catch {
      controls.toast("This browser does not let the page copy.");
    }
  }

  /** The arrows go through the menu, and not along the time. @param {KeyboardEvent} event */
  #keydown(event) {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    event.stopPropagation();
    if (!by) return;
    event.preventDefault();
    const items = [...this.#menu.querySelectorAll("button")].filter((item) => item.checkVisibility());
    const at = items.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement));
    items[(at + by + items.length) % items.length]?.focus();
  }
}
