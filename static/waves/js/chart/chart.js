/**
 * The chart: the only module that knows ECharts, which draws the axes; a `setOption` costs more
 * than all traces together, so it is called where an axis changed. Traces are shapes (`trace-shapes.js`).
 */

import * as echarts from "../../vendor/echarts/echarts.esm.min.js";
import { stateName } from "../text/states.js";
import { tickLabel, yScale } from "./axis-labels.js";
import { captionHeight, captionShapes } from "./export-caption.js";
import { bindGestures } from "./gestures.js";
import { hugeScale, isHuge } from "./huge-axis.js";
import { layoutOf, moved, NO_LANES } from "./lane-layout.js";
import { LaneShapes } from "./lane-shapes.js";
import { Overlay } from "./overlay.js";
import { Palette } from "./palette.js";
import { roomOfNames, stateScale } from "./state-axis.js";
import { pixelOf, scaleOf } from "./trace-path.js";
import { TraceShapes } from "./trace-shapes.js";

/**
 * @import { Label, XAxis, YAxis } from "./axis-labels.js"
 * @import { Drag, Pixel } from "./gestures.js"
 * @import { Lanes } from "./lane-layout.js"
 * @import { Item, Point, Scales } from "./overlay.js"
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
 * @property {YAxis[]} axes of y
 * @property {number[]} axisOf which of them a signal has, by signal
 * @property {Extra[]} [extras]
 * @property {Item[]} [overlay]
 * @property {Lanes} [lanes] signals that are bars
 */

/**
 * @typedef {object} Hands what the pointer does, in the coordinates of the axes; true, or something to drag, where it was for someone
 * @property {(at: Point & {direction: "horizontal" | "vertical"}) => PointDrag | null} grab
 * @property {(at: Point) => PointPinch | null} pinch
 * @property {(at: Point, steps: number) => void} zoom
 * @property {(seconds: number) => void} scroll
 */

/** @typedef {{move: (to: Point) => void, end?: () => void}} PointDrag */

/** @typedef {{move: (scale: number, to: Point) => void, end?: () => void}} PointPinch */

/** @typedef {{key: string, name: string, colour: string}} Signal */

/** CSS pixels around the plot; a phone has less room for labels. */
const MARGINS = { left: 64, right: 28, top: 16, bottom: 32 };
const PHONE_MARGINS = { left: 54, right: 26, top: 12, bottom: 26 };
const PHONE_WIDTH = 560;
const LABEL_SIZE = 11.5;
/**
 * CSS pixels of a stroke. Wider than one device pixel costs two to five times the frame where
 * traces are dense; where there are fewer samples than pixels it costs nothing that shows.
 */
const denseWidth = (/** @type {number} */ ratio) => 1 / ratio;
const sparseWidth = (/** @type {number} */ ratio) => Math.max(1, 1.5 / ratio);
/** In front of the grid, behind what is laid over: see `overlay.js`. */
const BEHIND = 1;
const FRONT = 2;
/** No double quotes: ECharts writes it into an attribute of an SVG as it is. */
const FONT = "ui-sans-serif, system-ui, 'Segoe UI', Roboto, sans-serif";

export class Chart {
  #chart;
  #element;
  #overlay;
  #traces;
  #laneShapes;
  #lanes = NO_LANES;
  #axes = "";
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
    this.#traces = new TraceShapes(this.#chart.getZr(), echarts.graphic);
    this.#laneShapes = new LaneShapes(this.#chart.getZr(), echarts.graphic);
    this.#overlay = new Overlay(this.#chart.getZr(), echarts.graphic);
    this.resize();
  }

  /** Device pixels across the plot: more columns than this nobody can see. */
  get columns() {
    return Math.max(16, Math.round(this.#plot().width * this.#chart.getDevicePixelRatio()));
  }

  /** Take the size of the element, and colours and grid of the theme. */
  resize() {
    this.#chart.resize({ devicePixelRatio: window.devicePixelRatio });
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

  /** CSS pixels across the whole picture. */
  get width() {
    return this.#element.clientWidth;
  }

  /** A custom property of the theme as rgb(). @param {string} name */
  colour(name) {
    return this.#palette.colour(name);
  }

  /** The colour of signal `k` on this background. @param {{colour: string}} signal @param {number} k */
  colourOf(signal, k) {
    return this.#palette.of(signal, k);
  }

  /**
   * @param {Shown} picture
   */
  draw({ traces, sparse, x, axes, axisOf, extras = [], overlay = [], lanes = NO_LANES }) {
    this.#x = x;
    this.#y = axes;
    this.#lanes = lanes;
    if (this.#element.classList.contains("covered")) return;
    this.#showAxes(x, axes);
    const ratio = this.#chart.getDevicePixelRatio();
    const width = sparse ? sparseWidth(ratio) : denseWidth(ratio);
    this.#drawn = [...extras.map((extra) => this.#extra(extra, width)), ...this.#signalTraces(traces, axisOf, width)];
    this.#items = overlay;
    const scales = this.#scales();
    this.#laneShapes.draw(lanes.lanes, scales.lanes ?? null, scales);
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
    const space = caption ? captionHeight(caption, this.width) : 0;
    const { clientWidth: width, clientHeight } = this.#element;
    const size = { width, height: clientHeight + space, devicePixelRatio: Math.max(2, devicePixelRatio) };
    const ssr = renderer === "svg";
    const copy = echarts.init(ssr ? null : document.createElement("div"), null, { renderer, ssr, ...size });
    const grid = this.#grid;
    copy.setOption({
      ...this.#chart.getOption(),
      grid: { ...grid, top: grid.top + space, outerBoundsMode: "none" },
    });
    const scales = this.#scales(space);
    new LaneShapes(copy.getZr(), echarts.graphic).draw(this.#lanes.lanes, scales.lanes ?? null, scales);
    new TraceShapes(copy.getZr(), echarts.graphic).draw(this.#drawn, scales);
    new Overlay(copy.getZr(), echarts.graphic).draw(this.#items, scales);
    const shapes = caption ? captionShapes(caption, echarts.graphic, { ...scales, width, font: FONT }) : [];
    shapes.forEach((shape) => copy.getZr().add(shape));
    copy.getZr().flush();
    return { copy, width, height: size.height };
  }

  /**
   * What the pointer does, in the coordinates of the axes; see `oscilloscope/scope.js` for the names.
   * @param {Hands} hands
   */
  listen({ grab, zoom, scroll, pinch }) {
    bindGestures(this.#element, {
      hold: (pixel) => this.#hold(pixel),
      drag: (pixel, direction) => this.#following(grab({ ...this.point(pixel), direction })),
      pinch: (pixel) => {
        const held = pinch(this.point(pixel));
        return held && { ...held, move: (scale, at) => held.move(scale, this.point(at)) };
      },
      zoom: (pixel, steps) => zoom(this.point(pixel), steps),
      scroll: (pixels) => scroll((pixels / this.#plot().width) * (this.#x.max - this.#x.min)),
      hover: (pixel) => this.#hover(pixel),
    });
  }

  /**
   * Pixels of the element to x (seconds from the right end) and y of an axis.
   * @param {Pixel} pixel
   * @returns {Point}
   */
  point({ px, py, touch = false }) {
    const plot = this.#plot();
    const along = (px - plot.x) / plot.width;
    const up = 1 - (py - plot.y) / plot.height;
    const x = this.#x.min + along * (this.#x.max - this.#x.min);
    const y = (axis = 0) => this.#y[axis].min * (1 - up) + this.#y[axis].max * up;
    return { px, py, touch, x, y: y(), yOf: y, along, up };
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

  /** @param {Pixel} pixel */
  #hover(pixel) {
    const item = this.#overlay.at(pixel);
    const cursor = item ? (item.line === "vertical" ? "ew-resize" : "ns-resize") : "";
    if (this.#element.style.cursor !== cursor) this.#element.style.cursor = cursor;
    const title = this.#laneShapes.titleAt(pixel) || this.#axisTitle(pixel);
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
      colour: (colour) => this.#palette.toned(colour),
    };
  }

  /**
   * @param {Shown["traces"]} traces
   * @param {number[]} axisOf
   * @param {number} width
   * @returns {Drawn[]}
   */
  #signalTraces(traces, axisOf, width) {
    return traces.map(({ points, dots }, k) => ({
      id: `signal-${k}`,
      points,
      dots,
      axis: axisOf[k] ?? 0,
      colour: this.colourOf(this.signals[k], k),
      width,
      z: FRONT,
    }));
  }

  /** @param {Extra} extra @param {number} width @returns {Drawn} */
  #extra({ id, points, colour, dash, axis = 0 }, width) {
    return { id: `extra-${id}`, points, axis, colour: this.#palette.toned(colour), width, dash, z: BEHIND };
  }

  #frameOption() {
    return {
      animation: false,
      backgroundColor: this.#palette.colour("--plot"),
      // A description of our own: ECharts would write one from the data, at every frame.
      aria: { enabled: true, label: { description: this.label } },
      grid: { ...this.#grid, outerBoundsMode: "none" },
      xAxis: this.#axis({}),
      yAxis: this.#y.map((axis, k) => this.#yAxis(axis, k)),
    };
  }

  /** @param {YAxis} axis @param {number} k */
  #yAxis({ label, colour }, k) {
    if (k === 0) return this.#axis({}, colour);
    const show = Boolean(label) && k === 1;
    return this.#axis({ show, position: "right", splitLine: { show: false } }, colour);
  }

  /** @param {object} more @param {string} [colour] */
  #axis(more, colour = "--dim") {
    const line = { show: true, lineStyle: { color: this.#palette.colour("--grid"), width: 1 } };
    const color = this.#palette.toned(colour);
    return {
      type: "value",
      splitLine: line,
      axisLine: { ...line, onZero: false },
      axisTick: { show: false },
      axisLabel: { color, fontSize: LABEL_SIZE, fontFamily: FONT, hideOverlap: true },
      ...more,
    };
  }

  /** @param {XAxis} x @param {YAxis[]} axes */
  #showAxes(x, axes) {
    const { lanes, side, isAlone } = this.#lanes;
    const key = JSON.stringify([x, axes, lanes.length, side, isAlone]);
    if (key === this.#axes) return;
    this.#axes = key;
    this.#chart.setOption(
      {
        grid: this.#grid,
        xAxis: {
          min: x.min,
          max: x.max,
          interval: x.perDivision,
          axisLabel: { formatter: tickLabel(x, this.#isPhone) },
        },
        yAxis: axes.map((axis, k) => this.#scaledAxis(axis, k)),
      },
      { silent: true },
    );
  }

  /** @param {YAxis} axis @param {number} k */
  #scaledAxis(axis, k) {
    const look = this.#yAxis(axis, k);
    const { label, min, max, interval, marks: customValues = null } = scaleOfAxis(axis);
    // Beside lanes alone nothing is measured.
    const show = !this.#lanes.isAlone;
    const axisLabel = { ...look.axisLabel, formatter: label, show, customValues };
    const axisTick = { ...look.axisTick, customValues };
    return { ...look, min, max, interval, axisLabel, axisTick, ...(show ? {} : { splitLine: { show } }) };
  }

  get #isPhone() {
    return this.#element.clientWidth < PHONE_WIDTH;
  }

  #margins() {
    const margins = this.#isPhone ? PHONE_MARGINS : MARGINS;
    const left = Math.max(margins.left, roomOfNames(this.#y[0]));
    return this.#y[1]?.label
      ? { ...margins, left, right: Math.max(margins.left, roomOfNames(this.#y[1])) }
      : { ...margins, left };
  }

  /** Where plot and lanes are. */
  get #layout() {
    const { left, right, top, bottom } = this.#margins();
    const { clientWidth, clientHeight } = this.#element;
    const room = { x: left, y: top, width: clientWidth - left - right, height: clientHeight - top - bottom };
    const { lanes, side, isAlone } = this.#lanes;
    return layoutOf(room, lanes.length, side, isAlone);
  }

  #plot() {
    return this.#layout.plot;
  }

  /** What is around the plot, lanes included. */
  get #grid() {
    const { left, right } = this.#margins();
    const { y, height } = this.#plot();
    return { left, right, top: y, bottom: this.#element.clientHeight - y - height };
  }
}

/** @param {YAxis} axis @returns {{min: number, max: number, interval: number, label: Label, marks?: number[]}} */
function scaleOfAxis(axis) {
  const { states } = axis;
  if (states) return stateScale({ ...axis, states });
  return isHuge(axis) ? hugeScale(axis) : yScale(axis);
}
