/**
 * Lanes as shapes of the chart's own canvas: a bar for each state of a signal, with its name where
 * there is room. The chart gives the scales and the shapes of its library.
 */

import { FONT, fitted, grown, textSize, textWidth } from "../text/fitting.js";
import { Bars } from "./lane-bars.js";
import { CHANGING, TINTS } from "./lanes.js";

/**
 * @import { Canvas, Graphic, Path, Shape } from "../../vendor/echarts/echarts.esm.min.js"
 * @import { Lane, Place } from "./lane-layout.js"
 * @import { Pixel } from "./gestures.js"
 * @import { Scales } from "./overlay.js"
 */

/**
 * @typedef {object} Row a lane as it is drawn
 * @property {Bars} bars
 * @property {Shape[]} fills by tint
 * @property {Shape} edges
 * @property {Shape} label
 * @property {Name[]} names
 *
 * @typedef {{shape: Shape, text: string, x: number, y: number}} Name in a bar; an empty text where there is none
 *
 * @typedef {{bars: Bars, tint: number, y: number, height: number}} Drawn
 */

/** How strong the first tint is, and the last: a text on it is still read. What changes too fast is stronger. */
const FAINT = 0.07;
const STRONG = 0.36;
const BUSY = 0.7;
/** CSS pixels beside a text in a bar, and the least that a shortened name needs. */
const PAD = 5;
const LEAST = 26;
/** A lane this high has room for a text. */
const READABLE = 13;
/** From a label to the lanes, and to the border. */
const BESIDE = 8;
const BORDER = 4;
/** Room for a text is counted in such steps, so that few texts are ever shortened. */
const STEP = 8;
const MOST_KEPT = 4096;
const NO_BARS = new Bars();

export class LaneShapes {
  #graphic;
  #group;
  #Fill;
  #Edges;
  /** @type {Row[]} */
  #rows = [];
  /** @type {Lane[]} */
  #lanes = [];
  /** @type {Place | null} */
  #place = null;
  #look = "";
  #perSecond = 1;
  /** Names as they fit, by room. @type {Map<string, string>} */
  #fitted = new Map();

  /** @param {Canvas} zr where shapes live @param {Graphic} graphic constructors of shapes */
  constructor(zr, graphic) {
    this.#graphic = graphic;
    const shape = { bars: NO_BARS, tint: 0, y: 0, height: 0 };
    this.#Fill = graphic.extendShape({ shape, buildPath: fillPath });
    this.#Edges = graphic.extendShape({ shape, buildPath: edgesPath });
    this.#group = new graphic.Group({ silent: true });
    zr.add(this.#group);
  }

  /**
   * @param {Lane[]} lanes from the top down
   * @param {Place | null} place
   * @param {Scales} scales
   */
  draw(lanes, place, scales) {
    if (lanes.length === 0 && this.#rows.length === 0) return;
    this.#lanes = lanes;
    this.#place = place;
    const look = `${lanes.map(({ name, colour }) => `${name} ${colour}`).join()} ${Object.values(place ?? {}).join()} ${scales.colour("--text")}`;
    if (look !== this.#look) this.#make(lanes, place);
    this.#look = look;
    this.#perSecond = scales.x.scale;
    if (place) lanes.forEach((lane, k) => this.#drawLane(lane, k, place, scales));
  }

  /** What is at a pixel, in words; empty where that is no lane. @param {Pixel} pixel */
  titleAt(pixel) {
    const row = this.#rowAt(pixel);
    const place = this.#place;
    if (row < 0 || !place) return "";
    const lane = this.#lanes[row];
    const { px } = pixel;
    return px < place.x ? lane.name : `${lane.name}: ${this.#barText(lane, this.#rows[row].bars, px, place)}`;
  }

  /** The signal whose lane is there, label included, or -1. @param {Pixel} pixel */
  signalAt(pixel) {
    return this.#lanes[this.#rowAt(pixel)]?.k ?? -1;
  }

  /** @param {Pixel} pixel */
  #rowAt({ px, py }) {
    const place = this.#place;
    if (!place || px > place.x + place.width) return -1;
    const row = Math.floor((py - place.y) / place.lane);
    return row in this.#lanes ? row : -1;
  }

  /** @param {Lane} lane @param {Bars} bars @param {number} px @param {Place} place */
  #barText(lane, bars, px, place) {
    const at = bars.at(px);
    if (at < 0) return "nothing is held here";
    if (Number.isNaN(bars.value[at])) return "changes faster than the screen shows";
    const [from, to] = [bars.from[at], bars.to[at]];
    const isWhole = bars.begins[at] === 1 && to < place.x + place.width - 1;
    const seconds = (to - from) / this.#perSecond;
    return `${lane.say(bars.value[at])}${isWhole ? `, for ${Number(seconds.toPrecision(3))} s` : ""}`;
  }

  /** @param {Lane} lane @param {number} k @param {Place} place @param {Scales} scales */
  #drawLane(lane, k, place, scales) {
    const { bars, edges, fills } = this.#rows[k];
    const y = place.y + k * place.lane + place.gap / 2;
    const height = place.lane - place.gap;
    bars.read(lane.points, scales.x, place.x, place.x + place.width, lane.tint);
    fills.forEach((fill, tint) => fill.attr({ shape: { bars, tint, y, height } }));
    edges.attr({ shape: { bars, tint: 0, y, height } });
    if (height >= grown(READABLE)) this.#drawNames(lane, this.#rows[k], y + height / 2, scales);
  }

  /** @param {Lane} lane @param {Row} row @param {number} y @param {Scales} scales */
  #drawNames(lane, { bars, names }, y, { colour }) {
    let used = 0;
    for (let k = 0; k < bars.count; k += 1) {
      const room = bars.to[k] - bars.from[k] - grown(2 * PAD);
      if (room < grown(LEAST - 2 * PAD) || Number.isNaN(bars.value[k])) continue;
      const text = this.#fit(lane.say(bars.value[k]), room);
      if (!text) continue;
      names[used] ??= this.#name(colour("--text"));
      setName(names[used], text, bars.from[k] + grown(PAD), y);
      used += 1;
    }
    for (let k = used; k < names.length; k += 1) setName(names[k], "", 0, 0);
  }

  /** A name, shortened where there is no room for all of it; nothing where hardly a letter fits. @param {string} name @param {number} room */
  #fit(name, room) {
    const whole = textWidth(name);
    if (whole <= room) return name;
    const steps = Math.floor(room / STEP);
    const key = `${steps} ${name}`;
    const known = this.#fitted.get(key);
    if (known !== undefined) return known;
    if (this.#fitted.size >= MOST_KEPT) this.#fitted.clear();
    const text = fitted(name, steps * STEP, textWidth);
    this.#fitted.set(key, text.length > 1 ? text : "");
    return text.length > 1 ? text : "";
  }

  /** @param {Lane[]} lanes @param {Place | null} place */
  #make(lanes, place) {
    this.#group.removeAll();
    this.#fitted.clear();
    this.#rows = place ? lanes.map((lane, k) => this.#row(lane, k, place)) : [];
  }

  /** @param {Lane} lane @param {number} k @param {Place} place @returns {Row} */
  #row({ colour: tone, name }, k, place) {
    const fills = Array.from({ length: TINTS + 1 }, (_, tint) => {
      const opacity = tint === CHANGING ? BUSY : FAINT + (tint / (TINTS - 1)) * (STRONG - FAINT);
      return new this.#Fill({ style: { fill: tone, opacity }, silent: true, z: 2 });
    });
    const edges = new this.#Edges({ style: { fill: null, stroke: tone, lineWidth: 1 }, silent: true, z: 3 });
    const isReadable = place.lane - place.gap >= grown(READABLE - 2);
    const text = isReadable ? fitted(name, place.x - grown(BESIDE + BORDER), textWidth) : "";
    const style = { text, fill: tone, fontSize: textSize(), fontFamily: FONT, align: "right", verticalAlign: "middle" };
    const at = { x: place.x - grown(BESIDE), y: place.y + (k + 0.5) * place.lane };
    const label = new this.#graphic.Text({ style, ...at, silent: true, z: 3 });
    for (const shape of [...fills, edges, label]) this.#group.add(shape);
    return { bars: new Bars(), fills, edges, label, names: [] };
  }

  /** @param {string} fill @returns {Name} */
  #name(fill) {
    const style = { text: "", fill, fontSize: textSize(), fontFamily: FONT, align: "left", verticalAlign: "middle" };
    const shape = new this.#graphic.Text({ style, silent: true, z: 4 });
    this.#group.add(shape);
    return { shape, text: "", x: NaN, y: NaN };
  }
}

/** Only what changed: to lay out a text anew costs more than to move it. @param {Name} name @param {string} text @param {number} x @param {number} y */
function setName(name, text, x, y) {
  if (name.text !== text) name.shape.attr({ style: { text }, ignore: text === "" });
  if (text !== "" && (name.x !== x || name.y !== y)) name.shape.attr({ x, y });
  name.text = text;
  name.x = x;
  name.y = y;
}

/** The bars of one tint. @param {Path} path @param {Drawn} drawn */
function fillPath(path, { bars, tint, y, height }) {
  for (let k = 0; k < bars.count; k += 1) {
    if (bars.tint[k] !== tint) continue;
    const from = bars.from[k];
    // At least a pixel: a single sample must be seen.
    const to = Math.max(from + 1, bars.to[k]);
    path.moveTo(from, y);
    path.lineTo(to, y);
    path.lineTo(to, y + height);
    path.lineTo(from, y + height);
    path.lineTo(from, y);
  }
}

/** What is above and below of each bar, and where it begins. @param {Path} path @param {Drawn} drawn */
function edgesPath(path, { bars, y, height }) {
  for (let k = 0; k < bars.count; k += 1) {
    const [from, to] = [bars.from[k], Math.max(bars.from[k] + 1, bars.to[k])];
    path.moveTo(from, y);
    path.lineTo(to, y);
    path.moveTo(from, y + height);
    path.lineTo(to, y + height);
    if (bars.begins[k] !== 1) continue;
    path.moveTo(from, y);
    path.lineTo(from, y + height);
  }
}
