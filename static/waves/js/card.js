/** The card of one stream: its elements, and what they say. */

import { Follower } from "./follower.js";
import { quantity, setting } from "./format.js";
import { Thumbnail } from "./thumbnail.js";

const DELETED = "This stream was deleted.";

export class Card {
  #parts;
  #thumbnail;
  #follower;
  #signature = "";
  #described = false;

  /**
   * @param {HTMLElement} element the list item
   * @param {object} stream what the page was told of it
   */
  constructor(element, stream) {
    this.element = element;
    this.slug = stream.slug;
    this.handle = stream.handle;
    this.#follower = new Follower(stream);
    this.#parts = Object.fromEntries(["name", "pill", "note", "rate"].map((part) =>
      [part, element.querySelector(`[data-${part}]`)]));
    this.place = element.querySelector("[data-thumbnail]");
    this.#thumbnail = new Thumbnail(this.place);
    this.onScreen = this.subscribed = this.deleted = false;
    this.drawnAt = -Infinity;
  }

  /** What to subscribe with. */
  subscription(now) {
    return this.#follower.subscription(this.#thumbnail.size.width, now);
  }

  /** What to ask for after a change of size or of the stream; null where nothing changes. */
  changedView() {
    return this.#follower.changedView(this.#thumbnail.size.width);
  }

  /** Whether its name contains these words, in lower case. */
  matches(words) {
    return this.#follower.stream.name.toLowerCase().includes(words);
  }

  /** Take a `stream` message. */
  describe(message) {
    this.#described = true;
    this.#follower.describe(message);
    setText(this.#parts.name, message.name);
    this.#redraw();
  }

  /** Take a `view` message. */
  expect(message) {
    this.#follower.expect(message);
  }

  add(frame, now) {
    this.#follower.add(frame, now);
  }

  /** The stream is gone for good: what was drawn of it stays. */
  remove() {
    this.deleted = true;
  }

  /** Take another size, in device pixels. */
  resize(width, height) {
    this.#thumbnail.size = { width, height };
    this.#redraw();
  }

  theme() {
    this.#thumbnail.theme();
    this.#redraw();
  }

  /** Draw, where there is anything new to see. */
  draw(now) {
    const { width } = this.#thumbnail.size;
    const picture = width > 0 ? this.#follower.picture(now, width, this.#signature) : null;
    if (!picture) return;
    this.#signature = picture.signature;
    this.#thumbnail.draw(picture, this.#follower.stream.signals, this.#follower.view.window);
  }

  /** Say how the stream is. @param {boolean} connected whether the page hears of it */
  show(now, connected) {
    const { name, text, note } = this.#state(connected);
    this.element.dataset.state = name;
    this.#parts.pill.dataset.state = name;
    setText(this.#parts.pill, text);
    setText(this.#parts.note, note);
    this.#showRate(this.#follower.rate(now));
  }

  /** As measured where samples come, else as set. */
  #showRate(measured) {
    const { rate } = this.#parts;
    setText(rate, measured > 0 ? quantity(measured, "S/s", 3) : setting(this.#follower.stream.rate, "S/s"));
    rate.title = measured > 0 ? "Samples a second of each signal, as they arrive" : "Samples a second of each signal, as set";
  }

  #state(connected) {
    const { state, message } = this.#follower.stream;
    if (this.deleted) return { name: "stopped", text: "Deleted", note: DELETED };
    if (!connected && this.#described) return { name: "waiting", text: "Offline", note: "" };
    const note = state === "live" ? "" : message;
    return { name: state, text: state[0].toUpperCase() + state.slice(1), note };
  }

  #redraw() {
    this.#signature = "";
  }
}

/** Set a text where it differs: an unchanged one costs no layout. */
function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
