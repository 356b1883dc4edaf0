/** Reference traces: frozen copies of signals, drawn dim until they are removed. */

import { channels } from "../chart/colour.js";
import { cutName } from "../controls/cut-name.js";
import { byId } from "../controls/elements.js";
import { moveKept, storageOf } from "../controls/storage.js";
import { copyOf, dimmed, fromJson, MOST, moved, toJson } from "../measurements/references.js";
import { isInLane } from "../samples/line.js";
import { dayText } from "../text/instants.js";
import { clockTime, timeSetting } from "../text/quantities.js";

/**
 * @import { Extra } from "../chart/chart.js"
 * @import { Controls } from "../controls/controls.js"
 * @import { Copy } from "../measurements/references.js"
 * @import { Parts, Picture } from "./parts.js"
 */

export class References {
  #parts;
  #rows = "";
  /** @type {Copy[]} */
  #copies = [];
  #key;

  /** @param {Pick<Parts, "chart" | "config" | "controls" | "past" | "screen" | "selection" | "timeline">} parts */
  constructor(parts) {
    this.#parts = parts;
    this.#key = this.#keyNow;
  }

  get #keyNow() {
    return `waves.references.${this.#parts.config.slug}`;
  }

  /** The stream has another slug, or another name. */
  renamed() {
    const former = this.#key;
    this.#key = this.#keyNow;
    if (former !== this.#key) moveKept(storageOf(globalThis), former, this.#key);
  }

  /** @param {Controls} controls */
  bind(controls) {
    this.#copies = fromJson(storageOf(globalThis)?.getItem(this.#key) ?? null);
    controls.click("reference-add", () => this.#add());
    controls.keys({ r: () => this.#add() });
  }

  /** @param {Picture} picture @returns {Extra[]} */
  traces({ zero, axisOf }) {
    const { selection } = this.#parts;
    return this.#copies.flatMap((copy) => {
      const k = selection.placeOf(copy.key);
      const colour = this.#colour(copy);
      const isSeen = k >= 0 && !isInLane(selection.signals[k]);
      return !isSeen ? [] : [{ id: `reference-${copy.id}`, points: moved(copy.points, zero), colour, axis: axisOf[k] }];
    });
  }

  themed() {
    this.#rows = "";
  }

  readings() {
    const { controls, selection } = this.#parts;
    controls.text(
      "reference-add",
      selection.signal ? `Keep ${selection.signal.name} as reference` : "Keep as reference",
    );
    const rows = this.#copies.map(({ id }) => id).join();
    if (rows === this.#rows) return;
    this.#rows = rows;
    byId("references").replaceChildren(...this.#copies.map((copy) => this.#row(copy)));
  }

  #add() {
    const { controls, past, screen, selection, timeline } = this.#parts;
    const { picture } = screen;
    const { signal } = selection;
    if (signal && isInLane(signal)) {
      return controls.toast("A signal in a lane has no trace to keep. Let it stand in the plot first.");
    }
    const points = picture?.traces[selection.selected]?.points;
    if (!picture || !signal || !points || points.length === 0) {
      return controls.toast("There is nothing of this signal to keep.");
    }
    if (this.#copies.length >= MOST) return controls.toast(`There are ${MOST} references; remove one first.`);
    const { name, key } = signal;
    // It is kept beyond today, so it says of which day it is.
    const wall = past.wallTime(picture.edge);
    const at = `${dayText(wall, "local", wall)} ${clockTime(wall, "local").replace(/\.\d+/, "")}`;
    const label = `${name}, ${at}, ${timeSetting(timeline.perDivision)}/div`;
    this.#copies.push(copyOf({ points, zero: picture.zero, key, label }));
    this.#keep();
  }

  /** @param {string} id */
  #remove(id) {
    this.#copies = this.#copies.filter((copy) => copy.id !== id);
    this.#keep();
    byId("reference-add").focus();
  }

  #keep() {
    this.#parts.screen.changed();
    try {
      localStorage.setItem(this.#key, toJson(this.#copies));
    } catch {
      this.#parts.controls.toast("This browser's storage is full: references last as long as this page.");
    }
  }

  /** @param {Copy} copy */
  #colour({ key }) {
    const { chart, selection } = this.#parts;
    const k = selection.placeOf(key);
    if (k < 0) return "--dim";
    return dimmed(channels(chart.colourOf(selection.signals[k], k)), channels(chart.colour("--plot")));
  }

  /** @param {Copy} copy */
  #row(copy) {
    const row = document.createElement("li");
    const button = document.createElement("button");
    row.style.setProperty("--tone", this.#colour(copy).replace("--dim", "var(--dim)"));
    button.type = "button";
    button.textContent = "×";
    button.setAttribute("aria-label", `Remove the reference ${copy.label}`);
    button.addEventListener("click", () => this.#remove(copy.id));
    row.append(cutName(copy.label), button);
    return row;
  }
}
