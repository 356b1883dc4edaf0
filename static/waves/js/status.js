/** What the scope says of itself in words and numbers: pill, readings, status line. */

import { NONE, count, duration, quantity, setting } from "./format.js";

/** Signals with their colours, on or off. */
export function showSignals({ signals, hidden, chart, controls }) {
  controls.signals(signals.map((signal, k) => ({
    ...signal,
    colour: chart.colourOf(signal, k),
    visible: !hidden.has(signal.key),
  })));
}

/** Everything that changes with time, a few times a second. */
export function showStatus(scope, now) {
  const { controls, timebase, y } = scope;
  controls.pill(pill(scope, now));
  controls.notice(notice(scope));
  controls.running(timebase.running);
  controls.yMode(y.mode);
  controls.text("time", setting(timebase.perDivision, "s"));
  controls.text("y", setting(y.range.perDivision, scope.unit));
  showReadings(scope);
  showFacts(scope);
  showLine(scope, now);
}

/** The one state that matters most: first the connection, then the stream, then the view. */
export function pill({ socket, record, timebase, refusal }, now) {
  const { state } = socket;
  if (state.name === "refused") return { name: "refused", text: "Refused", title: refusal };
  if (state.name === "waiting") {
    const left = Math.max(0, Math.ceil(state.until - now));
    return { name: "waiting", text: `Reconnecting in ${left} s`, title: state.reason };
  }
  const stream = record.description?.state;
  if (state.name !== "open" || !stream) return { name: "connecting", text: "Connecting" };
  const title = record.description.message ?? "";
  if (stream !== "live") return { name: stream, text: stream[0].toUpperCase() + stream.slice(1), title };
  return timebase.running ? { name: "live", text: "Live" } : { name: "paused", text: "Paused" };
}

function notice({ socket, record, refusal, problem }) {
  if (problem) return problem;
  if (socket.state.name === "refused") return refusal || "The server refused this page.";
  const { state, message } = record.description ?? {};
  if (state === "failed") return message || "The source failed.";
  if (state === "stopped" && !record.ring) return message || "This stream is stopped.";
  return null;
}

function showReadings({ picture, signals, controls }) {
  signals.forEach((signal, k) => {
    const { points, low, high } = picture.traces[k] ?? { points: [] };
    const texts = [points[points.length - 1], low, high].map((value) => quantity(value, signal.unit, 3));
    controls.readings(k, texts);
  });
}

function showFacts({ record, timebase, config, controls, signals }) {
  const { description, ring } = record;
  const rate = setting(description?.rate ?? config.rate, "S/s");
  const many = signals.length === 1 ? "1 signal" : `${signals.length} signals`;
  controls.text("summary", `${rate} · ${many} · ${config.source}`);
  controls.text("fact-rate", rate);
  controls.text("fact-window", setting(timebase.window, "s"));
  controls.text("fact-history", duration(description?.history ?? config.historySeconds));
  controls.text("fact-epoch", String(record.epoch ?? NONE));
  controls.text("fact-mode", ring && record.envelope ? `min and max of ${count(ring.stride)}` : "samples");
  if (description) controls.control(description.state !== "stopped");
}

function showLine({ socket, record, timebase, controls, drawn, openedAt, picture }, now) {
  const open = socket.state.name === "open";
  controls.text("connection", open ? "Connected" : "Not connected");
  controls.text("connected", open ? duration(now - openedAt) : "");
  controls.text("rate", quantity(record.rate(now), "S/s"));
  const wall = record.wallTime(picture.edge);
  const live = open && timebase.running && record.description?.state === "live";
  controls.text("latency", live ? latency(socket.clock.time(now) - wall) : NONE);
  controls.text("lost", count(record.lost));
  controls.text("drawn", `${drawn.filter((at) => at > now - 1).length} fps`);
  controls.text("clock", clockTime(wall));
}

/** Whole milliseconds; two clocks that differ a little may make it a hair below zero. */
function latency(seconds) {
  return setting(Number(Math.max(0, seconds).toFixed(3)), "s");
}

const CLOCK = new Intl.DateTimeFormat("en-GB", {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  fractionalSecondDigits: 3,
  timeZoneName: "short",
});

/** Wall time as 14:03:27.482, in the browser's time zone. */
function clockTime(unixSeconds) {
  return Number.isFinite(unixSeconds) ? CLOCK.format(unixSeconds * 1000) : NONE;
}
