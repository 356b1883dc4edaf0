/** The oscilloscope: wires the socket, the record, the time base, the chart and the controls. */

import { Chart } from "./chart.js";
import { Controls } from "./controls.js";
import { Record } from "./record.js";
import { AutoRange, around } from "./range.js";
import { StreamSocket } from "./stream-socket.js";
import { showSignals, showStatus } from "./status.js";
import { Timebase, step125, stepTimePerDivision, DIVISIONS } from "./timebase.js";
import { Tracer } from "./tracer.js";
import { ANSWER, WireError, parse } from "./wire.js";

/** Readings change this often (ms): faster nobody can read. */
const READINGS_EVERY = 250;
/** A view is asked for once a change of size has rested for this long (ms). */
const RESIZE_REST = 250;

const seconds = () => performance.now() / 1000;

class Scope {
  constructor(config) {
    this.config = config;
    this.record = new Record(config.handle);
    this.timebase = new Timebase(config.window);
    this.tracer = new Tracer();
    this.range = new AutoRange();
    this.y = { mode: "auto", range: this.range.range };
    this.hidden = new Set();
    this.signals = [];
    this.drawn = [];
    this.picture = { signature: "", traces: [], gaps: [] };
    this.chart = new Chart(document.getElementById("chart"), `Live chart of ${config.name}`);
    this.controls = new Controls(this.#actions());
    this.#setSignals(config.signals);
    this.socket = this.#makeSocket();
  }

  start() {
    this.socket.open();
    this.#watchSize();
    window.addEventListener("online", () => this.socket.retryNow());
    setInterval(() => this.#showReadings(), READINGS_EVERY);
    const frame = () => {
      requestAnimationFrame(frame);
      this.#frame(seconds());
    };
    requestAnimationFrame(frame);
  }

  #makeSocket() {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    return new StreamSocket({
      url: `${scheme}//${location.host}${this.config.ws}`,
      query: () => this.#query(),
      onData: (buffer, now) => this.#data(buffer, now),
      onMessage: (message) => this.#message(message),
      onState: (state) => this.#state(state),
    });
  }

  /** Rejoining asks for what is lacked; where the view changed meanwhile, for a whole window. */
  #query() {
    const view = this.#view();
    const same = JSON.stringify(view) === this.asked;
    this.asked = JSON.stringify(view);
    return same ? { ...view, ...this.record.position } : view;
  }

  #view() {
    return { window: this.timebase.window, columns: Math.min(16384, this.chart.columns) };
  }

  #askForView() {
    if (this.socket.state.name !== "open") return;
    this.asked = JSON.stringify(this.#view());
    this.socket.send({ type: "view", handle: this.record.handle, ...this.#view() });
  }

  #data(buffer, now) {
    for (const frame of this.#parse(buffer)) {
      const added = this.record.add(frame, now);
      if (added?.restarted) this.#begin();
      if (added && this.record.ring) this.#arrived(frame, now);
    }
  }

  /** The frames of a message; one that cannot be read is told, and everything else goes on. */
  #parse(buffer) {
    try {
      return parse(buffer);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.problem = `A message could not be read, please reload this page. ${error.message}`;
      return [];
    }
  }

  #arrived(frame, now) {
    const { live } = this.timebase;
    if (frame.flags & ANSWER) live.answered(this.record.end, now);
    else live.arrived(this.record.end, now);
  }

  #message(message) {
    if (message.type === "stream") {
      if (this.record.describe(message)) this.#begin();
      this.timebase.live.timed = message.clock === "timed";
      this.#setSignals(message.signals);
    }
    if (message.type === "view") this.record.expect(message);
  }

  /** Another epoch: its seconds and its values have nothing to do with the former ones. */
  #begin() {
    this.timebase.begin();
    this.range.reset();
    this.#dirty();
  }

  #state(state) {
    if (state.name === "open") this.openedAt = seconds();
    if (state.name === "refused") this.refusal = state.reason;
  }

  #setSignals(signals) {
    if (JSON.stringify(signals) === JSON.stringify(this.signals)) return;
    this.signals = signals;
    this.chart.setSignals(signals);
    showSignals(this);
    this.#dirty();
  }

  #dirty() {
    this.picture.signature = "";
  }

  /** Draw, where there is anything new to see. */
  #frame(now) {
    const { ring } = this.record;
    const edge = this.timebase.edge(now);
    if (document.hidden || !ring || edge === null) return;
    const picture = this.tracer.trace(ring, {
      edge,
      window: this.timebase.window,
      columns: this.chart.columns,
      period: this.record.dt,
      envelope: this.record.envelope,
      visible: this.signals.map((signal) => !this.hidden.has(signal.key)),
    }, this.picture.signature);
    if (picture) this.#draw(picture, now);
  }

  #draw(picture, now) {
    this.picture = picture;
    const low = Math.min(...picture.traces.map((trace) => trace.low));
    const high = Math.max(...picture.traces.map((trace) => trace.high));
    if (this.y.mode === "auto") this.y.range = this.range.update(low, high, now);
    this.chart.draw({
      ...picture,
      window: this.timebase.window,
      range: this.y.range,
      unit: this.unit,
    });
    this.drawn.push(now);
    while (this.drawn[0] < now - 1) this.drawn.shift();
  }

  /** The unit of the y axis: that of the visible signals, where they share one. */
  get unit() {
    const visible = this.signals.filter((signal) => !this.hidden.has(signal.key));
    const units = new Set(visible.map((signal) => signal.unit));
    return units.size === 1 ? [...units][0] : "";
  }

  #showReadings() {
    if (!document.hidden) showStatus(this, seconds());
  }

  #actions() {
    return {
      run: () => this.#run(),
      time: (direction) => this.#time(direction),
      auto: (on) => this.#auto(on ?? this.y.mode !== "auto"),
      scale: (direction) => this.#fix((range) =>
        around((range.min + range.max) / 2, step125(range.perDivision, direction))),
      move: (direction) => this.#fix((range) =>
        around((range.min + range.max) / 2 + direction * range.perDivision, range.perDivision)),
      toggle: (k) => this.#toggle(k),
      themed: () => this.#themed(),
    };
  }

  #run() {
    if (this.timebase.running) this.timebase.pause(seconds());
    else this.timebase.resume();
    this.#changed();
  }

  #time(direction) {
    const perDivision = stepTimePerDivision(this.timebase.perDivision, direction);
    if (perDivision === this.timebase.perDivision) return;
    this.timebase.window = perDivision * DIVISIONS;
    this.range.reset();
    this.#askForView();
    this.#changed();
  }

  #auto(on) {
    this.y.mode = on ? "auto" : "fixed";
    this.range.reset();
    this.#changed();
  }

  #fix(change) {
    this.y = { mode: "fixed", range: change(this.y.range) };
    this.#changed();
  }

  #toggle(k) {
    const signal = this.signals[k];
    if (!signal) return;
    if (!this.hidden.delete(signal.key)) this.hidden.add(signal.key);
    this.range.reset();
    showSignals(this);
    this.#changed();
  }

  #themed() {
    this.chart.theme();
    showSignals(this);
    this.#changed();
  }

  #changed() {
    this.#dirty();
    this.#showReadings();
  }

  #watchSize() {
    let rest;
    const observer = new ResizeObserver(() => {
      this.chart.resize();
      this.#dirty();
      clearTimeout(rest);
      rest = setTimeout(() => this.#askForView(), RESIZE_REST);
    });
    observer.observe(document.getElementById("chart"));
  }
}

new Scope(JSON.parse(document.getElementById("waves-config").textContent)).start();
