/** The chart: the only module that knows ECharts. One `setOption` per call of `draw`. */

import * as echarts from "../../vendor/echarts/echarts.esm.min.js";
import { channels, legible } from "./colour.js";
import { axisScale } from "./format.js";
import { DIVISIONS as ROWS } from "./range.js";
import { DIVISIONS as COLUMNS } from "./timebase.js";

/** CSS pixels around the plot; a phone has less room for labels. */
const MARGINS = { left: 64, right: 20, top: 16, bottom: 32 };
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
const FONT = 'ui-sans-serif, system-ui, "Segoe UI", Roboto, sans-serif';

export class Chart {
  #chart;
  #element;
  #axes = "";
  #ids = [];
  #gaps = [];
  #width = 1;

  /** @param {HTMLElement} element an empty element with a size */
  constructor(element, label) {
    this.#element = element;
    this.label = label;
    this.#chart = echarts.init(element, null, { renderer: "canvas" });
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
    const read = (name) => this.#colour(name);
    this.colours = { grid: read("--grid"), dim: read("--dim"), plot: read("--plot"), gap: read("--warn") };
    this.#axes = "";
    this.#chart.setOption(this.#frameOption());
    this.setSignals(this.signals);
  }

  /** @param {{key: string, name: string, colour: string}[]} signals */
  setSignals(signals) {
    this.signals = signals;
    const gone = this.#ids.slice(signals.length).map((id) => ({ id, data: new Float32Array(0), name: "" }));
    const series = signals.map((signal, k) => this.#seriesOption(signal, k));
    if (series.length > this.#ids.length) this.#ids = series.map(({ id }) => id);
    if (series.length > 0) this.#chart.setOption({ series: [...series, ...gone] }, { silent: true });
  }

  /** The colour of signal `k` on this background. */
  colourOf(signal, k) {
    if (!signal.colour) return this.#colour(`--signal-${(k % PALETTE) + 1}`);
    return legible(signal.colour, this.colours.plot);
  }

  /**
   * @param {{points: Float32Array}[]} traces x in seconds from the right end, by signal
   * @param {number} window seconds
   * @param {boolean} sparse fewer samples than pixels
   * @param {{min, max, perDivision}} range of y
   * @param {{from, to}[]} gaps in x
   */
  draw({ traces, sparse, window: seconds, range, unit, gaps }) {
    this.#setWidth(sparse);
    const series = traces.map((trace, k) => ({ id: this.#ids[k], data: trace.points }));
    this.#chart.setOption({ series, ...this.#axesOption(seconds, range, unit) }, { silent: true });
    this.#drawGaps(gaps, seconds);
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
      backgroundColor: this.colours.plot,
      // A description of our own: ECharts would write one from the data, at every frame.
      aria: { enabled: true, label: { description: this.label } },
      grid: { ...this.#margins(), outerBoundsMode: "none" },
      xAxis: this.#axis({ max: 0 }),
      yAxis: this.#axis({}),
    };
  }

  #axis(more) {
    const line = { show: true, lineStyle: { color: this.colours.grid, width: 1 } };
    return {
      type: "value",
      splitLine: line,
      axisLine: { ...line, onZero: false },
      axisTick: { show: false },
      axisLabel: { color: this.colours.dim, fontSize: LABEL_SIZE, fontFamily: FONT, hideOverlap: true },
      ...more,
    };
  }

  #seriesOption(signal, k) {
    return {
      id: `signal-${k}`,
      name: signal.name,
      type: "line",
      silent: true,
      symbol: "none",
      lineStyle: { width: this.#width, color: this.colourOf(signal, k) },
      emphasis: { disabled: true },
      data: new Float32Array(0),
    };
  }

  /** The axes, only where they changed: they cost more than the traces. */
  #axesOption(seconds, range, unit) {
    const key = [seconds, range.min, range.max, unit].join();
    if (key === this.#axes) return {};
    this.#axes = key;
    const x = axisScale(-seconds, 0, seconds / COLUMNS, "s");
    const y = axisScale(range.min, range.max, range.perDivision, unit);
    return {
      xAxis: { min: -seconds, interval: seconds / COLUMNS, axisLabel: { formatter: this.#timeLabel(x, seconds) } },
      yAxis: {
        min: range.min,
        max: range.max,
        interval: (range.max - range.min) / ROWS,
        axisLabel: { formatter: withUnit(y, range.max) },
      },
    };
  }

  /** Every division has a label, on a phone every second one. */
  #timeLabel(scale, seconds) {
    const label = withUnit(scale, 0);
    const every = this.#isPhone ? 2 : 1;
    return (value) => {
      const division = Math.round((value / seconds) * COLUMNS);
      return division % every === 0 ? label(value) : "";
    };
  }

  /** Bands where nothing came; at least a pixel wide, so that one lost sample is seen. */
  #drawGaps(gaps, seconds) {
    if (gaps.length === 0 && this.#gaps.length === 0) return;
    const zr = this.#chart.getZr();
    this.#gaps.forEach((band) => zr.remove(band));
    const plot = this.#plot();
    const pixel = (x) => plot.x + plot.width * Math.min(1, Math.max(0, 1 + x / seconds));
    this.#gaps = gaps.map(({ from, to }) => this.#band(pixel(from), pixel(to), plot));
    this.#gaps.forEach((band) => zr.add(band));
  }

  #band(left, right, plot) {
    const width = Math.max(1, right - left);
    return new echarts.graphic.Rect({
      shape: { x: left, y: plot.y, width, height: plot.height },
      // A hair's breadth must be seen, half a screen must not shout.
      style: { fill: this.colours.gap, opacity: width < 8 ? 0.4 : 0.1 },
      silent: true,
      z: 1,
    });
  }

  get #isPhone() {
    return this.#element.clientWidth < PHONE_WIDTH;
  }

  #margins() {
    return this.#isPhone ? PHONE_MARGINS : MARGINS;
  }

  #plot() {
    const { left, right, top, bottom } = this.#margins();
    const { clientWidth, clientHeight } = this.#element;
    return { x: left, y: top, width: clientWidth - left - right, height: clientHeight - top - bottom };
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
