/** Export: the view as a picture or a drawing, and its data as CSV. */

import { captionHeight, captionShapes } from "../chart/export-caption.js";
import { stackedDrawing, stackedPicture } from "../chart/export-stack.js";
import { indicesWithin, instantOf, rowsOfSignals } from "../samples/window-samples.js";
import { addressOf } from "../text/address.js";
import { csvHeading, csvLines } from "../text/csv.js";
import { clockTime, setting } from "../text/quantities.js";

/** A download may still be read when the click is over (ms). */
const KEPT = 60_000;

const byId = (id) => document.getElementById(id);

export class Export {
  constructor(scope) {
    this.scope = scope;
  }

  bind(controls) {
    const acts = {
      "export-png": () => this.#picture("canvas"),
      "export-svg": () => this.#picture("svg"),
      "export-window": () => this.#window(),
      "export-cursors": () => this.#between(),
      "export-history": () => {},
    };
    for (const [id, act] of Object.entries(acts)) {
      controls.click(id, () => {
        act();
        this.#close();
      });
    }
    this.menu = byId("export");
    this.menu.addEventListener("toggle", () => this.#prepare());
    this.menu.addEventListener("keydown", (event) => event.key === "Escape" && this.#close());
    this.menu.addEventListener("focusout", (event) => this.#left(event.relatedTarget));
    document.addEventListener("click", (event) => {
      if (!this.menu.contains(event.target)) this.menu.open = false;
    });
    controls.keys({ d: () => this.#open() });
  }

  #open() {
    this.menu.open = true;
    byId("export-button").focus();
  }

  #close() {
    if (!this.menu.open) return;
    this.menu.open = false;
    byId("export-button").focus();
  }

  /** Whoever goes on with the tabulator would else have the menu over what they come to. */
  #left(target) {
    if (target && !this.menu.contains(target)) this.menu.open = false;
  }

  /** What is possible now. */
  #prepare() {
    const { controls, tools, picture, record } = this.scope;
    const pictured = tools.views.charts.length > 0;
    for (const id of ["export-png", "export-svg"]) byId(id).disabled = !pictured;
    byId("export-window").disabled = !picture.source?.ring;
    controls.show("export-cursors", Boolean(this.#cursors));
    byId("export-history").href = this.#address({ epoch: record.epoch ?? 0 });
  }

  /** Seconds of the stream at both time cursors, or null. */
  get #cursors() {
    return this.scope.tools.cursors.span;
  }

  #address(query) {
    const { addresses, slug } = this.scope.config;
    return `${addressOf(addresses.samples, slug)}?${new URLSearchParams({ ...query, format: "csv" })}`;
  }

  #window() {
    const { edge, window } = this.scope.picture;
    this.#data(edge - window, edge);
  }

  #between() {
    this.#data(...this.#cursors);
  }

  /** Samples that the page holds; where it holds columns only, the server's. */
  async #data(from, to) {
    const { picture, record, past, signals, config } = this.scope;
    const { source } = picture;
    const range = indicesWithin(source, from, to);
    const { stride } = source.ring;
    if (source.envelope && !past.isFormer) {
      const samples = { first: range.from * stride, last: range.to * stride - 1 };
      return download(this.#address({ epoch: record.epoch, ...samples }), "");
    }
    const parts = [csvHeading(signals, source.envelope)];
    const rows = rowsOfSignals(source, signals.length);
    for (const lines of csvLines(source.ring, range, rows, (index) => past.wallTime(instantOf(source, index)))) {
      parts.push(lines);
      await new Promise((resolve) => setTimeout(resolve));
    }
    const name = `${config.slug}-${record.epoch}-${range.from * stride}.csv`;
    return save(new Blob(parts, { type: "text/csv" }), name);
  }

  async #picture(renderer) {
    const [top, ...below] = this.scope.tools.views.charts;
    if (!top) return;
    const caption = this.#caption();
    const space = captionHeight(caption, top.width);
    const headed = top.copy(renderer, space, (graphic, scales) => captionShapes(caption, graphic, scales));
    const copies = [headed, ...below.map((chart) => chart.copy(renderer, 0, () => []))];
    const [blob, kind] =
      renderer === "svg"
        ? [new Blob([stackedDrawing(copies)], { type: "image/svg+xml" }), "svg"]
        : [await new Promise((resolve) => stackedPicture(copies).toBlob(resolve)), "png"];
    save(blob, `${this.scope.config.slug}-${this.#stamp}.${kind}`);
  }

  #caption() {
    const { config, signals, visible, chart, tools, picture, past, timebase } = this.scope;
    const { time: overTime, spectrum } = tools.views.shown;
    const named = ({ name }, k) => (overTime ? `${name}  ${tools.vertical.perDivision(k)}` : name);
    const entries = signals.map((signal, k) => ({ text: named(signal, k), colour: chart.colourOf(signal, k) }));
    const time = clockTime(past.wallTime(picture.edge), tools.clock.zone === "utc" ? "utc" : "local");
    return {
      title: spectrum ? `${config.name}, ${overTime ? "with its " : ""}spectrum` : config.name,
      aside: `${time} · ${setting(timebase.perDivision, "s")}/div`,
      entries: entries.filter((_, k) => visible[k]),
    };
  }

  /** The instant at the right end, as a part of a file's name. */
  get #stamp() {
    const seconds = this.scope.past.wallTime(this.scope.picture.edge);
    const time = new Date(Number.isFinite(seconds) ? seconds * 1000 : Date.now());
    return time.toISOString().slice(0, 19).replaceAll(":", "");
  }
}

function save(blob, name) {
  const address = URL.createObjectURL(blob);
  download(address, name);
  setTimeout(() => URL.revokeObjectURL(address), KEPT);
}

function download(address, name) {
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
}
