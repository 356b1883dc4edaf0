/** What is read from a spectrum: the bin under the pointer, two cursors, and the harmonics of a chosen peak. */

import { cutName } from "../controls/cut-name.js";
import { byId } from "../controls/elements.js";
import { harmonicName } from "../spectrum/marks.js";
import { COLUMNS } from "../text/divisions.js";
import { parseQuantity } from "../text/parse-quantity.js";
import { NONE } from "../text/quantities.js";

/**
 * @import { Controls } from "../controls/controls.js"
 * @import { Good } from "../spectrum/frequencies.js"
 * @import { Parts } from "./parts.js"
 */

/** @typedef {{px: number, py: number}} Pixel of the chart */

/** What a press of a button or of a key makes of the range, and how far it moves it. */
const ZOOM = 1.5;
const DIVISION = 1 / COLUMNS;
/** CSS pixels within which a click means a peak, and less than which a pointer moved for a click. */
const REACH = { across: 14, up: 40 };
const SLACK = 4;
/** Signals that a readout has room for. */
const MOST = 8;
const CURSORS = [0, 1];

export class SpectrumReading {
  #parts;
  /** Where the pointer reads. @type {Pixel | null} */
  #pointer = null;
  /** Where it went down. @type {Pixel | null} */
  #down = null;
  /** Of what the readout was made. @type {Good[]} */
  #read = [];

  /** @param {Pick<Parts, "chart" | "controls" | "frequencies" | "selection" | "views">} parts */
  constructor(parts) {
    this.#parts = parts;
  }

  /** @param {Controls} controls */
  bind(controls) {
    const { frequencies } = this.#parts;
    const acts = {
      "fft-lower": () => frequencies.scroll(-DIVISION),
      "fft-higher": () => frequencies.scroll(DIVISION),
      "fft-in": () => frequencies.zoom(1 / ZOOM),
      "fft-out": () => frequencies.zoom(ZOOM),
      "fft-all": () => frequencies.showAll(),
      "fft-cursors": () => frequencies.toggleCursors(),
      "fft-next-peak": () => frequencies.chooseNext(),
      "fft-no-peak": () => frequencies.choose(null),
    };
    for (const [id, act] of Object.entries(acts)) controls.click(id, act);
    for (const which of CURSORS) {
      controls.field(`fft-cursor-${which + 1}`, {
        read: (text) => parseQuantity(text, "Hz"),
        apply: (hertz) => frequencies.moveCursor(which, hertz),
        step: (direction) => frequencies.stepCursor(which, direction),
        hint: "A cursor stands at a frequency, such as “50 Hz”.",
      });
    }
    this.#bindKeys({
      ArrowLeft: acts["fft-lower"],
      ArrowRight: acts["fft-higher"],
      "Shift+ArrowLeft": () => frequencies.scroll(-1),
      "Shift+ArrowRight": () => frequencies.scroll(1),
      "+": acts["fft-in"],
      "=": acts["fft-in"],
      "-": acts["fft-out"],
      Home: acts["fft-all"],
      Enter: acts["fft-next-peak"],
      Escape: acts["fft-no-peak"],
    });
    this.#bindPointer();
  }

  drawn() {
    if (this.#pointer && this.#read !== this.#parts.frequencies.spectra) this.#showReadout();
  }

  arranged() {
    this.#point(null);
  }

  readings() {
    const { controls, frequencies, views } = this.#parts;
    if (!views.isShown("spectrum") || frequencies.spectra.length === 0) return;
    const { chosen, cursors, range } = frequencies;
    controls.enable("fft-all", range !== null);
    controls.enable("fft-out", range !== null);
    controls.enable("fft-lower", range !== null);
    controls.enable("fft-higher", range !== null);
    const { min, max } = frequencies.axis;
    const [from, to] = [min, max].map((place) => this.#hertzText(frequencies.hertz(place)));
    controls.text("fft-range", `${from} … ${to}`);
    controls.press("fft-cursors", cursors !== null);
    controls.show("fft-cursor-table", cursors !== null);
    if (cursors) this.#showCursors(cursors);
    controls.show("fft-no-peak", chosen !== null);
    controls.show("fft-harmonics", chosen !== null);
    if (chosen) this.#showHarmonics(chosen.key);
  }

  /** @param {number[]} cursors */
  #showCursors([first, second]) {
    const { controls, frequencies } = this.#parts;
    const key = this.#key;
    const unit = this.#unitOf(key);
    const [a, b] = [first, second].map((hertz) => frequencies.level(key, hertz));
    controls.fill("fft-cursor-1", this.#hertzText(first));
    controls.fill("fft-cursor-2", this.#hertzText(second));
    controls.text("fft-level-1", frequencies.say(a, unit));
    controls.text("fft-level-2", frequencies.say(b, unit));
    controls.text("fft-cursor-distance", this.#hertzText(Math.abs(second - first)));
    controls.text("fft-cursor-difference", frequencies.sayDifference(b - a, unit));
    controls.text("fft-cursor-signal", this.#nameOf(key));
  }

  /** @param {string} key */
  #showHarmonics(key) {
    const { controls, frequencies } = this.#parts;
    const unit = this.#unitOf(key);
    const rows = frequencies.harmonics.map(({ n, frequency, value }) => [
      harmonicName(n),
      this.#hertzText(frequency),
      frequencies.say(value, unit),
    ]);
    controls.rows("fft-harmonic-rows", rows);
    controls.text("fft-harmonic-signal", this.#nameOf(key));
  }

  /** The signal whose levels are read: the chosen one, or the first that there is a spectrum of. */
  get #key() {
    const { frequencies, selection } = this.#parts;
    const { spectra } = frequencies;
    return spectra.some(({ key }) => key === selection.signal?.key) ? selection.signal?.key : spectra[0]?.key;
  }

  /** @param {string | undefined} key */
  #signalOf(key) {
    const { selection } = this.#parts;
    return selection.signals[selection.placeOf(key ?? null)];
  }

  /** @param {string | undefined} key */
  #unitOf(key) {
    return this.#signalOf(key)?.unit ?? "";
  }

  /** @param {string | undefined} key */
  #nameOf(key) {
    return this.#signalOf(key)?.name ?? NONE;
  }

  /** As exact as a bin is wide. @param {number} hertz */
  #hertzText(hertz) {
    return this.#parts.frequencies.sayHertz(hertz);
  }

  /** Keys that act on the spectrum while it has the focus. @param {Record<string, () => void>} acts */
  #bindKeys(acts) {
    byId("spectrum").addEventListener("keydown", (event) => {
      const { altKey, ctrlKey, key, metaKey, shiftKey } = event;
      const act = acts[shiftKey && key.length > 1 ? `Shift+${key}` : key];
      if (!act || altKey || ctrlKey || metaKey) return;
      event.preventDefault();
      event.stopPropagation();
      act();
    });
  }

  #bindPointer() {
    const chart = byId("spectrum");
    const at = (/** @type {PointerEvent} */ event) => {
      const box = chart.getBoundingClientRect();
      return { px: event.clientX - box.left, py: event.clientY - box.top };
    };
    chart.addEventListener("pointermove", (event) => {
      // What is dragged is looked at itself.
      if (event.pointerType !== "touch") this.#point(event.buttons === 0 ? at(event) : null);
    });
    chart.addEventListener("pointerleave", (event) => {
      if (event.pointerType !== "touch") this.#point(null);
    });
    chart.addEventListener("pointerdown", (event) => {
      this.#down = event.button === 0 && event.isPrimary ? at(event) : null;
      if (event.pointerType === "touch") this.#point(null);
    });
    chart.addEventListener("pointerup", (event) => {
      const [down, up] = [this.#down, at(event)];
      this.#down = null;
      if (!down || Math.hypot(up.px - down.px, up.py - down.py) >= SLACK) return;
      this.#chooseAt(up);
      this.#point(up);
    });
  }

  /** The peak at which one points: of all signals the one whose top is nearest. @param {Pixel} pixel */
  #chooseAt({ px, py }) {
    const { frequencies } = this.#parts;
    const { screen, spectra } = frequencies;
    if (!screen || spectra.length === 0) return;
    const [from, to] = [-REACH.across, REACH.across].map((by) =>
      frequencies.hertz(screen.point({ px: px + by, py }).x),
    );
    const near = spectra
      .map((spectrum) => ({ key: spectrum.key ?? "", ...frequencies.highest(spectrum, from, to) }))
      .map((peak) => ({ ...peak, away: Math.abs(screen.pixel(0, peak.value).py - py) }))
      .filter(({ away, frequency }) => away <= REACH.up && frequency > 0)
      .sort((a, b) => a.away - b.away);
    if (near.length > 0) frequencies.choose(near[0]);
  }

  /** @param {Pixel | null} pixel */
  #point(pixel) {
    this.#pointer = pixel;
    this.#showReadout();
  }

  /** A line at the nearest bin, and beside it what all signals have there. */
  #showReadout() {
    const { chart, controls, frequencies, selection } = this.#parts;
    const { screen, spectra } = frequencies;
    this.#read = spectra;
    const x = this.#pointer && spectra.length > 0 ? (screen?.point(this.#pointer).x ?? NaN) : NaN;
    const isIn = spectra.length > 0 && x >= frequencies.axis.min && x <= frequencies.axis.max;
    controls.show("fft-hair", isIn);
    controls.show("fft-readout", isIn);
    if (!isIn || !screen) return;
    const hertz = frequencies.nearest(frequencies.hertz(x));
    const head = document.createElement("b");
    head.textContent = this.#hertzText(hertz);
    const rows = spectra.slice(0, MOST).map(({ key }) => {
      const k = selection.placeOf(key ?? null);
      return reading(this.#nameOf(key), frequencies.say(frequencies.level(key, hertz), this.#unitOf(key)), {
        tone: k < 0 ? "" : chart.colourOf(selection.signals[k], k),
      });
    });
    const more = spectra.length - rows.length;
    const readout = byId("fft-readout");
    readout.replaceChildren(head, ...rows, ...(more > 0 ? [`and ${more} more`] : []));
    const { px } = screen.pixel(frequencies.place(hertz), 0);
    byId("fft-hair").style.left = `${px}px`;
    readout.style.left = `${px}px`;
    readout.dataset.side = x > (frequencies.axis.min + frequencies.axis.max) / 2 ? "left" : "right";
  }
}

/** @param {string} name @param {string} level @param {{tone: string}} look */
function reading(name, level, { tone }) {
  const row = document.createElement("span");
  const [label, value] = [document.createElement("span"), document.createElement("b")];
  label.className = "toned";
  label.style.setProperty("--tone", tone);
  label.append(cutName(name));
  value.textContent = level;
  row.append(label, value);
  return row;
}
