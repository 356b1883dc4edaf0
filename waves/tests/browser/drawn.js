/**
 * For the tests: what the chart shows, asked of ECharts itself, so that the page needs no hook.
 *
 * `drawn()` gives the signals as x (seconds from the right end) and y, the moment, the window, the
 * ends of the y axis, the background, and the bands of gaps in pixels; null before all that.
 */
let echarts = null;

addEventListener("DOMContentLoaded", async () => {
  // The import map has been read by now, so this is the very module that the page uses.
  if (element()) echarts = await import("/static/vendor/echarts/echarts.esm.min.js");
});

const element = () => document.getElementById("chart");
const every = (data, first) => Array.from({ length: data.length / 2 }, (_, k) => data[2 * k + first]);

globalThis.chart = (id = "chart") => echarts?.getInstanceByDom(document.getElementById(id));

const shapes = (id) => globalThis.chart(id)?.getZr().storage.getDisplayList() ?? [];

/** The traces of a chart whose names begin so, in the order of their numbers. */
globalThis.traces = (begin, id = "chart") => shapes(id)
  .filter(({ name }) => name?.startsWith(begin))
  .sort((a, b) => a.name.localeCompare(b.name, "en", { numeric: true }))
  .map(({ name, shape: { points } }) => ({ name, x: every(points, 0), y: every(points, 1) }));

/** The spectrum: bins of each signal as x and y, and the ends of the frequency axis. */
globalThis.spectrum = () => {
  const signals = globalThis.traces("signal-", "spectrum");
  if (!signals.length) return null;
  const [{ min, max }] = globalThis.chart("spectrum").getOption().xAxis;
  return { signals, min, max, held: globalThis.traces("extra-held", "spectrum").length };
};

globalThis.drawn = () => {
  const signals = globalThis.traces("signal-");
  if (!signals.length) return null;
  const { xAxis, yAxis, backgroundColor } = globalThis.chart().getOption();
  return {
    signals,
    at: Date.now() / 1000,
    window: -xAxis[0].min,
    low: yAxis[0].min,
    high: yAxis[0].max,
    background: backgroundColor,
    gaps: bands(),
  };
};

/** A custom property of the page's style as rgb(). */
globalThis.colour = (name) => {
  const probe = document.createElement("i");
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
};

/** Rectangles in the colour of a gap. */
function bands() {
  const warn = globalThis.colour("--warn");
  return shapes("chart")
    .filter(({ type, style }) => type === "rect" && style.fill === warn)
    .map(({ shape }) => ({ left: shape.x, width: shape.width }));
}

/** The first signal of a picture at an x, on the line between two points. */
globalThis.valueAt = ({ signals: [{ x, y }] }, at) => {
  const k = x.findIndex((each) => each >= at);
  return k < 1 ? NaN : y[k - 1] + ((at - x[k - 1]) / (x[k] - x[k - 1])) * (y[k] - y[k - 1]);
};
