/** Export: the view as a picture or a drawing, and its data as CSV. */

import { stackedDrawing, stackedPicture } from "../chart/export-stack.js";
import { dashOf } from "../chart/palette.js";
import { button, byId, element } from "../controls/elements.js";
import { asWho, granted } from "../protocol/grant.js";
import { isInLane } from "../samples/line.js";
import { indicesWithin, instantOf, rowsOfSignal } from "../samples/window-samples.js";
import { addressOf } from "../text/address.js";
import { csvHeading, csvLines, PLAIN, sheetStyle, timesOf } from "../text/csv.js";
import { fileStamp, fullInstant } from "../text/instants.js";
import { timeSetting } from "../text/quantities.js";

/**
 * @import { Chart } from "../chart/chart.js"
 * @import { Caption } from "../chart/export-caption.js"
 * @import { Controls } from "../controls/controls.js"
 * @import { Style } from "../text/csv.js"
 * @import { Parts } from "./parts.js"
 */

/** A download may still be read when the click is over (ms). */
const KEPT = 60_000;

/**
 * What a picture of the view may be: a format is one line, and a button `export-<format>`. Charts
 * stand one above the other, the caption over the first.
 * @type {Record<string, (charts: Chart[], caption: Caption) => Promise<Blob>>}
 */
const PICTURES = {
  png: (charts, caption) => pixels(charts, caption, "image/png"),
  svg: async (charts, caption) =>
    new Blob([stackedDrawing(charts.map((chart, k) => chart.drawing(k === 0 ? caption : null)))], {
      type: "image/svg+xml",
    }),
};

export class Export {
  #parts;
  #menu = element("export", HTMLDetailsElement);

  /**
   * @param {Pick<Parts, "chart" | "axes" | "config" | "controls" | "cursors" | "past" | "record" | "screen" |
   *   "selection" | "timeline" | "views" | "zone">} parts
   */
  constructor(parts) {
    this.#parts = parts;
  }

  /** @param {Controls} controls */
  bind(controls) {
    const pictures = Object.keys(PICTURES).map((format) => [`export-${format}`, () => this.#picture(format)]);
    /** @type {Record<string, () => void>} */
    const acts = {
      ...Object.fromEntries(pictures),
      "export-window": () => this.#window(),
      "export-sheet": () => this.#window(sheetStyle()),
      "export-cursors": () => this.#between(),
      "export-history": () => {},
    };
    for (const [id, act] of Object.entries(acts)) {
      controls.click(id, () => {
        act();
        this.#close();
      });
    }
    this.#menu.addEventListener("toggle", () => this.#prepare());
    this.#menu.addEventListener("keydown", (event) => event.key === "Escape" && this.#close());
    this.#menu.addEventListener("focusout", (event) => this.#left(event.relatedTarget));
    document.addEventListener("click", (event) => {
      if (!isIn(this.#menu, event.target)) this.#menu.open = false;
    });
    controls.keys({ d: () => this.#open() });
    const history = element("export-history", HTMLAnchorElement);
    history.addEventListener("click", (event) => {
      if (!granted.current) return;
      event.preventDefault();
      fromServer(history.href, `${this.#parts.config.slug}.csv`);
    });
  }

  #open() {
    this.#menu.open = true;
    byId("export-button").focus();
  }

  #close() {
    if (!this.#menu.open) return;
    this.#menu.open = false;
    byId("export-button").focus();
  }

  /** Whoever goes on with the tabulator would else have the menu over what they come to. @param {EventTarget | null} target */
  #left(target) {
    if (target && !isIn(this.#menu, target)) this.#menu.open = false;
  }

  /** What is possible now. */
  #prepare() {
    const { controls, record, screen, views } = this.#parts;
    for (const format of Object.keys(PICTURES)) controls.enable(`export-${format}`, views.charts.length > 0);
    for (const id of ["export-window", "export-sheet"]) button(id).disabled = screen.picture === null;
    controls.show("export-cursors", this.#cursors !== null);
    element("export-history", HTMLAnchorElement).href = this.#address({ epoch: record.epoch ?? 0 });
  }

  /** Seconds of the stream at both time cursors, or null. */
  get #cursors() {
    return this.#parts.cursors.span(this.#parts.screen.picture);
  }

  /** @param {Record<string, number | null>} query @param {string} [format] */
  #address(query, format = "csv") {
    const { addresses, slug } = this.#parts.config;
    const texts = Object.entries(query).map(([name, value]) => [name, String(value)]);
    return `${addressOf(addresses.samples, slug)}?${new URLSearchParams([...texts, ["format", format]])}`;
  }

  /** @param {Style} [style] */
  #window(style) {
    const { picture } = this.#parts.screen;
    if (picture) this.#data(picture.edge - picture.window, picture.edge, style);
  }

  #between() {
    const [from, to] = this.#cursors ?? [];
    if (from !== undefined && to !== undefined) this.#data(from, to);
  }

  /**
   * Samples that the page holds; where it holds columns only, the server's.
   * @param {number} from seconds of the stream
   * @param {number} to
   * @param {Style} [style]
   */
  async #data(from, to, style = PLAIN) {
    const { config, past, record, screen, selection } = this.#parts;
    const source = screen.picture?.source;
    if (!source) return;
    // What is put together of a recording the server has sample by sample.
    if ("between" in source) {
      const times = { from: past.wallTime(from), to: past.wallTime(to) };
      return fromServer(this.#address(times, formatOf(style)), `${config.slug}.csv`);
    }
    const range = indicesWithin(source, from, to);
    const { stride } = source.ring;
    if (source.envelope && !past.isFormer) {
      const samples = { first: range.from * stride, last: range.to * stride - 1 };
      const name = `${config.slug}-${record.epoch}-${samples.first}.csv`;
      return fromServer(this.#address({ epoch: record.epoch, ...samples }, formatOf(style)), name);
    }
    const { envelope, period, ring } = source;
    const times = timesOf(range.from, period, (index) => past.wallTime(instantOf(source, index)));
    const rows = selection.signals.flatMap(({ states }, k) => rowsOfSignal(source, k).map((row) => ({ row, states })));
    const parts = [csvHeading(selection.signals, envelope, style, times.after)];
    for (const lines of csvLines(ring, range, rows, times, { envelope, style })) {
      parts.push(lines);
      await new Promise((resolve) => setTimeout(resolve));
    }
    const name = `${config.slug}-${record.epoch}-${range.from * stride}.csv`;
    return save(new Blob(parts, { type: "text/csv" }), name);
  }

  /** @param {string} format of `PICTURES` */
  async #picture(format) {
    const { config, views } = this.#parts;
    if (views.charts.length === 0) return;
    const blob = await PICTURES[format](views.charts, this.#caption());
    save(blob, `${config.slug}-${this.#stamp}.${format}`);
  }

  /** @returns {Caption} */
  #caption() {
    const { axes, chart, config, past, screen, selection, timeline, views, zone } = this.#parts;
    const { signals, visible } = selection;
    const [overTime, spectrum] = [views.isShown("time"), views.isShown("spectrum")];
    const entries = signals.map((signal, k) => ({
      text: signal.name,
      aside: overTime && !signal.states && !isInLane(signal) ? axes.perDivision(k) : "",
      colour: chart.colourOf(signal, k),
      dash: dashOf(signal, k),
    }));
    const time = fullInstant(past.wallTime(screen.picture?.edge ?? NaN), zone.ofFiles);
    return {
      title: spectrum ? `${config.name}, ${overTime ? "with its " : ""}spectrum` : config.name,
      aside: `${time} · ${timeSetting(timeline.perDivision)}/div`,
      entries: entries.filter((_, k) => visible[k]),
    };
  }

  /** The instant at the right end with its zone, as a part of a file's name. */
  get #stamp() {
    const { past, screen, zone } = this.#parts;
    const seconds = past.wallTime(screen.picture?.edge ?? NaN);
    return fileStamp(Number.isFinite(seconds) ? seconds : Date.now() / 1000, zone.ofFiles);
  }
}

/** @param {Chart[]} charts @param {Caption} caption @param {string} type @returns {Promise<Blob>} */
function pixels(charts, caption, type) {
  const picture = stackedPicture(charts.map((chart, k) => chart.canvas(k === 0 ? caption : null)));
  return new Promise((resolve) => picture.toBlob((blob) => resolve(blob ?? new Blob()), type));
}

/** The server's name for a style. @param {Style} style */
function formatOf({ mark, point }) {
  if (!mark) return "csv";
  return point === "," ? "sheet_comma" : "sheet";
}

/** @param {Element} element @param {EventTarget | null} target */
function isIn(element, target) {
  return target instanceof Node && element.contains(target);
}

/** @param {Blob} blob @param {string} name */
function save(blob, name) {
  const address = URL.createObjectURL(blob);
  download(address, name);
  setTimeout(() => URL.revokeObjectURL(address), KEPT);
}

/**
 * What the server makes. An address shows no grant, so that a page that came by a link asks for it by itself.
 * @param {string} address
 * @param {string} name where the server says none
 */
async function fromServer(address, name) {
  if (!granted.current) return download(address, "");
  const answer = await fetch(address, asWho());
  if (answer.ok) save(await answer.blob(), name);
}

/** @param {string} address @param {string} name */
function download(address, name) {
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
}
