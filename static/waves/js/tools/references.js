/** Reference traces: frozen copies of signals, drawn dim until they are removed. */

import { channels } from "../chart/colour.js";
import { moveKept, storageOf } from "../controls/storage.js";
import { copyOf, dimmed, fromJson, MOST, moved, toJson } from "../measurements/references.js";
import { clockTime, setting } from "../text/quantities.js";

export class References {
  #rows = "";

  constructor(scope) {
    this.scope = scope;
    this.copies = [];
    this.key = this.#keyNow;
  }

  get #keyNow() {
    return `waves.references.${this.scope.config.slug}`;
  }

  /** The stream has another slug, or another name. */
  renamed() {
    const former = this.key;
    this.key = this.#keyNow;
    if (former !== this.key) moveKept(storageOf(globalThis), former, this.key);
  }

  bind(controls) {
    this.copies = fromJson(this.#stored());
    controls.click("reference-add", () => this.#add());
    controls.keys({ r: () => this.#add() });
  }

  traces({ zero, axisOf }) {
    return this.copies.flatMap((copy) => {
      const k = this.#signalOf(copy);
      const colour = this.#colour(copy);
      return k < 0 ? [] : [{ id: `reference-${copy.id}`, points: moved(copy.points, zero), colour, axis: axisOf[k] }];
    });
  }

  themed() {
    this.#rows = "";
  }

  readings() {
    const { controls, signals, tools } = this.scope;
    controls.text("reference-add", `Keep a copy of ${signals[tools.signals.selected]?.name ?? ""}`);
    const rows = this.copies.map(({ id }) => id).join();
    if (rows === this.#rows) return;
    this.#rows = rows;
    document.getElementById("references").replaceChildren(...this.copies.map((copy) => this.#row(copy)));
  }

  #add() {
    const { picture, signals, tools, past, timebase, controls } = this.scope;
    const k = tools.signals.selected;
    const points = picture.traces[k]?.points;
    if (!(points?.length > 0)) return controls.toast("There is nothing of this signal to keep.");
    if (this.copies.length >= MOST) return controls.toast(`There are ${MOST} references; remove one first.`);
    const { name, key } = signals[k];
    const at = clockTime(past.wallTime(picture.edge), "local").replace(/\.\d+/, "");
    const label = `${name}, ${at}, ${setting(timebase.perDivision, "s")}/div`;
    this.copies.push(copyOf({ points, zero: picture.zero, key, label }));
    this.#keep();
  }

  #remove(id) {
    this.copies = this.copies.filter((copy) => copy.id !== id);
    this.#keep();
    document.getElementById("reference-add").focus();
  }

  #keep() {
    this.scope.changed();
    try {
      localStorage.setItem(this.key, toJson(this.copies));
    } catch {
      this.scope.controls.toast("This browser's storage is full: references last as long as this page.");
    }
  }

  #stored() {
    try {
      return localStorage.getItem(this.key);
    } catch {
      return null;
    }
  }

  #signalOf({ key }) {
    return this.scope.signals.findIndex((signal) => signal.key === key);
  }

  #colour(copy) {
    const { signals, chart } = this.scope;
    const k = this.#signalOf(copy);
    if (k < 0) return "--dim";
    return dimmed(channels(chart.colourOf(signals[k], k)), channels(chart.colour("--plot")));
  }

  #row(copy) {
    const row = document.createElement("li");
    const name = document.createElement("span");
    const button = document.createElement("button");
    name.textContent = copy.label;
    row.style.setProperty("--tone", this.#colour(copy).replace("--dim", "var(--dim)"));
    button.type = "button";
    button.textContent = "×";
    button.setAttribute("aria-label", `Remove the reference ${copy.label}`);
    button.addEventListener("click", () => this.#remove(copy.id));
    row.append(name, button);
    return row;
  }
}
