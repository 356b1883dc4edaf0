/** The samples of the window as a table: for those who cannot see the chart, or want the numbers. */

import { indicesWithin, instantOf, rowsOfSignals } from "../samples/window-samples.js";
import { count } from "../text/quantities.js";
import { heading, pageOf, tableRows, toTabs } from "../text/table-rows.js";

/** Rows of a page: what a screen reader goes through without losing its way. */
const ROWS = 100;
/** Seconds between changes of what is live: numbers that change faster cannot be read. */
const EVERY = 1;

export class Table {
  #offset = 0;
  #at = -Infinity;
  #known = "";
  #shown = [];
  #cells = [];

  constructor(scope) {
    this.scope = scope;
  }

  bind(controls) {
    controls.click("samples-newest", () => this.#turn(-Infinity));
    controls.click("samples-newer", () => this.#turn(-ROWS));
    controls.click("samples-older", () => this.#turn(ROWS));
    controls.click("samples-copy", () => this.#copy());
  }

  began() {
    this.#offset = 0;
  }

  readings(now) {
    const { tools, timebase, picture } = this.scope;
    if (!tools.views.shown.table || !picture.source?.ring) return;
    const known = `${this.#offset} ${timebase.window} ${timebase.running} ${timebase.running ? "" : picture.edge}`;
    if (known === this.#known && timebase.running && now - this.#at < EVERY) return;
    this.#known = known;
    this.#at = now;
    this.#show();
  }

  #turn(rows) {
    this.#offset = Math.max(0, this.#offset + rows);
    this.scope.changed();
  }

  #show() {
    const { picture, signals } = this.scope;
    const { source, edge, zero, window } = picture;
    const page = pageOf(indicesWithin(source, edge - window, edge), this.#offset, ROWS);
    this.#offset = page.offset;
    const head = heading(signals, source.envelope);
    const rows = rowsOfSignals(source, signals.length);
    const timeOf = (index) => instantOf(source, index) - (edge + zero);
    this.#shown = [head, ...tableRows(source.ring, page, rows, { timeOf, period: source.period })];
    this.#fill();
    this.#showRange(page);
  }

  #showRange({ first, next, offset, count: all }) {
    const { controls, picture } = this.scope;
    const { envelope, ring } = picture.source;
    const kind = envelope ? `columns of ${count(ring.stride)} samples` : "samples";
    const rows = `${count(offset + 1)} to ${count(offset + next - first)} of ${count(all)} ${kind} in the window`;
    controls.text("samples-range", all === 0 ? "No samples in the window." : `Newest first: ${rows}`);
    document.getElementById("samples-newer").disabled = offset === 0;
    document.getElementById("samples-older").disabled = offset + ROWS >= all;
  }

  /** Cells that are there are used again, so that scrolling and selecting go on. */
  #fill() {
    const [head, ...rows] = this.#shown;
    const size = `${head.join("\t")} ${rows.length}`;
    if (size !== this.size) this.#make(head, rows);
    this.size = size;
    rows.forEach((row, k) =>
      row.forEach((text, column) => {
        const cell = this.#cells[k][column];
        if (cell.textContent !== text) cell.textContent = text;
      }),
    );
  }

  #make(head, rows) {
    document.getElementById("samples-head").replaceChildren(line(head.map((text) => cell("th", "col", text))));
    this.#cells = rows.map((row) => row.map((_, k) => (k === 0 ? cell("th", "row", "") : cell("td"))));
    document.getElementById("samples").replaceChildren(...this.#cells.map(line));
  }

  async #copy() {
    const { controls } = this.scope;
    try {
      await navigator.clipboard.writeText(toTabs(this.#shown));
      controls.toast(`${count(this.#shown.length - 1)} rows are copied.`);
    } catch {
      // Only pages that came by https, or from this machine, may write to the clipboard.
      controls.toast("This browser does not let the page copy. Export has the same as a file.");
    }
  }
}

function cell(tag, scope = null, text = "") {
  const made = document.createElement(tag);
  if (scope) made.scope = scope;
  made.textContent = text;
  return made;
}

function line(cells) {
  const row = document.createElement("tr");
  row.append(...cells);
  return row;
}
