/** The samples of the window as a table: for those who cannot see the chart, or want the numbers. */

import { byId } from "../controls/elements.js";
import { isJoined, onItsGrid } from "../samples/joined-past.js";
import { indicesWithin, instantOf, rowsOfSignal, rowsOfSignals } from "../samples/window-samples.js";
import { count, NONE } from "../text/quantities.js";
import { heading, pageOf, tableRows, toTabs } from "../text/table-rows.js";

/**
 * @import { Controls } from "../controls/controls.js"
 * @import { View } from "../controls/views.js"
 * @import { Signal } from "../protocol/description.js"
 * @import { Source } from "../samples/window-samples.js"
 * @import { Parts, Picture } from "./parts.js"
 */

/** Rows of a page: what a screen reader goes through without losing its way. */
const ROWS = 100;
/** Seconds between changes of what is live: numbers that change faster cannot be read. */
const EVERY = 1;

export class Table {
  #parts;
  #offset = 0;
  #at = -Infinity;
  #known = "";
  #size = "";
  /** The heading and the rows, as texts. @type {string[][]} */
  #shown = [];
  /** @type {HTMLTableCellElement[][]} */
  #cells = [];
  /** @type {View[]} */
  views = [{ name: "table", panels: ["table-panel"] }];

  /** @param {Pick<Parts, "controls" | "screen" | "selection" | "timeline" | "views">} parts */
  constructor(parts) {
    this.#parts = parts;
  }

  /** @param {Controls} controls */
  bind(controls) {
    controls.click("samples-newest", () => this.#turn(-Infinity));
    controls.click("samples-newer", () => this.#turn(-ROWS));
    controls.click("samples-older", () => this.#turn(ROWS));
    controls.click("samples-copy", () => this.#copy());
  }

  began() {
    this.#offset = 0;
  }

  /** @param {number} now */
  readings(now) {
    const { screen, timeline, views } = this.#parts;
    const { picture } = screen;
    if (!views.isShown("table") || !picture) return;
    const { running, window } = timeline;
    const known = `${this.#offset} ${window} ${running} ${running ? "" : picture.edge}`;
    if (known === this.#known && running && now - this.#at < EVERY) return;
    this.#known = known;
    this.#at = now;
    this.#show(picture);
  }

  /** @param {number} rows */
  #turn(rows) {
    this.#offset = Math.max(0, this.#offset + rows);
    this.#parts.screen.changed();
  }

  /** @param {Picture} picture */
  #show({ source: drawn, edge: right, zero, window }) {
    const { signals } = this.#parts.selection;
    const { source, shift } = onItsGrid(drawn);
    const edge = right - shift;
    const page = pageOf(indicesWithin(source, edge - window, edge), this.#offset, ROWS);
    this.#offset = page.offset;
    const rows = rowsOfSignals(source, signals.length);
    const timeOf = (/** @type {number} */ index) => instantOf(source, index) - (edge + zero);
    const head = heading(signals, source.envelope);
    const body = tableRows(source.ring, page, rows, { timeOf, period: source.period }, statesOf(signals, source));
    // Over several epochs, or of columns by time, there is no number of a sample.
    if (isJoined(source) && source.period === 0) for (const row of body) row[0] = NONE;
    this.#shown = [head, ...body];
    this.#fill(head, body);
    this.#showRange(page, source);
  }

  /** @param {ReturnType<typeof pageOf>} page @param {Source} source */
  #showRange({ first, next, offset, count: all }, { envelope, period, ring }) {
    const { controls } = this.#parts;
    const kind = envelope ? (period === 0 ? "columns" : `columns of ${count(ring.stride)} samples`) : "samples";
    const rows = `${count(offset + 1)} to ${count(offset + next - first)} of ${count(all)} ${kind} in the window`;
    controls.text("samples-range", all === 0 ? "No samples in the window." : `Newest first: ${rows}`);
    controls.enable("samples-newer", offset !== 0);
    controls.enable("samples-older", offset + ROWS < all);
  }

  /** Cells that are there are used again, so that scrolling and selecting go on. @param {string[]} head @param {string[][]} rows */
  #fill(head, rows) {
    const size = `${head.join("\t")} ${rows.length}`;
    if (size !== this.#size) this.#make(head, rows);
    this.#size = size;
    rows.forEach((row, k) =>
      row.forEach((text, column) => {
        const made = this.#cells[k][column];
        if (made.textContent !== text) made.textContent = text;
      }),
    );
  }

  /** @param {string[]} head @param {string[][]} rows */
  #make(head, rows) {
    byId("samples-head").replaceChildren(line(head.map((text) => cell("th", "col", text))));
    this.#cells = rows.map((row) => row.map((_, k) => (k === 0 ? cell("th", "row") : cell("td"))));
    byId("samples").replaceChildren(...this.#cells.map(line));
  }

  async #copy() {
    const { controls } = this.#parts;
    try {
      await navigator.clipboard.writeText(toTabs(this.#shown));
      controls.toast(`${count(this.#shown.length - 1)} rows are copied.`);
    } catch {
      // Only pages that came by https, or from this machine, may write to the clipboard.
      controls.toast("This browser does not let the page copy. Export has the same as a file.");
    }
  }
}

/** The names of the values of each row. @param {Signal[]} signals @param {Source} source */
function statesOf(signals, source) {
  return signals.flatMap(({ states }, k) => rowsOfSignal(source, k).map(() => states));
}

/** @param {"th" | "td"} tag @param {string | null} [scope] @param {string} [text] */
function cell(tag, scope = null, text = "") {
  const made = document.createElement(tag);
  if (scope) made.scope = scope;
  made.textContent = text;
  return made;
}

/** @param {HTMLTableCellElement[]} cells */
function line(cells) {
  const row = document.createElement("tr");
  row.append(...cells);
  return row;
}
