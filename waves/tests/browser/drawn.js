/**
 * For the tests: what the chart shows, asked of ECharts itself, so that the page needs no hook.
 *
 * `drawn()` gives the signals as x (seconds from the right end) and y, the moment, the window, the
 * ends of the y axis, the background, and the bands of gaps in pixels; null before all that.
 * `texts()` gives what is written over the traces, `shades()` where nothing is kept.
 * `handles()` gives what can be dragged, `triggered(k, level)` how signal `k` crosses a level where
 * the trigger is drawn to stand. `toasts` are all sentences that were shown for three seconds, and
 * `frameBegan` is the page's time before it drew in this animation frame.
 */
let echarts = null;
globalThis.toasts = [];
globalThis.frameBegan = 0;

const begin = () => {
  globalThis.frameBegan = performance.now();
  requestAnimationFrame(begin);
};
requestAnimationFrame(begin);

addEventListener("DOMContentLoaded", () => {
  const toast = document.getElementById("toast");
  if (!toast) return;
  const note = () => toast.textContent && globalThis.toasts.push(toast.textContent);
  new MutationObserver(note).observe(toast, { childList: true });
  note();
});

addEventListener("DOMContentLoaded", async () => {
  if (!element()) return;
  // The import map has been read by now, so this is the very module that the page uses.
  const [{ src }] = document.querySelectorAll("script[type=module]");
  echarts = await import(`${src.slice(0, src.indexOf("/waves/js/"))}/waves/vendor/echarts/echarts.esm.min.js`);
});

const element = () => document.getElementById("chart");
const every = (data, first) => Array.from({ length: data.length / 2 }, (_, k) => data[2 * k + first]);

globalThis.chart = (id = "chart") => echarts?.getInstanceByDom(document.getElementById(id));

const shapes = (id) => globalThis.chart(id)?.getZr().storage.getDisplayList() ?? [];

/** The traces of a chart whose names begin so, in the order of their numbers. */
globalThis.traces = (begin, id = "chart") =>
  shapes(id)
    .filter(({ name }) => name?.startsWith(begin))
    .sort((a, b) => a.name.localeCompare(b.name, "en", { numeric: true }))
    .map(({ name, shape: { points, dots } }) => {
      return { name, x: every(points, 0), y: every(points, 1), dots: dots.length / 2 };
    });

/** What is written on the canvas, but for the axes. */
globalThis.texts = () =>
  shapes("chart").flatMap(({ type, z, style }) => (type === "tspan" && z >= 6 ? [style.text] : []));

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

/** Where nothing is kept. */
globalThis.shades = () => bands("--dim");

/** Rectangles in the colour of a gap. */
function bands(name = "--warn") {
  const warn = globalThis.colour(name);
  return shapes("chart")
    .filter(({ type, style }) => type === "rect" && style.fill === warn)
    .map(({ shape }) => ({ left: shape.x, width: shape.width }));
}

/** The first signal of a picture at an x, on the line between two points. */
globalThis.valueAt = ({ signals: [{ x, y }] }, at) => {
  const k = x.findIndex((each) => each >= at);
  return k < 1 ? NaN : y[k - 1] + ((at - x[k - 1]) / (x[k] - x[k - 1])) * (y[k] - y[k - 1]);
};

/** Where signal `k` of a picture crosses a level, on the line between two points. */
globalThis.crossings = (picture, level, k = 0) => {
  const { x, y } = picture.signals[k];
  return x.slice(1).flatMap((_, n) => {
    const [before, after] = [y[n], y[n + 1]];
    if (before < level === after < level) return [];
    return { x: x[n] + ((x[n + 1] - x[n]) * (level - before)) / (after - before), rising: after > before };
  });
};

/**
 * Handles in the order of their heights: triangles that point down ("position"), to the left
 * ("level") or to the right ("zero"), and the flags of cursors by their labels; with the pixels
 * to take hold of.
 */
globalThis.handles = () =>
  shapes("chart")
    .flatMap(({ type, shape, style }) => {
      if (type === "tspan") {
        const kind = style.text.match(/^(?:[←↑↓] )?([12AB])(?: →)?$/)?.[1];
        return kind ? { kind, px: style.x, py: style.y } : [];
      }
      if (type !== "polygon" || shape.points.length !== 3) return [];
      const [[left, top], , [px, py]] = shape.points;
      const kind = shape.points[1][1] === top ? "position" : px < left ? "level" : "zero";
      return { kind, px: kind === "position" ? px : left, py: kind === "position" ? top + 4 : py };
    })
    .sort((a, b) => a.py - b.py);

/** Seconds from the right end at which the trigger is drawn, or undefined. */
globalThis.standing = () => {
  const handle = globalThis.handles().find(({ kind }) => kind === "position");
  return handle && globalThis.chart().convertFromPixel({ xAxisIndex: 0 }, handle.px);
};

/** The crossing of a level by signal `k` where the trigger stands, and the seconds since the one
 * before it; null where it does not cross there. */
globalThis.triggered = (k, level) => {
  const picture = globalThis.drawn();
  const found = globalThis.crossings(picture, level, k);
  const at = found.findIndex(({ x }) => Math.abs(x - globalThis.standing()) < picture.window / 2000);
  return at < 0 ? null : { ...found[at], width: at > 0 ? found[at].x - found[at - 1].x : NaN };
};
