/** The oscilloscope: makes its parts and its tools, and draws. What a tool is: `tools/parts.js`. */

import { Axes } from "../chart/axes.js";
import { Chart, complete } from "../chart/chart.js";
import { NO_LANES } from "../chart/lane-layout.js";
import { Lanes } from "../chart/lanes.js";
import { Points } from "../chart/points.js";
import { Controls } from "../controls/controls.js";
import { byId } from "../controls/elements.js";
import { follow } from "../controls/renaming.js";
import { Plotted, Selection } from "../controls/selection.js";
import { Views } from "../controls/views.js";
import { areOthers, readConfig } from "../protocol/description.js";
import { ANSWER } from "../protocol/frames.js";
import { FullRate } from "../samples/full-rate.js";
import { onItsGrid } from "../samples/joined-past.js";
import { lineOf, longestOf } from "../samples/line.js";
import { Newest } from "../samples/newest.js";
import { Past } from "../samples/past.js";
import { Record } from "../samples/record.js";
import { WholePast } from "../samples/whole-past.js";
import { COLUMNS, rolls } from "../text/divisions.js";
import { ClockTicks } from "../time/clock-ticks.js";
import { ClockZone } from "../time/clock-zone.js";
import { goesOn } from "../time/timebase.js";
import { Timeline } from "../time/timeline.js";
import { firstTools } from "./first-tools.js";
import { Link } from "./link.js";
import { LinkState } from "./link-state.js";
import { modeOf } from "./mode.js";
import { showStatus } from "./status.js";
import { ViewState } from "./view-state.js";

/**
 * @import { Item } from "../chart/overlay.js"
 * @import { Description, Said, Signal } from "../protocol/description.js"
 * @import { Frame } from "../protocol/frames.js"
 * @import { Source } from "../samples/window-samples.js"
 * @import { FirstParts, Picture, Restored, Screen, Tool } from "../tools/parts.js"
 */

/** Readings change this often (ms): faster nobody can read. */
const READINGS_EVERY = 250;
/** Where people ask for reduced motion, what rolls moves this often (s): fewer than the three times
 * a second from which on WCAG speaks of flashing. */
const ROLL_REDUCED = 0.5;
/** A view is asked for once a change of size has rested for this long (ms). */
const RESIZE_REST = 250;

const seconds = () => performance.now() / 1000;

class Scope {
  #motion = matchMedia("(prefers-reduced-motion: reduce)");
  #points = new Points();
  #ticks = new ClockTicks();
  /** Those of a paused view, from when all of the page came. @type {typeof import("../time/held-ticks.js").HELD | null} */
  #heldTicks = null;
  /** Signature of what is drawn; empty where it must be drawn anew. */
  #known = "";
  /** When pictures were drawn in the last second. @type {number[]} */
  #drawn = [];
  /** @type {Screen} */
  #screen = {
    picture: null,
    changed: () => this.#changed(),
    redraw: () => this.#redraw(),
    themed: () => this.#themed(),
    keep: () => this.#viewState.flush(),
    marks: () => this.#all((tool) => tool.marks?.()),
  };
  #mode;
  #parts;
  #link;
  #viewState;
  /** What a page on a wall does by itself. @type {import("./renewal.js").Renewal | null} */
  #wall = null;
  /** @type {Tool[]} */
  #tools = [];
  /** Whether all tools are there, and so all that is kept of the view. */
  #isWhole = false;

  /** @param {Said} told what the page was told of its stream */
  constructor(told) {
    const config = readConfig(told);
    this.#mode = modeOf(told);
    this.#viewState = this.#mode.hasControls ? new ViewState(config.slug) : new LinkState(this.#mode);
    this.#parts = this.#makeParts(config);
    this.#link = this.#makeLink();
    this.#setSignals(config.signals);
  }

  /** Draw as soon as there are the tools for it; a view that is not the usual one waits for all of them. */
  async start() {
    const state = this.#viewState.restore();
    const first = firstTools(this.#parts);
    const coming = this.#laterTools(first);
    if (Object.keys(state).length === 0 && this.#isPlain) {
      this.#take(first, first, state);
      this.#run();
      const all = await coming;
      this.#take(
        all.filter((tool) => !first.includes(tool)),
        all,
        state,
      );
    } else {
      const all = await coming;
      this.#take(all, all, state);
      this.#run();
    }
    if (this.#mode.hasControls) this.#listen();
    this.#isWhole = true;
    // What was changed meanwhile.
    this.#viewState.flush();
  }

  /** Whether the picture needs neither trigger nor lanes, as long as nobody asks for them. */
  get #isPlain() {
    const { config, lanes } = this.#parts;
    return this.#mode.hasControls && rolls(config.window) && !lanes.areSeen;
  }

  /** All tools, in the order of their hooks. @param {Tool[]} first @returns {Promise<Tool[]>} */
  async #laterTools(first) {
    try {
      const { allTools, chartExtras, heldTicks } = await this.#laterModules();
      complete(chartExtras);
      this.#heldTicks = heldTicks;
      return allTools(this.#parts, first);
    } catch (error) {
      this.#parts.controls.toast("Not all of the page came. Reload it.");
      throw error;
    }
  }

  async #laterModules() {
    if (this.#mode.hasControls) return import("./later-tools.js");
    const modules = await import("./bare-tools.js");
    if (this.#mode.isWall) this.#wall = modules.onWall(this.#parts.config);
    return modules;
  }

  /**
   * Take tools; of what was before they are told.
   * @param {Tool[]} tools
   * @param {Tool[]} all in the order of their hooks
   * @param {Restored} state
   */
  #take(tools, all, state) {
    const { controls, record, views } = this.#parts;
    for (const view of tools.flatMap((tool) => tool.views ?? [])) views.declare(view);
    this.#tools = all;
    for (const tool of tools) tool.changedSignals?.();
    for (const tool of tools) tool.bind?.(controls);
    for (const tool of tools) tool.restore?.(state);
    for (const tool of tools) tool.themed?.();
    const { description } = record;
    if (description) for (const tool of tools) tool.described?.(description);
    this.#redraw();
  }

  #run() {
    const { socket } = this.#link;
    socket.open();
    this.#watchSize();
    window.addEventListener("online", () => socket.retryNow());
    document.addEventListener("visibilitychange", () => this.#seen());
    setInterval(() => this.#showReadings(), READINGS_EVERY);
    const frame = () => {
      requestAnimationFrame(frame);
      this.#frame(seconds());
    };
    requestAnimationFrame(frame);
  }

  /** @param {FirstParts["config"]} config @returns {FirstParts} */
  #makeParts(config) {
    const changed = () => this.#changed();
    const redraw = () => this.#redraw();
    const record = new Record(config.handle);
    const past = new Past(record, (request) => this.#link.ask(request), redraw);
    past.whole = new WholePast(record, {
      samples: (asking, signal) => this.#link.recorded.frames(this.#link.address("samples"), asking, signal),
      epochs: (asking, signal) => this.#link.recorded.json(this.#link.address("epochs"), asking, signal),
      came: redraw,
    });
    const chart = new Chart(byId("chart"), `Live chart of ${config.name}`);
    const selection = new Selection({ toggled: () => this.#toggled(), chosen: changed });
    const axes = new Axes(new Plotted(selection), chart, changed);
    const timeline = new Timeline(config.window, past, {
      moved: () => this.#asked(),
      resized: () => {
        axes.refit();
        this.#asked();
      },
      resumed: () => this.#each((tool) => tool.resumed?.()),
    });
    const fullRate = new FullRate(record, past, {
      seen: () => this.#seenSamples(),
      ask: (request) => this.#link.ask(request),
      came: redraw,
    });
    const views = new Views(() => this.#arranged());
    return {
      lanes: new Lanes(selection, changed),
      ...{ config, record, past, chart, selection, axes, timeline, fullRate, views },
      controls: new Controls({ hasKeys: this.#mode.hasControls }),
      newest: new Newest((request) => this.#link.ask(request)),
      zone: new ClockZone(),
      screen: this.#screen,
      server: {
        isAnswered: () => !this.#link.unanswered,
        askForView: () => this.#link.askForView(),
        crossing: (query, signal) => this.#link.recorded.lines(this.#link.address("crossing"), query, signal),
      },
    };
  }

  #makeLink() {
    const { chart, config, record, timeline } = this.#parts;
    return new Link({
      ...{ config, record },
      view: () => ({ window: timeline.window, columns: chart.columns, running: timeline.running }),
      wanted: () => Object.assign({}, ...this.#tools.map((tool) => tool.wanted?.())),
      came: (frame, now) => this.#came(frame, now),
      described: (description) => this.#described(description),
      greeted: (hello) => this.#wall?.told(hello.version),
      refused: () => this.#wall?.refused(),
    });
  }

  /** Call a hook of every tool that has it. @param {(tool: Tool) => void} visit */
  #each(visit) {
    this.#tools.forEach(visit);
  }

  /**
   * What all tools give for a hook, in their order.
   * @template T
   * @param {(tool: Tool) => T[] | undefined} ask
   * @returns {T[]}
   */
  #all(ask) {
    return this.#tools.flatMap((tool) => ask(tool) ?? []);
  }

  /**
   * What the first tool that has an answer gives for a hook, or null.
   * @template T
   * @param {(tool: Tool) => T | null | undefined} ask
   * @returns {T | null}
   */
  #first(ask) {
    for (const tool of this.#tools) {
      const answer = ask(tool);
      if (answer) return answer;
    }
    return null;
  }

  /** Something that is seen, or kept in the address, is another: draw, and keep it. */
  #changed() {
    this.#redraw();
    this.#showReadings();
    this.#viewState.keep(() =>
      this.#isWhole ? Object.assign({}, ...this.#tools.map((tool) => tool.state?.())) : null,
    );
  }

  /** Draw at the next frame, though no sample came. */
  #redraw() {
    this.#known = "";
  }

  /** Another view of the stream is wanted. */
  #asked() {
    this.#link.askForView();
    this.#changed();
  }

  #toggled() {
    this.#each((tool) => tool.toggled?.());
    this.#changed();
  }

  #arranged() {
    this.#each((tool) => tool.arranged?.());
    this.#changed();
  }

  #themed() {
    this.#parts.chart.theme();
    this.#each((tool) => tool.themed?.());
  }

  /** What is on the screen, for whoever needs its samples. */
  #seenSamples() {
    const { selection, timeline } = this.#parts;
    const { picture } = this.#screen;
    return {
      source: picture?.source ?? null,
      edge: picture?.edge ?? null,
      window: picture?.window ?? timeline.window,
      running: timeline.running,
      signals: selection.signals.length,
    };
  }

  /** @param {Frame} frame @param {number} now */
  #came(frame, now) {
    const { newest, record, timeline } = this.#parts;
    const added = record.add(frame, now);
    if (added?.restarted) this.#begin();
    if (added) newest.take(frame, now);
    if (!added || !record.ring) return;
    if (frame.flags & ANSWER) timeline.live.answered(record.end, now);
    else timeline.live.arrived(record.end, now);
    this.#each((tool) => tool.data?.(frame, now));
  }

  /** @param {Description} description */
  #described(description) {
    const { chart, config, record, timeline } = this.#parts;
    if (record.describe(description)) this.#begin();
    timeline.live.timed = description.clock === "timed" || (description.state === "live" && goesOn(description));
    const renamed = () => this.#each((tool) => tool.renamed?.());
    follow({ config, chart, viewState: this.#viewState, renamed }, description);
    this.#setSignals(description.signals);
    this.#each((tool) => tool.described?.(description));
  }

  /** Another epoch: its seconds and its values have nothing to do with the former ones. */
  #begin() {
    const { fullRate, newest, past, timeline } = this.#parts;
    newest.begin();
    past.begin(!timeline.running);
    timeline.begin();
    fullRate.begin();
    this.#each((tool) => tool.began?.());
    this.#redraw();
  }

  /** @param {Signal[]} signals */
  #setSignals(signals) {
    const { chart, selection } = this.#parts;
    if (JSON.stringify(signals) === JSON.stringify(selection.signals)) return;
    // More names of states change what is said, and nothing else.
    const isAnew = areOthers(signals, selection.signals);
    selection.signals = signals;
    chart.setSignals(signals);
    if (isAnew) {
      this.#each((tool) => tool.changedSignals?.());
      this.#each((tool) => tool.themed?.());
    }
    this.#redraw();
  }

  /** Draw, where there is anything new to see. @param {number} now */
  #frame(now) {
    const { axes, chart, lanes, past, selection, timeline } = this.#parts;
    this.#follow(now);
    const { held, window } = timeline;
    const live = timeline.edge(now) ?? this.#restingEdge();
    if (document.hidden || live === null || !past.isThere) return;
    const place = this.#first((tool) => tool.place?.({ now, edge: live, held })) ?? { edge: live, zero: 0 };
    if (held === null && !place.trigger && this.#rests(now)) return;
    const view = this.#steady({ ...place, window, columns: chart.columns, ratio: devicePixelRatio }, held);
    const source = place.source ?? (held === null ? this.#liveSource(view) : past.source(view));
    if (!source) return;
    const drawn = { ...source, ...view, ...this.#lines(source, live), visible: selection.visible };
    const points = this.#pointsOf(source, drawn);
    if (!points) return;
    const plotted = lanes.areSeen ? lanes.plotted(points.traces) : points.traces;
    this.#draw({ ...place, ...points, plotted, window, source, ...axes.of(plotted, now) }, now);
  }

  /** A view that is frozen in a former epoch goes on in the recording, and with it what stands at its samples. @param {number} now */
  #follow(now) {
    const { past, timeline } = this.#parts;
    const { held } = timeline;
    const moved = held === null ? null : past.rebased(held, now);
    if (held === null || moved === null) return;
    timeline.hold(moved);
    this.#each((tool) => tool.shifted?.(moved - held));
    this.#changed();
  }

  /**
   * What is recorded of one epoch is drawn by the numbers of its samples, as what is live is.
   * @param {Source} source
   * @param {import("../chart/points.js").View} view
   */
  #pointsOf(source, view) {
    const { source: drawn, shift } = onItsGrid(source);
    if (drawn === source) return this.#points.of(source.ring, view, this.#known);
    const { ring, period } = drawn;
    const points = this.#points.of(ring, { ...view, period, edge: view.edge - shift }, this.#known);
    return points && { ...points, edge: points.edge + shift };
  }

  /** The right end where nothing is live: that of the recording; null where there is none. */
  #restingEdge() {
    const { past } = this.#parts;
    if (!past.whole || !past.isRecorded) return null;
    const { end, epochs, now, recordedSince } = past.whole;
    if (Number.isNaN(end)) epochs.want(recordedSince ?? now, now);
    return Number.isNaN(end) ? null : end;
  }

  /** What runs and is longer than memory moves by whole pixels: it is put together anew for each of them.
   * @template {{edge: number, window: number, columns: number}} T @param {T} view @param {number | null} held @returns {T} */
  #steady(view, held) {
    if (held !== null || !this.#parts.past.reaches(view, true)) return view;
    const pixel = view.window / view.columns;
    return { ...view, edge: Math.floor(view.edge / pixel) * pixel };
  }

  /** @param {{edge: number, window: number, columns: number}} view */
  #liveSource(view) {
    const { past, record } = this.#parts;
    return past.whole && past.reaches(view, true) ? past.whole.source(view, true) : record.source;
  }

  /** How its signals are drawn; nobody knows how long the last value of what is not live held. @param {Source} source @param {number} live */
  #lines({ ring, ...source }, live) {
    const { record, selection } = this.#parts;
    const { description } = record;
    const isLive = ring === record.ring && description?.state === "live";
    // Columns of a recording may be further apart than samples.
    const apart = "longest" in source ? Number(source.longest) : 0;
    const longest = Math.max(apart, description ? longestOf(description) : Infinity);
    return { lines: selection.signals.map(lineOf), longest, heldTo: isLive ? live : -Infinity };
  }

  /** Whether what rolls stays as it is: nobody changed anything, and it moved a moment ago. @param {number} now */
  #rests(now) {
    const last = this.#drawn[this.#drawn.length - 1] ?? -Infinity;
    return this.#motion.matches && this.#known !== "" && now - last < ROLL_REDUCED;
  }

  /** @param {Picture} picture @param {number} now */
  #draw(picture, now) {
    const { plotted, traces, window, zero } = picture;
    const { chart, lanes } = this.#parts;
    this.#screen.picture = picture;
    this.#known = picture.signature;
    chart.draw({
      ...picture,
      clock: this.#clock(picture),
      traces: plotted,
      lanes: lanes.areSeen ? lanes.of(traces, (signal, k) => chart.colourOf(signal, k)) : NO_LANES,
      x: { min: -window, max: 0, perDivision: window / COLUMNS, unit: "s", zero },
      extras: this.#all((tool) => tool.traces?.(picture)),
      overlay: [...gapBands(picture), ...this.#all((tool) => tool.overlay?.(picture))],
    });
    this.#drawn.push(now);
    while (this.#drawn[0] < now - 1) this.#drawn.shift();
    this.#each((tool) => tool.drawn?.(picture, now));
  }

  /** The times that stand at the x axis, or null where it counts seconds from the right end. @param {Picture} picture */
  #clock({ edge, window, trigger, zero }) {
    const { chart, past, timeline, zone } = this.#parts;
    const held = timeline.running ? null : this.#heldTicks;
    const view = { edge, window, zero, width: chart.plotWidth, divisions: COLUMNS, zone: zone.ofFiles };
    if (held && trigger && zone.axis !== "clock") return held.fromTrigger.update(view);
    if (!zone.isOnAxis(window / COLUMNS, Boolean(trigger), held !== null)) return null;
    const wall = (/** @type {number} */ x) => past.wallTime(edge + x);
    const now = Date.now() / 1000;
    return held?.fine.update(view, wall, now) ?? this.#ticks.update(view, wall, now);
  }

  #listen() {
    this.#parts.chart.listen({
      grab: (at) => this.#first((tool) => tool.grab?.(at)),
      pinch: (at) => this.#first((tool) => tool.pinch?.(at)),
      zoom: (at, steps) => this.#first((tool) => tool.zoom?.(at, steps)),
      scroll: (by) => this.#first((tool) => tool.scroll?.(by)),
      box: (at) => this.#first((tool) => tool.box?.(at)),
      menu: (at) => Boolean(this.#first((tool) => tool.menu?.(at))),
      twice: (at) => this.#each((tool) => tool.twice?.(at)),
      hover: (at) => this.#each((tool) => tool.hover?.(at)),
      choose: (k) => this.#parts.selection.select(k),
    });
  }

  /** The tab is seen again: its timers may have stood still, a wait may be long over. */
  #seen() {
    if (document.hidden) return;
    this.#link.socket.retryNow();
    this.#showReadings();
  }

  #showReadings() {
    if (document.hidden) return;
    const { config, controls, past, record, selection, timeline } = this.#parts;
    const { socket, refusal, problem, noticed, openedAt, recorded } = this.#link;
    socket.look();
    const now = seconds();
    const recording = past.whole?.problem || recorded.problem;
    const said = { socket, refusal, problem, noticed, openedAt, record, config, controls, recording };
    const seen = { timebase: timeline, picture: this.#screen.picture, signals: selection.signals, drawn: this.#drawn };
    showStatus({ ...said, ...seen }, now);
    this.#each((tool) => tool.readings?.(now));
  }

  #watchSize() {
    const { chart } = this.#parts;
    /** @type {number | undefined} */
    let rest;
    const observer = new ResizeObserver(() => {
      chart.resize();
      this.#redraw();
      clearTimeout(rest);
      rest = setTimeout(() => this.#link.askForView(), RESIZE_REST);
    });
    observer.observe(byId("chart"));
  }
}

/** Where nothing came. @param {Picture} picture @returns {Item[]} */
function gapBands({ gaps }) {
  return gaps.map((band, k) => ({ id: `gap-${k}`, band, colour: "--warn" }));
}

new Scope(JSON.parse(byId("waves-config").textContent ?? "")).start();
