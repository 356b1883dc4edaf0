/** The card of one stream: its elements, and what they say. */

import { readDescription, stateWord } from "../protocol/description.js";
import { addressOf } from "../text/address.js";
import { setting } from "../text/quantities.js";
import { Follower } from "./follower.js";
import { Thumbnail } from "./thumbnail.js";

/**
 * @import { Said } from "../protocol/description.js"
 * @import { Frame } from "../protocol/frames.js"
 * @import { ViewMessage } from "../protocol/messages.js"
 * @import { Entry } from "./arrangement.js"
 */

/**
 * @typedef {{connected: boolean, words: string | null}} Connection whether the page hears of it, and what is to be said of that
 */

const DELETED = "This stream was deleted.";

export class Card {
  #parts;
  #thumbnail;
  #follower;
  #signature = "";
  #described = false;
  /** What no message says. */
  #told;
  #source;

  /**
   * @param {HTMLElement} element the list item
   * @param {Said} told what the page was told of the stream
   * @param {string} page the address of a stream's page, as `addressOf` takes it
   */
  constructor(element, told, page) {
    const stream = readDescription(told);
    this.#told = { description: textOf(told.description), tag: textOf(told.tag) };
    this.#source = textOf(told.source);
    this.element = element;
    this.page = page;
    this.slug = stream.slug;
    this.handle = stream.handle;
    this.#follower = new Follower(stream);
    const part = (/** @type {string} */ name) => partOf(element, `[data-${name}]`);
    this.#parts = { name: part("name"), pill: part("pill"), note: part("note"), rate: part("rate") };
    this.place = part("thumbnail");
    this.star = partOf(element, ".star");
    this.#thumbnail = new Thumbnail(this.place);
    this.onScreen = this.subscribed = this.deleted = false;
    this.drawnAt = -Infinity;
  }

  /** What to subscribe with. @param {number} now */
  subscription(now) {
    return this.#follower.subscription(this.#thumbnail.size.width, now);
  }

  /** What to ask for after a change of size or of the stream; null where nothing changes. */
  changedView() {
    return this.#follower.changedView(this.#thumbnail.size.width);
  }

  /** What it is found by. @returns {Entry} */
  get entry() {
    const { stream } = this.#follower;
    const { handle } = this;
    const signals = stream.signals.flatMap(({ name, key }) => [name, key]);
    const { name, source, rate } = stream;
    return {
      ...this.#told,
      handle,
      name,
      source: this.#source || source,
      rate,
      signals,
      state: this.deleted ? "stopped" : stream.state,
    };
  }

  /**
   * Take a `stream` message.
   * @param {Said} message
   * @returns {string | null} the former slug, where it is another
   */
  describe(message) {
    const description = readDescription(message, this.#follower.stream);
    this.#described = true;
    this.#follower.describe(description);
    setText(this.#parts.name, description.name);
    this.#parts.name.title = description.name;
    this.star.setAttribute("aria-label", `${description.name}: favourite`);
    this.#redraw();
    return description.slug === this.slug ? null : this.#rename(description.slug);
  }

  /** What the list's page says of it meanwhile. @param {Said} told */
  hear(told) {
    this.#told = { description: textOf(told.description), tag: textOf(told.tag) };
    this.#follower.describe(readDescription(told, this.#follower.stream));
  }

  /** @param {string} slug */
  #rename(slug) {
    const former = this.slug;
    partOf(this.element, "a").setAttribute("href", addressOf(this.page, slug));
    this.element.dataset.slug = this.slug = slug;
    return former;
  }

  /** Take a `view` message. @param {ViewMessage} message */
  expect(message) {
    this.#follower.expect(message);
  }

  /** @param {Frame} frame @param {number} now */
  add(frame, now) {
    this.#follower.add(frame, now);
  }

  /** The stream is gone for good: what was drawn of it stays. */
  remove() {
    this.deleted = true;
  }

  /**
   * Take another size, in device pixels.
   * @param {number} width
   * @param {number} height
   */
  resize(width, height) {
    this.#thumbnail.size = { width, height };
    this.#redraw();
  }

  theme() {
    this.#thumbnail.theme();
    this.#redraw();
  }

  /** Draw, where there is anything new to see. @param {number} now */
  draw(now) {
    const { width } = this.#thumbnail.size;
    const picture = width > 0 ? this.#follower.picture(now, width, this.#signature) : null;
    if (!picture) return;
    this.#signature = picture.signature;
    this.#thumbnail.draw(picture, this.#follower.stream.signals, this.#follower.view.window);
  }

  /**
   * Say how the stream is.
   * @param {number} now
   * @param {Connection} connection
   */
  show(now, connection) {
    const { name, text, note } = this.#state(connection);
    this.element.dataset.state = name;
    this.#parts.pill.dataset.state = name;
    setText(this.#parts.pill, text);
    setText(this.#parts.note, note);
    this.#showRate(this.#follower.rate(now));
  }

  /** As measured where samples come, else as set. @param {number} measured */
  #showRate(measured) {
    const { rate } = this.#parts;
    setText(rate, setting(measured > 0 ? measured : this.#follower.stream.rate, "S/s", measured > 0 ? 3 : 6));
    rate.title =
      measured > 0 ? "Samples a second of each signal, as they arrive" : "Samples a second of each signal, as set";
  }

  /** @param {Connection} connection */
  #state({ connected, words }) {
    const { stream } = this.#follower;
    if (this.deleted) return { name: "stopped", text: "Deleted", note: DELETED };
    if (!connected && this.#described) return { name: "waiting", text: "Offline", note: "" };
    if (words) return { name: "waiting", text: words, note: "" };
    return { name: stream.state, text: stateWord(stream), note: stream.state === "live" ? "" : stream.message };
  }

  #redraw() {
    this.#signature = "";
  }
}

/** @param {unknown} said */
function textOf(said) {
  return typeof said === "string" ? said : "";
}

/** @param {HTMLElement} element @param {string} selector */
function partOf(element, selector) {
  const part = element.querySelector(selector);
  if (!(part instanceof HTMLElement)) throw new Error(`A card has no ${selector}.`);
  return part;
}

/**
 * Set a text where it differs: an unchanged one costs no layout.
 * @param {HTMLElement} element
 * @param {string} text
 */
function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
