/**
 * The chart: with `copy.js` the only module that knows ECharts, which draws the axes; a `setOption` costs more
 * than all traces together, so it is called where an axis changed. Traces are shapes (`trace-shapes.js`).
 */

import * as echarts from "../../vendor/echarts/echarts.esm.min.js";
import { followRem, grown } from "../text/fitting.js";
import { stateName } from "../text/states.js";
import { hugeLabels, isHuge, shrunk, stateLabels, tickLabel, WIDEST, WIDEST_ON_PHONE, yLabels } from "./axis-labels.js";
import { axisLook, marginsFor, NOTHING, roomOf, TYPE, xAxisOption, yAxisLook, yAxisOption } from "./axis-options.js";
import { ClockMarks } from "./clock-marks.js";
import { layoutOf, moved, NO_LANES } from "./lane-layout.js";
import { Overlay } from "./overlay.js";
import { dashOf, Palette } from "./palette.js";
import { pixelOf, scaleOf } from "./trace-path.js";
import { TraceShapes } from "./trace-shapes.js";

/**
 * @import { Labelled, XAxis, YAxis } from "./axis-labels.js"
 * @import { Clock } from "./clock-marks.js"
 * @import { Drag, Pixel } from "./gestures.js"
 * @import { Lanes } from "./lane-layout.js"
 * @import { Item, Point, Scales } from "./overlay.js"
 * @import { Coloured } from "./palette.js"
 * @import { Drawn } from "./trace-shapes.js"
 * @import { Caption } from "./export-caption.js"
 * @import { Values } from "../protocol/frames.js"
 */

/**
 * @typedef {{id: string, points: Values, colour: string, dash?: boolean, axis?: number}} Extra a trace besides those of signals
 */

/**
 * @typedef {object} Shown
 * @property {{points: Values, dots?: Values}[]} traces x in seconds from the right end, by signal
 * @property {boolean} sparse fewer samples than pixels
 * @property {XAxis} x
 * @property {Clock | null} [clock] times of day that stand at the x axis instead of its divisions
 * @property {YAxis[]} axes of y
 * @property {number[]} axisOf which of them a signal has, by signal
 * @property {Extra[]} [extras]
 * @property {Item[]} [overlay]
 * @property {Lanes} [lanes] signals that are bars
 */

/**
 * @typedef {object} Hands what the pointer does, in the coordinates of the axes; true, or something to drag, where it was for someone
 * @property {(at: Point & {direction: "horizontal" | "vertical"}) => PointDrag | null} grab
 * @property {(at: Point & {direction: "horizontal" | "vertical"}) => PointPinch | null} pinch
 * @property {(at: Point, steps: number) => void} zoom
 * @property {(seconds: number) => void} scroll
 * @property {(at: Point) => PointDrag | null} [box] a drag with shift
 * @property {(at: Point | null) => void} [hover] what is pointed to; null for nothing
 * @property {(at: Point) => void} [twice] a double click
 * @property {(at: Point) => boolean} [menu] whether there is one
 * @property {(k: number) => void} choose the signal whose trace was clicked
 */

/** @typedef {{move: (to: Point) => void, end?: () => void}} PointDrag */

/** @typedef {{move: (scale: number, to: Point) => void, end?: () => void}} PointPinch */

/** @typedef {{key: string, name: string, colour: string, palette?: number}} Signal */

/** A picture this wide in CSS pixels is a phone's. */
const PHONE_WIDTH = 560;
/**
 * CSS pixels of a stroke. Wider than one device pixel costs two to five times the frame where
 * traces are dense; where there are fewer samples than pixels it costs nothing that shows.
 */
const denseWidth = (/** @type {number} */ ratio) => 1 / ratio;
const sparseWidth = (/** @type {number} */ ratio) => grown(Math.max(1, 1.5 / ratio));
/** The dash of what was held, in widths of its line. */
const HELD = [4, 2];
/** How far from a trace (CSS pixels) a click is still on it. */
const REACH = 8;
const REACH_OF_FINGER = 20;
/** In front of the grid, behind what is laid over: see `overlay.js`. */
const BEHIND = 1;
const FRONT = 2;

/**
 * @typedef {object} Extras what no chart needs for its first picture
 * @property {typeof import("./lane-shapes.js").LaneShapes} LaneShapes
 * @property {typeof import("./gestures.js").bindGestures} bindGestures
 * @property {typeof import("./copy.js").copyOf} copyOf
 * @property {typeof import("./nearest.js").nearestTrace} nearestTrace
 */

/** @type {Extras | null} */
let come = null;

/** From now on lanes, gestures and exports are there, for every chart. @param {Extras} extras */
export function complete(extras) {
  come = extras;
}

function extras() {
  if (!come) throw new Error("Nothing but pictures is possible before all of the page came.");
  return come;
}

export class Chart {
  #chart;
  #element;
  #overlay;
  #traces;
  /** Made for the first lane. @type {InstanceType<Extras["LaneShapes"]> | null} */
  #laneShapes = null;
  #lanes = NO_LANES;
  #axes = "";
  #marks;
  /** @type {Clock | null} */
  #clock = null;
  #needed = NOTHING;
  #margins = marginsFor(false, NOTHING);
  #toned = (/** @type {string} */ colour) => this.#palette.toned(colour);
  /** @type {Drawn[]} */
  #drawn = [];
  /** @type {Item[]} */
  #items = [];
  #palette;
  /** What the axes span, from the last picture on. @type {XAxis} */
  #x = { min: -1, max: 0, perDivision: 0.1, unit: "s" };
  /** @type {YAxis[]} */
  #y = [{ min: -1, max: 1, perDivision: 0.25, unit: "" }];

  /** @type {Signal[]} */
  signals = [];

  /** @param {HTMLElement} element an empty element with a size @param {string} label */
  constructor(element, label) {
    this.#element = element;
    this.label = label;
    this.#palette = new Palette(element, () => this.#palette.colour("--plot"));
    this.#chart = echarts.init(element, null, { renderer: "canvas" });
    this.#marks = new ClockMarks(this.#chart.getZr(), echarts.graphic, TYPE);
    this.#traces = new TraceShapes(this.#chart.getZr(), echarts.graphic);
    this.#overlay = new Overlay(this.#chart.getZr(), echarts.graphic);
    this.resize();
  }

  /** Device pixels across the plot: more columns than this nobody can see. */
  get columns() {
    return Math.max(16, Math.round(this.#plot().width * this.#chart.getDevicePixelRatio()));
  }

  /** Take the size of the element, and colours and grid of the theme. */
  resize() {
    followRem();
    this.#chart.resize({ devicePixelRatio: window.devicePixelRatio });
    this.#arrange();
    this.theme();
  }

  /** Read the colours anew, after a change of theme or of signals. */
  theme() {
    this.#palette.clear();
    this.#axes = "";
    this.#chart.setOption(this.#frameOption());
  }

  /** Say of what it is, to those who cannot see it. @param {string} label */
  relabel(label) {
    this.label = label;
    this.#element.setAttribute("aria-label", label);
    this.theme();
  }

  /** @param {Signal[]} signals */
  setSignals(signals) {
    this.signals = signals;
  }

  /** CSS pixels of the whole picture, since the last `resize`: to ask the element would lay out the page anew. */
  get width() {
    return this.#chart.getWidth();
  }

  get height() {
    return this.#chart.getHeight();
  }

  /** CSS pixels across the plot. */
  get plotWidth() {
    return this.#plot().width;
  }

  get plotHeight() {
    return this.#plot().height;
  }

  /** A custom property of the theme as rgb(). @param {string} name */
  colour(name) {
    return this.#palette.colour(name);
  }

  /** The colour of signal `k` on this background. @param {Coloured} signal @param {number} k */
  colourOf(signal, k) {
    return this.#palette.of(signal, k);
  }

  /**
   * @param {Shown} picture
   */
  draw({ traces, sparse, x, clock = null, axes, axisOf, extras = [], overlay = [], lanes = NO_LANES }) {
    this.#x = x;
    this.#y = axes;
    this.#clock = clock;
    this.#lanes = lanes;
    if (this.#element.classList.contains("covered")) return;
    this.#showAxes(x, axes, clock !== null);
    const ratio = this.#chart.getDevicePixelRatio();
    const width = sparse ? sparseWidth(ratio) : denseWidth(ratio);
    const signals = this.#signalTraces(traces, axisOf, width, sparse);
    this.#drawn = [...extras.map((extra) => this.#extra(extra, width)), ...signals];
    this.#items = overlay;
    const scales = this.#scales();
    this.#marks.draw(clock, scales);
    if (come && lanes.lanes.length > 0) {
      this.#laneShapes ??= new come.LaneShapes(this.#chart.getZr(), echarts.graphic);
    }
    this.#laneShapes?.draw(lanes.lanes, scales.lanes ?? null, scales);
    this.#traces.draw(this.#drawn, scales);
    this.#overlay.draw(overlay, scales);
  }

  /** Another view lies over this one: nothing is drawn meanwhile. @param {boolean} covered */
  cover(covered) {
    this.#element.classList.toggle("covered", covered);
  }

  /** The picture as it stands, for a file, under a caption. @param {Caption | null} caption */
  drawing(caption) {
    const { copy, width, height } = this.#copy("svg", caption);
    const svg = copy.renderToSVGString();
    copy.dispose();
    return { svg, width, height };
  }

  /** The same, as pixels. @param {Caption | null} caption */
  canvas(caption) {
    const { copy } = this.#copy("canvas", caption);
    const canvas = copy.renderToCanvas();
    copy.dispose();
    return { canvas };
  }

  /** @param {"svg" | "canvas"} renderer @param {Caption | null} caption */
  #copy(renderer, caption) {
    return extras().copyOf(renderer, caption, {
      option: this.#chart.getOption(),
      grid: this.#grid,
      width: this.width,
      height: this.height,
      scales: (down) => this.#scales(down),
      clock: this.#clock,
      lanes: this.#lanes.lanes,
      traces: this.#drawn,
      items: this.#items,
    });
  }

  /**
   * What the pointer does, in the coordinates of the axes; see `oscilloscope/scope.js` for the names.
   * @param {Hands} hands
   */
  listen({ grab, zoom, scroll, pinch, box, hover, twice, menu, choose }) {
    extras().bindGestures(this.#element, {
      hold: (pixel) => this.#hold(pixel),
      drag: (pixel, direction) => this.#following(grab({ ...this.point(pixel), direction })),
      box: (pixel) => this.#following(box?.(this.point(pixel)) ?? null),
      pinch: (pixel, direction) => {
        const held = pinch({ ...this.point(pixel), direction });
        return held && { ...held, move: (scale, at) => held.move(scale, this.point(at)) };
      },
      zoom: (pixel, steps) => zoom(this.point(pixel), steps),
      scroll: (pixels) => scroll((pixels / this.#plot().width) * (this.#x.max - this.#x.min)),
      hover: (pixel) => {
        if (pixel && !pixel.touch) this.#hover(pixel);
        hover?.(pixel && this.point(pixel));
      },
      twice: (pixel) => twice?.(this.point(pixel)),
      menu: (pixel) => menu?.(this.point(pixel)) ?? false,
      tap: (pixel) => {
        const k = this.#signalAt(pixel);
        if (k >= 0) choose(k);
      },
    });
  }

  /**
   * Pixels of the element to x (seconds from the right end) and y of an axis.
   * @param {Pixel} pixel
   * @returns {Point}
   */
  point({ px, py, touch = false, ctrl = false }) {
    const plot = this.#plot();
    const along = (px - plot.x) / plot.width;
    const up = 1 - (py - plot.y) / plot.height;
    const x = this.#x.min + along * (this.#x.max - this.#x.min);
    const y = (axis = 0) => this.#y[axis].min * (1 - up) + this.#y[axis].max * up;
    const isBeside = along < 0 || along > 1;
    const place = isBeside ? "y" : up < 0 ? "x" : "plot";
    const axis = along > 1 && this.#y[1]?.label ? 1 : 0;
    return { px, py, touch, ctrl, x, y: y(), yOf: y, along, up, place, axis };
  }

  /**
   * x (seconds from the right end) and y of an axis to pixels of the element.
   * @param {number} x
   * @param {number} y
   * @param {number} [axis]
   */
  pixel(x, y, axis = 0) {
    const { px, py } = this.#scales();
    return { px: px(x), py: py(y, axis) };
  }

  /** @param {Pixel} pixel @returns {Drag | null} */
  #hold(pixel) {
    const item = this.#overlay.at(pixel);
    if (!item) return null;
    return { move: (to) => item.drag?.(this.point(to)), end: () => item.drop?.() };
  }

  /** @param {PointDrag | null} held @returns {Drag | null} */
  #following(held) {
    return held && { ...held, move: (pixel) => held.move(this.point(pixel)) };
  }

  /** The signal whose trace or lane is there, or -1. @param {Pixel} pixel */
  #signalAt(pixel) {
    const inLane = this.#laneShapes?.signalAt(pixel) ?? -1;
    if (inLane >= 0) return inLane;
    const traces = this.#drawn.filter(({ z }) => z === FRONT);
    return extras().nearestTrace(traces, this.#scales(), pixel, pixel.touch ? REACH_OF_FINGER : REACH);
  }

  /** @param {Pixel} pixel */
  #hover(pixel) {
    const item = this.#overlay.at(pixel);
    const cursor = item ? (item.line === "vertical" ? "ew-resize" : "ns-resize") : "";
    if (this.#element.style.cursor !== cursor) this.#element.style.cursor = cursor;
    const title = item?.title ?? (this.#laneShapes?.titleAt(pixel) || this.#axisTitle(pixel));
    if (this.#element.title !== title) this.#element.title = title;
  }

  /** The whole name of the state beside which the pointer is. @param {Pixel} pixel */
  #axisTitle({ px, py }) {
    const { states } = this.#y[0];
    if (!states || px > this.#plot().x) return "";
    return stateName(states, Math.round(this.point({ px, py }).y)) ?? "";
  }

  /** @param {number} [down] pixels that everything is moved down @returns {Scales} */
  #scales(down = 0) {
    const { plot, lanes } = moved(this.#layout, down);
    const x = { from: this.#x.min, scale: plot.width / (this.#x.max - this.#x.min), pixel: plot.x };
    const y = this.#y.map(({ min, max }) => ({
      from: min,
      scale: -scaleOf(min, max, plot.height),
      pixel: plot.y + plot.height,
    }));
    return {
      plot,
      lanes,
      x,
      y: (axis = 0) => y[axis],
      px: (value) => pixelOf(value, x),
      py: (value, axis = 0) => pixelOf(value, y[axis]),
      colour: this.#toned,
    };
  }

  /**
   * @param {Shown["traces"]} traces
   * @param {number[]} axisOf
   * @param {number} width
   * @param {boolean} sparse
   * @returns {Drawn[]}
   */
  #signalTraces(traces, axisOf, width, sparse) {
    return traces.map(({ points, dots }, k) => ({
      id: `signal-${k}`,
      points,
      dots,
      axis: axisOf[k] ?? 0,
      colour: this.colourOf(this.signals[k], k),
      width,
      // Where samples are denser than pixels there is no line that could have gaps.
      dash: sparse ? dashOf(this.signals[k], k) : null,
      z: FRONT,
    }));
  }

  /** @param {Extra} extra @param {number} width @returns {Drawn} */
  #extra({ id, points, colour, dash, axis = 0 }, width) {
    return {
      id: `extra-${id}`,
      points,
      axis,
      colour: this.#palette.toned(colour),
      width,
      dash: dash ? HELD : null,
      z: BEHIND,
    };
  }

  #frameOption() {
    const toned = this.#toned;
    return {
      animation: false,
      backgroundColor: toned("--plot"),
      // A description of our own: ECharts would write one from the data, at every frame.
      aria: { enabled: true, label: { description: this.label } },
      grid: { ...this.#grid, outerBoundsMode: "none" },
      xAxis: axisLook(toned),
      yAxis: this.#y.map((axis, k) => yAxisLook(toned, axis, k)),
    };
  }

  /** @param {XAxis} x @param {YAxis[]} axes @param {boolean} isClock whether times of day stand at the x axis */
  #showAxes(x, axes, isClock) {
    const { lanes, side, isAlone } = this.#lanes;
    const key = JSON.stringify([x, axes, isClock, lanes.length, side, isAlone]);
    if (key === this.#axes) return;
    this.#axes = key;
    const time = isClock ? null : tickLabel(x, this.#isPhone);
    const labelled = axes.map((axis) => this.#labelled(axis));
    this.#needed = roomOf(labelled.slice(0, axes[1]?.label ? 2 : 1), time?.(x.max) ?? "");
    this.#arrange();
    const above = this.#margins.top / 2;
    // Beside lanes alone nothing is measured.
    const option = (/** @type {YAxis} */ axis, /** @type {number} */ k) =>
      yAxisOption(this.#toned, shrunk(axis), k, labelled[k], above, !isAlone);
    this.#chart.setOption({ grid: this.#grid, xAxis: xAxisOption(x, time), yAxis: axes.map(option) }, { silent: true });
  }

  /** @param {YAxis} axis @returns {Labelled} */
  #labelled(axis) {
    const { states } = axis;
    if (states) return stateLabels({ ...axis, states });
    return isHuge(axis) ? hugeLabels(axis) : yLabels(axis, this.#isPhone ? WIDEST_ON_PHONE : WIDEST);
  }

  #arrange() {
    this.#margins = marginsFor(this.#isPhone, this.#needed);
  }

  get #isPhone() {
    return this.width < PHONE_WIDTH;
  }

  /** Where plot and lanes are. */
  get #layout() {
    const { left, right, top, bottom } = this.#margins;
    const { width, height } = this;
    const room = { x: left, y: top, width: width - left - right, height: height - top - bottom };
    const { lanes, side, isAlone } = this.#lanes;
    return layoutOf(room, lanes.length, side, isAlone);
  }

  #plot() {
    return this.#layout.plot;
  }

  /** What is around the plot, lanes included. */
  get #grid() {
    const { left, right } = this.#margins;
    const { y, height } = this.#plot();
    return { left, right, top: y, bottom: this.height - y - height };
  }
}
