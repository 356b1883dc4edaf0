/**
 * The oscilloscope: wires the socket, the record, the time base, the chart and the tools.
 *
 * A tool is a class `new Tool(scope)` in `tools/`, listed in `tools.js`, its elements in the page's
 * template. All of its hooks are optional:
 *
 * - bind(controls): once, at the start: buttons, fields and keys;
 * - restore(state), state(): the view as short names and values, for the address and the storage;
 *   `restore` is given texts, before the socket opens;
 * - described(message): the stream's description came; began(): another epoch begins; renamed():
 *   the stream has another name or slug, as `scope.config` says by then;
 * - data(frame, now): a frame went into `scope.record`;
 * - changedSignals(), themed(): other signals, or other colours;
 * - place({now, edge, held}): where the window stands, {edge, zero, …}: its right end in seconds of
 *   the stream, and the x that is labelled 0; `trigger`, which then is at that x; `source`, where
 *   it is not what the page holds. The first answer counts; `held` is the edge of a frozen view
 *   or null;
 * - traces(picture): further traces, as `extras` in `chart/chart.js`; overlay(picture): items, as in
 *   `chart/overlay.js`; drawn(picture, now): after drawing;
 * - wanted(): further fields of the `view` message, such as a trigger;
 * - readings(now): texts, a few times a second;
 * - grab(point), pinch(point): {move, end} or null; zoom(point, steps), scroll(seconds): true where
 *   it was for this tool. The first answer counts.
 *
 * A picture is what `Points.of` gives, and `window`, `zero`, `axes`, `axisOf` and the `source`
 * that it was drawn from. x is in seconds from the right end; `picture.edge + x` is the instant in
 * seconds of the stream. A tool that changed anything calls `scope.changed()`.
 */

import { Chart } from "../chart/chart.js";
import { Points } from "../chart/points.js";
import { Controls } from "../controls/controls.js";
import { follow } from "../controls/renaming.js";
import { readConfig, readDescription } from "../protocol/description.js";
import { ANSWER, parse, WireError } from "../protocol/frames.js";
import { HistoryRequests } from "../protocol/history-requests.js";
import { StreamSocket } from "../protocol/stream-socket.js";
import { Past } from "../samples/past.js";
import { Record } from "../samples/record.js";
import { addressOf, socketAddress } from "../text/address.js";
import { COLUMNS } from "../text/divisions.js";
import { Timebase } from "../time/timebase.js";
import { showStatus } from "./status.js";
import { TOOLS } from "./tools.js";
import { ViewState } from "./view-state.js";

/** Readings change this often (ms): faster nobody can read. */
const READINGS_EVERY = 250;
/** Where people ask for reduced motion, what rolls moves this often (s): fewer than the three times
 * a second from which on WCAG speaks of flashing. */
const ROLL_REDUCED = 0.5;
/** A view is asked for once a change of size has rested for this long (ms). */
const RESIZE_REST = 250;

/** The close of a socket whose stream there is not, and what that means to a page that was served. */
const UNKNOWN = 4404;
const DELETED = "This stream was deleted.";

const seconds = () => performance.now() / 1000;

class Scope {
  constructor(told) {
    const config = readConfig(told);
    this.config = config;
    this.record = new Record(config.handle);
    this.timebase = new Timebase(config.window);
    this.points = new Points();
    this.motion = matchMedia("(prefers-reduced-motion: reduce)");
    this.signals = [];
    this.drawn = [];
    this.picture = { signature: "", traces: [], gaps: [], edge: null, zero: 0 };
    this.chart = new Chart(document.getElementById("chart"), `Live chart of ${config.name}`);
    this.controls = new Controls();
    this.viewState = new ViewState(config.slug);
    this.requests = new HistoryRequests((message) => this.socket.send(message));
    this.past = new Past(
      this.record,
      (request) => this.ask(request),
      () => this.dirty(),
    );
    this.tools = Object.fromEntries(Object.entries(TOOLS).map(([name, Tool]) => [name, new Tool(this)]));
    this.#setSignals(config.signals);
    this.socket = this.#makeSocket();
  }

  start() {
    this.each("bind", this.controls);
    this.#listen();
    this.each("restore", this.viewState.restore());
    this.each("themed");
    this.socket.open();
    this.#watchSize();
    window.addEventListener("online", () => this.socket.retryNow());
    document.addEventListener("visibilitychange", () => this.#seen());
    setInterval(() => this.#showReadings(), READINGS_EVERY);
    const frame = () => {
      requestAnimationFrame(frame);
      this.#frame(seconds());
    };
    requestAnimationFrame(frame);
  }

  /** Call a hook of every tool that has it; what they return, in their order. */
  each(hook, ...args) {
    return Object.values(this.tools).flatMap((tool) => tool[hook]?.(...args) ?? []);
  }

  /** What the first tool that has an answer gives for a hook, or null. */
  first(hook, ...args) {
    for (const tool of Object.values(this.tools)) {
      const answer = tool[hook]?.(...args);
      if (answer) return answer;
    }
    return null;
  }

  /** Something that is seen, or kept in the address, is another: draw, and keep it. */
  changed() {
    this.dirty();
    this.#showReadings();
    this.viewState.keep(() => Object.assign({}, ...this.each("state")));
  }

  /** Draw at the next frame, though no sample came. */
  dirty() {
    this.picture.signature = "";
  }

  /** Which signals are on, by signal. */
  get visible() {
    return this.tools.signals.visible;
  }

  /**
   * Samples `first` to `last` of this epoch from the server's history, or columns of them.
   * @param {{first, last, columns?}} request
   * @returns {Promise<object[] | null>} frames, as `parse` gives them; null without a connection
   */
  ask(request) {
    const { handle, epoch, ring } = this.record;
    if (this.socket.state.name !== "open" || !ring) return Promise.resolve(null);
    return this.requests.ask({ handle, epoch, ...request }, this.signals.length);
  }

  /** Tell the server what the page shows, unless it knows, or has not yet answered the last time. */
  askForView() {
    // A frozen view has its own data; what is held of the live stream stays whole until it is left.
    if (this.socket.state.name !== "open" || this.unanswered || !this.timebase.running) return;
    const view = this.#view();
    const wanted = Object.assign({}, view, ...this.each("wanted"));
    if (JSON.stringify(wanted) === this.asked) return;
    this.told = view;
    this.asked = JSON.stringify(wanted);
    this.unanswered = true;
    this.socket.send({ type: "view", handle: this.record.handle, ...wanted });
  }

  #makeSocket() {
    return new StreamSocket({
      url: () => socketAddress(addressOf(this.config.addresses.socket, this.config.slug)),
      query: () => this.#query(),
      onData: (buffer, now) => this.#data(buffer, now),
      onMessage: (message) => this.#message(message),
      onState: (state) => this.#state(state),
    });
  }

  /**
   * Rejoining asks for what is lacked; where the view changed meanwhile, for a whole window. A
   * frozen page goes on with what it had, so that what is held stays whole.
   */
  #query() {
    const view = this.#view();
    const known = this.told && (!this.timebase.running || JSON.stringify(view) === JSON.stringify(this.told));
    if (!known) this.told = view;
    this.asked = JSON.stringify(this.told);
    this.unanswered = true;
    return known ? { ...this.told, ...this.record.position } : view;
  }

  #view() {
    return { window: this.timebase.window, columns: Math.min(16384, this.chart.columns) };
  }

  #data(buffer, now) {
    for (const frame of this.#parse(buffer)) {
      if (this.requests.take(frame)) continue;
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
    this.each("data", frame, now);
  }

  #message(message) {
    if (message.type === "stream") this.#described(readDescription(message, this.#known));
    if (message.type === "view") this.#viewed(message);
    if (message.type === "history") this.requests.answered(message);
    if (message.type === "notice") this.noticed = message;
  }

  /** What holds where a description says nothing of use: the former one, or what the page was told. */
  get #known() {
    return this.record.description ?? { ...this.config, history: this.config.historySeconds };
  }

  #described(description) {
    if (this.record.describe(description)) this.#begin();
    this.timebase.live.timed = description.clock === "timed";
    follow(this, description);
    this.#setSignals(description.signals);
    this.each("described", description);
  }

  #viewed(message) {
    this.record.expect(message, this.told.window);
    this.unanswered = false;
    this.askForView();
  }

  /** Another epoch: its seconds and its values have nothing to do with the former ones. */
  #begin() {
    this.past.begin(!this.timebase.running);
    this.timebase.begin();
    this.each("began");
    this.dirty();
  }

  #state(state) {
    if (state.name === "open") this.openedAt = seconds();
    else {
      this.requests.lost();
      this.noticed = null;
    }
    if (state.name === "refused") this.refusal = state.code === UNKNOWN ? DELETED : state.reason;
  }

  #setSignals(signals) {
    if (JSON.stringify(signals) === JSON.stringify(this.signals)) return;
    this.signals = signals;
    this.chart.setSignals(signals);
    this.each("changedSignals");
    this.each("themed");
    this.dirty();
  }

  /** Draw, where there is anything new to see. */
  #frame(now) {
    const { record, timebase, visible } = this;
    const { held, window } = timebase;
    const live = timebase.edge(now);
    if (document.hidden || live === null || !(record.ring || this.past.isFormer)) return;
    const place = this.first("place", { now, edge: live, held }) ?? { edge: live, zero: 0 };
    if (held === null && !place.trigger && this.#rests(now)) return;
    const view = { ...place, window, columns: this.chart.columns };
    const source = place.source ?? (held === null ? record.source : this.past.source(view));
    const picture = this.points.of(source.ring, { ...source, ...view, visible }, this.picture.signature);
    if (picture) this.#draw({ ...place, ...picture, window, source }, now);
  }

  /** Whether what rolls stays as it is: nobody changed anything, and it moved a moment ago. */
  #rests(now) {
    return this.motion.matches && this.picture.signature !== "" && now - this.drawn.at(-1) < ROLL_REDUCED;
  }

  #draw(picture, now) {
    const { window } = picture;
    this.picture = Object.assign(picture, this.tools.vertical.axes(picture, now));
    this.chart.draw({
      ...picture,
      x: { min: -window, max: 0, perDivision: window / COLUMNS, unit: "s", zero: picture.zero },
      extras: this.each("traces", picture),
      overlay: [...gapBands(picture), ...this.each("overlay", picture)],
    });
    this.drawn.push(now);
    while (this.drawn[0] < now - 1) this.drawn.shift();
    this.each("drawn", picture, now);
  }

  #listen() {
    const passOn =
      (hook) =>
      (...args) =>
        this.first(hook, ...args);
    this.chart.listen({ grab: passOn("grab"), zoom: passOn("zoom"), scroll: passOn("scroll"), pinch: passOn("pinch") });
  }

  /** The tab is seen again: its timers may have stood still, a wait may be long over. */
  #seen() {
    if (document.hidden) return;
    this.socket.retryNow();
    this.#showReadings();
  }

  #showReadings() {
    if (document.hidden) return;
    this.socket.look();
    const now = seconds();
    showStatus(this, now);
    this.each("readings", now);
  }

  #watchSize() {
    let rest;
    const observer = new ResizeObserver(() => {
      this.chart.resize();
      this.dirty();
      clearTimeout(rest);
      rest = setTimeout(() => this.askForView(), RESIZE_REST);
    });
    observer.observe(document.getElementById("chart"));
  }
}

/** Where nothing came. */
function gapBands({ gaps }) {
  return gaps.map((band, k) => ({ id: `gap-${k}`, band, colour: "--warn" }));
}

new Scope(JSON.parse(document.getElementById("waves-config").textContent)).start();
