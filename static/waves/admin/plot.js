/** The plot of the preview: the page's own traces, and around them a grid, labels and a legend. */

import { yLabels } from "../js/chart/axis-labels.js";
import { fit } from "../js/chart/range.js";
import { pixelsOf, Thumbnail } from "../js/streams/thumbnail.js";
import { COLUMNS, ROWS } from "../js/text/divisions.js";
import { fitted } from "../js/text/fitting.js";
import { axisScale } from "../js/text/quantities.js";

/**
 * @import { Labelled } from "../js/chart/axis-labels.js"
 * @import { Range } from "../js/chart/range.js"
 * @import { Signal } from "../js/protocol/description.js"
 */

/** CSS pixels around the traces, at the left at least; stream.css has the same. */
const MARGIN = { left: 64, right: 12, top: 10, bottom: 24 };
/** From a label to the traces, and to the border. */
const BESIDE = 8;
/** Lines of the legend, names apart in it, and how wide each may be. */
const LEGEND = { line: 16, most: 3, apart: 14, widest: 220 };

/** @typedef {Pick<Signal, "name" | "unit" | "colour" | "palette">} Named */

/**
 * @typedef {object} Frame where values and times are, in CSS pixels
 * @property {Range} range
 * @property {number} window
 * @property {number} left
 * @property {number} right
 * @property {number} bottom
 * @property {(seconds: number) => number} x seconds from the left edge
 * @property {(value: number) => number} y
 */

export class Plot {
  #canvas;
  #thumbnail;
  /** @type {Named[]} */
  #signals = [];
  /** By signal, x, y, x, y …, x in seconds from the right edge. @type {Float64Array[]} */
  #points = [];
  #window = 1;

  /** @param {HTMLElement} place of the traces @param {HTMLCanvasElement} canvas of what is around them */
  constructor(place, canvas) {
    this.#canvas = canvas;
    this.#thumbnail = new Thumbnail(place);
  }

  /** Device pixels across the traces. */
  get columns() {
    return pixelsOf(this.#thumbnail.place).width;
  }

  /** @param {Named[]} signals @param {Float64Array[]} points by signal @param {number} window seconds */
  show(signals, points, window) {
    [this.#signals, this.#points, this.#window] = [signals, points, window];
    this.draw();
  }

  /** Read the colours anew, after a change of theme. */
  theme() {
    this.#thumbnail.theme();
    this.draw();
  }

  draw() {
    const range = fit(...extent(this.#points));
    const context = prepared(this.#canvas);
    if (!context) return;
    context.font = `12px ${getComputedStyle(this.#canvas).fontFamily}`;
    const labels = yLabels({ ...range, unit: unitOf(this.#signals) });
    const widest = Math.max(...labels.texts.map((text) => context.measureText(text).width));
    const left = Math.max(MARGIN.left, Math.ceil(widest) + 2 * BESIDE);
    const { place } = this.#thumbnail;
    place.style.left = `${left}px`;
    this.#thumbnail.size = pixelsOf(place);
    const traces = this.#points.map((points) => ({ points, range }));
    this.#thumbnail.draw({ traces }, this.#signals, this.#window);
    this.#drawFrame(context, frameOf(this.#canvas, range, this.#window, left), labels);
  }

  /** @param {CanvasRenderingContext2D} context @param {Frame} frame @param {Labelled} labels */
  #drawFrame(context, frame, labels) {
    const { palette } = this.#thumbnail;
    context.strokeStyle = palette.colour("--hairline-color");
    context.fillStyle = palette.colour("--body-quiet-color");
    drawValues(context, frame, labels);
    drawTimes(context, frame);
    const colours = this.#signals.map((signal, k) => palette.of(signal, k));
    drawLegend(context, frame, this.#signals, colours);
  }
}

/** Lowest and highest value of all signals; nothing counts as 0. @param {Float64Array[]} traces @returns {[number, number]} */
function extent(traces) {
  let [low, high] = [Infinity, -Infinity];
  for (const points of traces) {
    for (let at = 1; at < points.length; at += 2) {
      if (points[at] < low) low = points[at];
      if (points[at] > high) high = points[at];
    }
  }
  return low <= high ? [low, high] : [0, 0];
}

/** The canvas with as many pixels as the screen has, cleared, in CSS pixels. @param {HTMLCanvasElement} canvas */
function prepared(canvas) {
  const { width, height } = pixelsOf(canvas);
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d");
  context?.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
  context?.clearRect(0, 0, canvas.clientWidth, canvas.clientHeight);
  return context;
}

/** @param {HTMLCanvasElement} canvas @param {Range} range @param {number} window @param {number} left @returns {Frame} */
function frameOf(canvas, range, window, left) {
  const right = canvas.clientWidth - MARGIN.right;
  const bottom = canvas.clientHeight - MARGIN.bottom;
  return {
    ...{ range, window, left, right, bottom },
    x: (seconds) => left + (seconds / window) * (right - left),
    y: (value) => bottom - ((value - range.min) / (range.max - range.min)) * (bottom - MARGIN.top),
  };
}

/** The unit of signals, where they share one. @param {Named[]} signals */
function unitOf(signals) {
  return new Set(signals.map(({ unit }) => unit)).size === 1 ? signals[0].unit : "";
}

/** @param {CanvasRenderingContext2D} context @param {Frame} frame @param {Labelled} labels */
function drawValues(context, frame, { label, offset }) {
  const { min, perDivision } = frame.range;
  context.lineWidth = 1;
  context.textBaseline = "middle";
  context.textAlign = "right";
  for (let k = 0; k <= ROWS; k += 2) {
    const value = min + k * perDivision;
    const y = Math.round(frame.y(value)) + 0.5;
    line(context, frame.left, y, frame.right, y);
    context.fillText(label(value), frame.left - BESIDE, y);
  }
  context.textAlign = "left";
  context.fillText(offset, frame.left + BESIDE, MARGIN.top + LEGEND.line / 2 + 4);
}

/** @param {CanvasRenderingContext2D} context @param {Frame} frame */
function drawTimes(context, frame) {
  const { window } = frame;
  const times = axisScale(0, window, window / COLUMNS, "s");
  let free = Infinity;
  // From the last one, which has the unit; one that would run into it is left out.
  for (let k = COLUMNS; k >= 0; k -= 1) {
    const x = Math.round(frame.x((window * k) / COLUMNS)) + 0.5;
    line(context, x, MARGIN.top, x, frame.bottom);
    context.textAlign = k === COLUMNS ? "right" : "center";
    const label = withUnit(times.label((window * k) / COLUMNS), k === COLUMNS ? times.unit : "");
    const width = context.measureText(label).width;
    if (k % 2 || x + width / 2 + BESIDE > free) continue;
    context.fillText(label, x, frame.bottom + 14);
    free = x - (k === COLUMNS ? width : width / 2);
  }
}

/**
 * Names from the right end, in as many lines as there are; the last says that there are more.
 * @param {CanvasRenderingContext2D} context
 * @param {Frame} frame
 * @param {Named[]} signals
 * @param {string[]} colours
 */
function drawLegend(context, frame, signals, colours) {
  context.textAlign = "right";
  const width = (/** @type {string} */ text) => context.measureText(text).width;
  let [x, row] = [frame.right - 6, 0];
  for (let k = signals.length - 1; k >= 0; k -= 1) {
    const name = fitted(signals[k].name, LEGEND.widest, width);
    if (x - width(name) < frame.left + LEGEND.widest / 2) [x, row] = [frame.right - 6, row + 1];
    context.fillStyle = colours[k];
    context.fillText(row < LEGEND.most ? name : "…", x, MARGIN.top + 12 + row * LEGEND.line);
    if (row >= LEGEND.most) return;
    x -= width(name) + LEGEND.apart;
  }
}

/** @param {CanvasRenderingContext2D} context @param {number} x0 @param {number} y0 @param {number} x1 @param {number} y1 */
function line(context, x0, y0, x1, y1) {
  context.beginPath();
  context.moveTo(x0, y0);
  context.lineTo(x1, y1);
  context.stroke();
}

/** @param {string} label @param {string} unit */
function withUnit(label, unit) {
  return unit ? `${label} ${unit}` : label;
}
