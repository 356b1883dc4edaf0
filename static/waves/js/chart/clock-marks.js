/**
 * Times at the x axis: a line and a label each. They move with the traces, so they are shapes
 * of the chart's own canvas: to change an axis of ECharts at each picture would cost more than all
 * traces together. The chart gives the scales and the shapes of its library.
 */

import { grown } from "../text/fitting.js";

/**
 * @import { Canvas, Graphic, Shape } from "../../vendor/echarts/echarts.esm.min.js"
 * @import { Scales } from "./overlay.js"
 */

/**
 * @typedef {{x: number, text: string}} Mark x in seconds from the right end; NaN for one that is not seen
 *
 * @typedef {object} Clock
 * @property {Mark[]} marks of which only the x change while `key` stays
 * @property {string} note what all of them have in common: the date, the zone
 * @property {string} key
 *
 * @typedef {{font: string, size: () => number, width: (text: string) => number}} Type how labels are set
 */

/** CSS pixels from the plot to the middle of a label, and between labels. */
const BELOW = 14;
const APART = 6;
/** How far a label may reach beyond the right end: there is no more room there. */
const BESIDE = 25;
/** Where the note begins. */
const NOTE_AT = 4;

export class ClockMarks {
  #group;
  #graphic;
  #type;
  #key = "";
  /** Of each mark. @type {{line: Shape, label: Shape, half: number}[]} */
  #shapes = [];
  /** The right end of the note: labels begin behind it. */
  #noteEnd = 0;

  /** @param {Canvas} zr where shapes live @param {Graphic} graphic constructors of shapes @param {Type} type */
  constructor(zr, graphic, type) {
    this.#graphic = graphic;
    this.#type = type;
    this.#group = new graphic.Group({ silent: true });
    zr.add(this.#group);
  }

  /** @param {Clock | null} clock @param {Scales} scales */
  draw(clock, scales) {
    if (!clock && this.#key === "") return;
    const { plot } = scales;
    const look = [plot.x, plot.y, plot.width, plot.height, scales.colour("--grid"), scales.colour("--dim")];
    const key = clock ? `${clock.key} ${look.join()}` : "";
    if (key !== this.#key) this.#make(clock, scales);
    this.#key = key;
    clock?.marks.forEach(({ x }, k) => this.#place(k, scales.px(x), plot.x + plot.width));
  }

  /** @param {number} k @param {number} px @param {number} right */
  #place(k, px, right) {
    const { line, label, half } = this.#shapes[k];
    // Whole pixels: a line between two of them is blurred.
    const at = Math.round(px) + 0.5;
    const isSeen = at <= right + 1;
    line.attr({ x: at, ignore: !isSeen });
    label.attr({ x: at, ignore: !isSeen || at - half < this.#noteEnd || at + half > right + grown(BESIDE) });
  }

  /** @param {Clock | null} clock @param {Scales} scales */
  #make(clock, { plot, colour }) {
    this.#group.removeAll();
    this.#shapes = [];
    if (!clock) return;
    const { font: fontFamily, size, width } = this.#type;
    const fontSize = size();
    const style = { fill: colour("--dim"), fontSize, fontFamily, verticalAlign: "middle" };
    const y = plot.y + plot.height + grown(BELOW);
    const text = (/** @type {object} */ more) => new this.#graphic.Text({ style: { ...style, ...more }, y, z: 1 });
    this.#shapes = clock.marks.map((mark) => {
      const shape = { x1: 0, x2: 0, y1: plot.y, y2: plot.y + plot.height };
      const line = new this.#graphic.Line({ shape, style: { stroke: colour("--grid"), lineWidth: 1 }, z: 0 });
      return { line, label: text({ text: mark.text, align: "center" }), half: width(mark.text) / 2 };
    });
    for (const { line, label } of this.#shapes) [line, label].forEach((shape) => this.#group.add(shape));
    this.#noteEnd = clock.note ? width(clock.note) + grown(NOTE_AT + APART) : 0;
    if (clock.note) this.#group.add(text({ text: clock.note, align: "left", x: grown(NOTE_AT) }));
  }
}
