/** The list of streams: every card that is on the screen is live, over one socket. */

import { byId, input, optional } from "../controls/elements.js";
import { isSwitchedOff } from "../controls/single-keys.js";
import { bindTheme } from "../controls/theme-switch.js";
import { parse, WireError } from "../protocol/frames.js";
import { StreamsSocket } from "../protocol/streams-socket.js";
import { socketAddress } from "../text/address.js";
import { Card } from "./card.js";
import { drawInTurn } from "./draw-in-turn.js";
import { Finder } from "./finder.js";
import { pixelsOf } from "./thumbnail.js";

/**
 * @import { Message, Failure } from "../protocol/messages.js"
 * @import { State } from "../protocol/socket.js"
 * @import { Said } from "../protocol/description.js"
 */

/**
 * @typedef {object} Config what the page was told
 * @property {{socket: string, page: string}} addresses of its socket, and of a stream's page (see `addressOf`)
 * @property {(Said & {handle: number})[]} streams
 */

/** States and rates change this often (ms): faster nobody can read. */
const READINGS_EVERY = 500;
/** Scrolling and resizing have rested for this long (ms) before the server is told. */
const REST = 150;
/** Streams that came or went meanwhile are looked for this often (ms). */
const REFRESH_EVERY = 15_000;
/** An answer that takes longer (ms) will not come. */
const ANSWER_MS = 10_000;
/** Cards this near to the screen are live already when they come onto it. */
const MARGIN = "120px";

const seconds = () => performance.now() / 1000;

class Streams {
  /** @type {Map<number, Card>} */
  #cards = new Map();
  /** @type {Map<string, number>} */
  #rests = new Map();
  /** What a person must do, where a message could not be read. @type {string | null} */
  #problem = null;
  #finder = new Finder(() => this.#arrange());
  /** Which cards are shown, and in which order. */
  #arrangement = "";

  constructor() {
    this.motion = matchMedia("(prefers-reduced-motion: reduce)");
    this.seen = new IntersectionObserver((entries) => this.#seen(entries), { rootMargin: MARGIN });
    this.sizes = new ResizeObserver((entries) => this.#resized(entries));
    this.socket = this.#makeSocket();
    this.#adopt(document);
  }

  start() {
    this.socket.open();
    window.addEventListener("online", () => this.socket.retryNow());
    document.addEventListener("visibilitychange", () => this.#visible());
    const nextTheme = bindTheme(byId("theme"), () => this.#each((card) => card.theme()));
    document.addEventListener("keydown", (event) => {
      const isTyping = event.target instanceof Element && event.target.closest("input, select") !== null;
      const typed = event.ctrlKey || event.metaKey || event.altKey || isTyping;
      if (event.key.toLowerCase() === "t" && !typed && !isSwitchedOff(event.key)) nextTheme();
    });
    setInterval(() => this.#look(), READINGS_EVERY);
    setInterval(() => this.#refresh(), REFRESH_EVERY);
    this.#arrange();
    this.#animate();
  }

  #makeSocket() {
    return new StreamsSocket({
      url: socketAddress(configOf(document).addresses.socket),
      onData: (buffer, now) => this.#data(buffer, now),
      onMessage: (message) => this.#message(message),
      onState: () => this.#show(),
    });
  }

  #animate() {
    const frame = () => {
      requestAnimationFrame(frame);
      if (document.hidden) return;
      const cards = [...this.#cards.values()].filter((card) => card.onScreen);
      drawInTurn(cards, seconds(), { reduced: this.motion.matches });
    };
    requestAnimationFrame(frame);
  }

  /** @param {(card: Card) => void} visit */
  #each(visit) {
    this.#cards.forEach(visit);
  }

  /** Take the cards of a document that are not here yet. @param {Document} page */
  #adopt(page) {
    const { streams, addresses } = configOf(page);
    // Of what is out of sight no message comes.
    for (const stream of streams) {
      const known = this.#cards.get(stream.handle);
      if (known && !known.subscribed) known.hear(stream);
    }
    for (const stream of streams.filter(({ handle }) => !this.#cards.has(handle))) {
      const element = page.querySelector(`.card[data-handle="${stream.handle}"]`);
      if (!(element instanceof HTMLElement)) continue;
      if (page !== document) byId("cards").append(element);
      const card = new Card(element, stream, addresses.page);
      this.#cards.set(stream.handle, card);
      card.star.addEventListener("click", () => this.#finder.toggle(card.handle));
      this.seen.observe(element);
      observePixels(this.sizes, card.place);
    }
    return new Set(streams.map(({ handle }) => handle));
  }

  /** What is new is put at the end, so that nothing moves; what is gone says so. */
  async #refresh() {
    if (document.hidden || this.socket.state.name !== "open") return;
    const text = await fetched(location.pathname);
    if (text === null) return;
    const page = new DOMParser().parseFromString(text, "text/html");
    const handles = this.#adopt(page);
    this.#each((card) => !handles.has(card.handle) && card.remove());
    const search = page.getElementById("search");
    if (search instanceof HTMLInputElement) input("search").placeholder = search.placeholder;
    this.#arrange();
    this.#sync();
  }

  /** Show what is looked for, in its order; nothing moves where nothing is another. */
  #arrange() {
    const cards = [...this.#cards.values()];
    const groups = this.#finder.groups(cards.map((card) => card.entry));
    optional("empty", HTMLElement)?.toggleAttribute("hidden", cards.length > 0);
    const key = JSON.stringify(groups.map(({ name, entries }) => [name, entries.map(({ handle }) => handle)]));
    if (key === this.#arrangement) return;
    this.#arrangement = key;
    const shown = new Set(groups.flatMap(({ entries }) => entries.map(({ handle }) => handle)));
    for (const card of cards) {
      card.element.hidden = !shown.has(card.handle);
      card.star.setAttribute("aria-pressed", String(this.#finder.isFavourite(card.handle)));
    }
    // A card that is moved would lose the focus.
    const focused = document.activeElement;
    const ordered = groups.flatMap(({ name, entries }) => [
      ...(name ? [headOf(name)] : []),
      ...entries.flatMap(({ handle }) => this.#cards.get(handle)?.element ?? []),
    ]);
    for (const head of document.querySelectorAll("#cards > .group-name")) head.remove();
    byId("cards").append(...ordered);
    if (focused instanceof HTMLElement && focused !== document.activeElement) focused.focus({ preventScroll: true });
  }

  // What is on the screen is subscribed to.

  /** @param {IntersectionObserverEntry[]} entries */
  #seen(entries) {
    for (const { target, isIntersecting } of entries) {
      const card = this.#cards.get(handleOf(target));
      if (card) card.onScreen = isIntersecting;
    }
    this.#afterRest("sync", () => this.#sync());
  }

  /** The tab is seen again, or no longer: its timers may have stood still, a wait may be long over. */
  #visible() {
    if (!document.hidden) this.socket.retryNow();
    this.#sync();
    this.#look();
  }

  #look() {
    if (document.hidden) return;
    this.socket.look();
    this.#show();
  }

  #sync() {
    this.#each((card) => {
      const wanted = card.onScreen && !card.deleted && !document.hidden && card.slug !== "";
      if (wanted === card.subscribed) return;
      card.subscribed = wanted;
      if (wanted) this.socket.subscribe(card.slug, () => card.subscription(seconds()));
      else this.socket.unsubscribe(card.slug);
    });
  }

  /** @param {ResizeObserverEntry[]} entries */
  #resized(entries) {
    for (const { target } of entries) {
      const { width, height } = pixelsOf(target);
      this.#cards.get(handleOf(target))?.resize(width, height);
    }
    this.#afterRest("views", () => this.#each((card) => this.#askForView(card)));
  }

  /** @param {Card} card */
  #askForView(card) {
    if (!card.subscribed || this.socket.state.name !== "open") return;
    const view = card.changedView();
    if (view) this.socket.send({ type: "view", handle: card.handle, ...view });
  }

  /** @param {string} name @param {() => void} call */
  #afterRest(name, call) {
    clearTimeout(this.#rests.get(name));
    this.#rests.set(name, setTimeout(call, REST));
  }

  // What the server says.

  /** @param {ArrayBuffer} buffer @param {number} now */
  #data(buffer, now) {
    for (const frame of this.#parse(buffer)) this.#cards.get(frame.handle)?.add(frame, now);
  }

  /**
   * The frames of a message; one that cannot be read is told, and everything else goes on.
   * @param {ArrayBuffer} buffer
   */
  #parse(buffer) {
    try {
      return parse(buffer);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.#problem = "A message could not be read, please reload this page.";
      return [];
    }
  }

  /** @param {Message} message */
  #message(message) {
    if (message.type === "error") this.#unknown(message);
    if (message.type !== "view" && message.type !== "stream") return;
    const card = this.#cards.get(message.handle);
    if (!card) return;
    if (message.type === "view") return card.expect(message);
    const former = card.describe(message);
    if (former !== null) this.socket.rename(former, card.slug);
    this.#askForView(card);
    this.#showCard(card);
  }

  /** @param {Failure} failure */
  #unknown({ stream }) {
    this.#each((card) => card.slug === stream && card.remove());
    this.#sync();
  }

  /** @param {Card} card */
  #showCard(card) {
    card.show(seconds(), { connected: this.socket.state.name === "open", words: this.socket.words() });
  }

  #show() {
    const { state } = this.socket;
    if (document.hidden) return;
    this.#each((card) => this.#showCard(card));
    this.#arrange();
    const again = "Not connected. Trying again …";
    /** @type {{[name in State["name"]]?: string | false | null}} */
    const said = {
      open: this.socket.words() && "Nothing comes from the server.",
      waiting: again,
      connecting: state.again && again,
      refused: state.reason || "The server refused this page.",
    };
    const text = this.#problem ?? (said[state.name] || "");
    if (byId("connection").textContent !== text) byId("connection").textContent = text;
  }
}

/** The heading of a group, in the list. @param {string} name */
function headOf(name) {
  const item = document.createElement("li");
  const head = document.createElement("h2");
  item.className = "group-name";
  head.textContent = name;
  item.append(head);
  return item;
}

/** @param {Document} page @returns {Config} */
function configOf(page) {
  return JSON.parse(page.getElementById("waves-config")?.textContent ?? "");
}

/** The text at an address of this server; null where none comes, or another page in its place. @param {string} address */
async function fetched(address) {
  try {
    const answer = await fetch(address, { signal: AbortSignal.timeout(ANSWER_MS) });
    return answer.ok && !answer.redirected ? await answer.text() : null;
  } catch {
    return null;
  }
}

/**
 * Told of each change in device pixels, such as another screen, where the browser can.
 * @param {ResizeObserver} observer
 * @param {Element} element
 */
function observePixels(observer, element) {
  try {
    observer.observe(element, { box: "device-pixel-content-box" });
  } catch {
    observer.observe(element);
  }
}

/** The stream whose card an element is, or is in. @param {Element} element */
function handleOf(element) {
  const card = element.closest(".card");
  return card instanceof HTMLElement ? Number(card.dataset.handle) : NaN;
}

new Streams().start();
