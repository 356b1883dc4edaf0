/** Draws traces into a canvas, in the colours of the admin's theme. */

import { legible } from "../js/chart/colour.js";
import { fit } from "../js/chart/range.js";
import { axisScale } from "../js/text/quantities.js";

const PALETTE = ["#f2b705", "#2f9be6", "#e0569b", "#35b46a", "#9a6fe0", "#e07a3a"];
const MARGIN = { left: 64, right: 12, top: 10, bottom: 24 };
const COLUMNS = 10;

/**
 * @param {HTMLCanvasElement} canvas
 * @param {{name: string, colour: string, unit: string, t0: number, dt: number,
 *          values: (number|null)[]}[]} signals
 * @param {number} span seconds from the left edge to the right
 */
export function draw(canvas, signals, span = spanOf(signals)) {
  const context = prepared(canvas);
  const theme = themeOf(canvas);
  const frame = frameOf(canvas, signals, span);
  context.font = `12px ${theme.font}`;
  drawGrid(context, frame, theme);
  signals.forEach((signal, index) => {
    context.strokeStyle = colourOf(signal, index, theme);
    drawTrace(context, frame, signal);
  });
  drawLegend(context, frame, signals, theme);
}

/** Lowest and highest value of all signals; nothing counts as 0. */
export function extent(signals) {
  let [low, high] = [Infinity, -Infinity];
  for (const { values } of signals) {
    for (const value of values) {
      if (value === null) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return low <= high ? [low, high] : [0, 0];
}

/** Seconds that the signals cover. */
export function spanOf(signals) {
  return Math.max(...signals.map(({ t0, dt, values }) => t0 + dt * values.length), 0) || 1;
}

/** The canvas with as many pixels as the screen has, cleared, in CSS pixels. */
function prepared(canvas) {
  const ratio = window.devicePixelRatio || 1;
  const width = Math.round(canvas.clientWidth * ratio);
  const height = Math.round(canvas.clientHeight * ratio);
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, canvas.clientWidth, canvas.clientHeight);
  return context;
}

function themeOf(element) {
  const style = getComputedStyle(element);
  const value = (name) => style.getPropertyValue(name).trim();
  return {
    font: style.fontFamily,
    text: value("--body-quiet-color") || "#666",
    line: value("--hairline-color") || "#ddd",
    background: rgbOf(element, value("--body-bg") || "#fff"),
  };
}

/** A colour of CSS as "rgb(r, g, b)", whatever way it was written. */
function rgbOf(element, colour) {
  const before = element.style.color;
  element.style.color = colour;
  const rgb = getComputedStyle(element).color;
  element.style.color = before;
  return rgb;
}

function colourOf(signal, index, theme) {
  return legible(signal.colour || PALETTE[index % PALETTE.length], theme.background);
}

/** Where values and times are in the canvas. */
function frameOf(canvas, signals, span) {
  const range = fit(...extent(signals));
  const right = canvas.clientWidth - MARGIN.right;
  const bottom = canvas.clientHeight - MARGIN.bottom;
  return {
    ...{ range, span, right, bottom },
    x: (t) => MARGIN.left + (t / span) * (right - MARGIN.left),
    y: (v) => bottom - ((v - range.min) / (range.max - range.min)) * (bottom - MARGIN.top),
    unit: new Set(signals.map(({ unit }) => unit)).size === 1 ? signals[0].unit : "",
  };
}

function drawGrid(context, frame, theme) {
  const { min, max, perDivision } = frame.range;
  const values = axisScale(min, max, 2 * perDivision, frame.unit);
  context.strokeStyle = theme.line;
  context.fillStyle = theme.text;
  context.lineWidth = 1;
  context.textBaseline = "middle";
  context.textAlign = "right";
  for (let k = 0; k <= 8; k += 2) {
    const value = min + k * perDivision;
    const y = Math.round(frame.y(value)) + 0.5;
    line(context, MARGIN.left, y, frame.right, y);
    context.fillText(withUnit(values.label(value), k === 8 ? values.unit : ""), MARGIN.left - 8, y);
  }
  drawTimes(context, frame);
}

function drawTimes(context, frame) {
  const { span } = frame;
  const times = axisScale(0, span, span / COLUMNS, "s");
  for (let k = 0; k <= COLUMNS; k += 1) {
    const x = Math.round(frame.x((span * k) / COLUMNS)) + 0.5;
    line(context, x, MARGIN.top, x, frame.bottom);
    context.textAlign = k === COLUMNS ? "right" : "center";
    if (k % 2) continue;
    const label = withUnit(times.label((span * k) / COLUMNS), k === COLUMNS ? times.unit : "");
    context.fillText(label, x, frame.bottom + 14);
  }
}

function drawTrace(context, frame, { t0, dt, values }) {
  context.lineWidth = 1.25;
  context.lineJoin = "round";
  context.beginPath();
  let pen = false;
  values.forEach((value, k) => {
    if (value === null) {
      pen = false;
      return;
    }
    const [x, y] = [frame.x(t0 + k * dt), frame.y(value)];
    if (pen) context.lineTo(x, y);
    else context.moveTo(x, y);
    pen = true;
  });
  context.stroke();
}

function drawLegend(context, frame, signals, theme) {
  context.textAlign = "right";
  let x = frame.right - 6;
  for (const [index, signal] of [...signals.entries()].reverse()) {
    context.fillStyle = colourOf(signal, index, theme);
    context.fillText(signal.name, x, MARGIN.top + 12);
    x -= context.measureText(signal.name).width + 14;
  }
}

function line(context, x0, y0, x1, y1) {
  context.beginPath();
  context.moveTo(x0, y0);
  context.lineTo(x1, y1);
  context.stroke();
}

function withUnit(label, unit) {
  return unit ? `${label} ${unit}` : label;
}
