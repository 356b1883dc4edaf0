/** The chart: the only module that knows ECharts. One `setOption` per call of `draw`. */

import * as echarts from "../../vendor/echarts/echarts.esm.min.js";
import { channels, legible } from "./colour.js";
import { axisScale } from "./format.js";
import { bindGestures } from "./gestures.js";
import { Overlay } from "./overlay.js";
import { DIVISIONS as ROWS } from "./range.js";

/** CSS pixels around the plot; a phone has less room for labels. */
const MARGINS = { left: 64, right: 28, top: 16, bottom: 32 };
const PHONE_MARGINS = { left: 54, right: 20, top: 12, bottom: 26 };
const PHONE_WIDTH = 560;
const LABEL_SIZE = 11.5;
/**
 * CSS pixels of a stroke. Wider than one device pixel costs two to five times the frame where
 * traces are dense; where there are fewer samples than pixels it costs nothing that shows.
 */
const denseWidth = (ratio) => 1 / ratio;
const sparseWidth = (ratio) => Math.max(1, 1.5 / ratio);
/** Traces without a colour of their own take these custom properties, in turn. */
const PALETTE = 8;
const NOTHING = new Float32Array(0);
/** No double quotes: ECharts writes it into an attribute of an SVG as it is. */
const FONT = "ui-sans-serif, system-ui, 'Segoe UI', Roboto, sans-serif";

export class Chart {
  #chart;
  #element;
  #overlay;
  #axes = "";
  #ids = [];
  #extras = new Set();
  #items = [];
  #colours = {};
  #width = 1;
  /** What the axes span, from the last picture on. */
  #x = { min: -1, max: 0, perDivision: 0.1, unit: "s" };
  #y = [{ min: -1, max: 1, perDivision: 0.25, unit: "" }];

  /** @param {HTMLElement} element an empty element with a size */
  constructor(element, label) {
    this.#element = element;
    this.label = label;
    this.#chart = echarts.init(element, null, { renderer: "canvas" });
    this.#overlay = new Overlay(this.#chart.getZr(), echarts.graphic);
    this.signals = [];
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
    this.#colours = {};
    this.#axes = "";
    this.#chart.setOption(this.#frameOption());
    this.setSignals(this.signals);
  }

  /** @param {{key: string, name: string, colour: string}[]} signals */
  setSignals(signals) {
    this.signals = signals;
    const gone = this.#ids.slice(signals.length).map((id) => ({ id, data: NOTHING, name: "" }));
    const series = signals.map((signal, k) => this.#seriesOption(signal, k));
    if (series.length > this.#ids.length) this.#ids = series.map(({ id }) => id);
    if (series.length > 0) this.#chart.setOption({ series: [...series, ...gone] }, { silent: true });
  }

  /** CSS pixels across the whole picture. */
  get width() {
    return this.#element.clientWidth;
  }

  /** A custom property of the theme as rgb(). */
  colour(name) {
    return this.#cached(name);
  }

  /** The colour of signal `k` on this background. */
  colourOf(signal, k) {
    if (!signal.colour) return this.#cached(`--signal-${(k % PALETTE) + 1}`);
    return legible(signal.colour, this.#cached("--plot"));
  }

  /**
   * @param {object} picture
   * @param {{points: Float32Array}[]} picture.traces x in seconds from the right end, by signal
   * @param {boolean} picture.sparse fewer samples than pixels
   * @param {{min, max, perDivision, unit, zero, tickLabel?}} picture.x what the x axis spans; the
   *   label at `zero` is 0, unless `tickLabel(value)` says them all
   * @param {{min, max, perDivision, unit, label?, colour?}[]} picture.axes of y: the first is at
   *   the left, a second one with `label` at the right, others are not seen
   * @param {number[]} picture.axisOf which of them a signal has, by signal
   * @param {{id, points, colour, dash?, axis?}[]} picture.extras traces besides those of signals
   * @param {object[]} picture.overlay items as in `overlay.js`
   */
  draw({ traces, sparse, x, axes, axisOf, extras = [], overlay = [] }) {
    this.#x = x;
    this.#y = axes;
    if (this.#element.classList.contains("covered")) return;
    this.#setWidth(sparse);
    this.#items = overlay;
    const options = this.#axesOption(x, axes);
    const series = traces.map((trace, k) => ({ id: this.#ids[k], data: trace.points, yAxisIndex: axisOf[k] ?? 0 }));
    this.#chart.setOption({ series: [...series, ...this.#extraOptions(extras)], ...options }, { silent: true });
    this.#overlay.draw(overlay, this.#scales());
  }

  /** Another view lies over this one: nothing is drawn meanwhile. */
  cover(covered) {
    this.#element.classList.toggle("covered", covered);
  }

  /**
   * The picture as it stands, `space` pixels higher at the top, for a file.
   * @param {"svg" | "canvas"} renderer
   * @param {(tools: {Text, Line}, scales) => object[]} caption shapes of what stands in that space
   * @returns {{svg: string} | {canvas: HTMLCanvasElement}}
   */
  copy(renderer, space, caption) {
    const { clientWidth: width, clientHeight } = this.#element;
    const size = { width, height: clientHeight + space, devicePixelRatio: Math.max(2, devicePixelRatio) };
    const ssr = renderer === "svg";
    const copy = echarts.init(ssr ? null : document.createElement("div"), null, { renderer, ssr, ...size });
    const margins = this.#margins();
    copy.setOption({ ...this.#chart.getOption(), grid: { ...margins, top: margins.top + space, outerBoundsMode: "none" } });
    const scales = this.#scales(space);
    new Overlay(copy.getZr(), echarts.graphic).draw(this.#items, scales);
    caption(echarts.graphic, { ...scales, width, font: FONT }).forEach((shape) => copy.getZr().add(shape));
    copy.getZr().flush();
    const made = ssr ? { svg: copy.renderToSVGString() } : { canvas: copy.renderToCanvas() };
    copy.dispose();
    return made;
  }

  /** What the pointer does, in the coordinates of the axes; see `main.js` for the names. */
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

  /** Pixels of the element to x (seconds from the right end) and y of an axis. */
  point({ px, py, touch = false }) {
    const plot = this.#plot();
    const along = (px - plot.x) / plot.width;
    const up = 1 - (py - plot.y) / plot.height;
    const x = this.#x.min + along * (this.#x.max - this.#x.min);
    const y = (axis = 0) => this.#y[axis].min + up * (this.#y[axis].max - this.#y[axis].min);
    return { px, py, touch, x, y: y(), yOf: y, along, up };
  }

  /** x (seconds from the right end) and y of an axis to pixels of the element. */
  pixel(x, y, axis = 0) {
    const { px, py } = this.#scales();
    return { px: px(x), py: py(y, axis) };
  }

  #hold(pixel) {
    const item = this.#overlay.at(pixel);
    if (!item) return null;
    return { move: (to) => item.drag(this.point(to)), end: () => item.drop?.() };
  }

  #following(held) {
    return held && { ...held, move: (pixel) => held.move(this.point(pixel)) };
  }

  #hover(pixel) {
    const item = this.#overlay.at(pixel);
    const cursor = item ? { vertical: "ew-resize", horizontal: "ns-resize" }[item.line] : "";
    if (this.#element.style.cursor !== cursor) this.#element.style.cursor = cursor;
  }

  /** @param {number} down pixels that everything is moved down */
  #scales(down = 0) {
    const plot = this.#plot();
    plot.y += down;
    const { min, max } = this.#x;
    const share = (value, axis) => (value - axis.min) / (axis.max - axis.min);
    return {
      plot,
      px: (x) => plot.x + (plot.width * (x - min)) / (max - min),
      py: (y, axis = 0) => plot.y + plot.height * (1 - share(y, this.#y[axis])),
      colour: (colour) => (colour.startsWith("--") ? this.#cached(colour) : colour),
    };
  }

  #setWidth(sparse) {
    const ratio = this.#chart.getDevicePixelRatio();
    const width = sparse ? sparseWidth(ratio) : denseWidth(ratio);
    if (width === this.#width) return;
    this.#width = width;
    this.setSignals(this.signals);
  }

  #frameOption() {
    return {
      animation: false,
      backgroundColor: this.#cached("--plot"),
      // A description of our own: ECharts would write one from the data, at every frame.
      aria: { enabled: true, label: { description: this.label } },
      grid: { ...this.#margins(), outerBoundsMode: "none" },
      xAxis: this.#axis({}),
      yAxis: this.#y.map((axis, k) => this.#yAxis(axis, k)),
    };
  }

  #yAxis({ label, colour }, k) {
    if (k === 0) return this.#axis({}, colour);
    const show = Boolean(label) && k === 1;
    return this.#axis({ show, position: "right", splitLine: { show: false } }, colour);
  }

  #axis(more, colour = "--dim") {
    const line = { show: true, lineStyle: { color: this.#cached("--grid"), width: 1 } };
    const color = colour.startsWith("--") ? this.#cached(colour) : colour;
    return {
      type: "value",
      splitLine: line,
      axisLine: { ...line, onZero: false },
      axisTick: { show: false },
      axisLabel: { color, fontSize: LABEL_SIZE, fontFamily: FONT, hideOverlap: true },
      ...more,
    };
  }

  #seriesOption(signal, k) {
    return this.#lineOption(`signal-${k}`, signal.name, this.colourOf(signal, k));
  }

  #lineOption(id, name, color, type = "solid") {
    return {
      id,
      name,
      type: "line",
      silent: true,
      symbol: "none",
      lineStyle: { width: this.#width, color, type },
      emphasis: { disabled: true },
      data: NOTHING,
    };
  }

  /** Further traces, behind those of signals; those that were drawn before and are no more are emptied. */
  #extraOptions(extras) {
    const gone = [...this.#extras].filter((id) => !extras.some((extra) => extra.id === id));
    gone.forEach((id) => this.#extras.delete(id));
    const shown = extras.map(({ id, points, colour, dash, axis = 0 }) => {
      const color = colour.startsWith("--") ? this.#cached(colour) : colour;
      this.#extras.add(id);
      return { ...this.#lineOption(`extra-${id}`, "", color, dash ? "dashed" : "solid"), data: points, yAxisIndex: axis, z: 1 };
    });
    return [...shown, ...gone.map((id) => ({ id: `extra-${id}`, data: NOTHING }))];
  }

  /** The axes, only where they changed: they cost more than the traces. */
  #axesOption(x, axes) {
    const key = JSON.stringify([x, axes]);
    if (key === this.#axes) return {};
    this.#axes = key;
    return {
      grid: this.#margins(),
      xAxis: { min: x.min, max: x.max, interval: x.perDivision, axisLabel: { formatter: x.tickLabel ?? this.#timeLabel(x) } },
      yAxis: axes.map((axis, k) => this.#scaledAxis(axis, k)),
    };
  }

  #scaledAxis(axis, k) {
    const look = this.#yAxis(axis, k);
    const { axisLabel, ...scale } = yScale(axis);
    return { ...look, ...scale, axisLabel: { ...look.axisLabel, ...axisLabel } };
  }

  /** Every division has a label, on a phone every second one. */
  #timeLabel({ min, max, perDivision, unit, zero = 0 }) {
    const whole = Math.abs(zero / perDivision - Math.round(zero / perDivision)) < 1e-6;
    const scale = axisScale(min - zero, max - zero, perDivision / (whole ? 1 : 100), unit);
    const label = withUnit(scale, max - zero);
    const every = this.#isPhone ? 2 : 1;
    return (value) => {
      const division = Math.round((max - value) / perDivision);
      return division % every === 0 ? label(value - zero) : "";
    };
  }

  get #isPhone() {
    return this.#element.clientWidth < PHONE_WIDTH;
  }

  #margins() {
    const margins = this.#isPhone ? PHONE_MARGINS : MARGINS;
    return this.#y[1]?.label ? { ...margins, right: margins.left } : margins;
  }

  #plot() {
    const { left, right, top, bottom } = this.#margins();
    const { clientWidth, clientHeight } = this.#element;
    return { x: left, y: top, width: clientWidth - left - right, height: clientHeight - top - bottom };
  }

  /** A colour of the theme; reading it costs a style calculation, so it is kept. */
  #cached(name) {
    this.#colours[name] ??= this.#colour(name);
    return this.#colours[name];
  }

  /** A custom property as rgb(): the browser resolves it, whatever it is written as. */
  #colour(name) {
    this.#element.style.color = `var(${name})`;
    const rgb = channels(getComputedStyle(this.#element).color);
    this.#element.style.color = "";
    return `rgb(${rgb.join(", ")})`;
  }
}

/** Labels of an axis; the one at `end` carries the unit. */
function withUnit(scale, end) {
  return (value) => {
    const last = Math.abs(value - end) < 1e-9 * (1 + Math.abs(end));
    return last ? `${scale.label(value)} ${scale.unit}` : scale.label(value);
  };
}

/** As many decimals as the first division needs: a range that was dragged begins anywhere. */
function yScale(axis) {
  const { min, max } = axis;
  const step = (max - min) / ROWS;
  const grain = [1, 0.1, 0.01].find((part) => Math.abs(min / step / part - Math.round(min / step / part)) < 1e-6) ?? 0.01;
  const scale = axisScale(min, max, step * grain, axis.unit);
  return { min, max, interval: step, axisLabel: { formatter: withUnit(scale, max) } };
}
