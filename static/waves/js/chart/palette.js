/** Colours of an element's theme, and of the signals that are drawn on it. */

import { channels, legible } from "./colour.js";

/** Signals without a colour of their own take these custom properties, in turn. */
const COLOURS = 8;

export class Palette {
  /** Reading a colour costs a style calculation, so it is kept. @type {Map<string, string>} */
  #kept = new Map();
  #element;
  #background;

  /** @param {HTMLElement} element @param {() => string} background what signals must stand out from */
  constructor(element, background) {
    this.#element = element;
    this.#background = background;
  }

  /** Read the colours anew, after a change of theme. */
  clear() {
    this.#kept.clear();
  }

  /** A custom property as rgb(). @param {string} name */
  colour(name) {
    return this.#keep(name, () => this.#resolved(name));
  }

  /** A custom property, or a colour as it is. @param {string} colour */
  toned(colour) {
    return colour.startsWith("--") ? this.colour(colour) : colour;
  }

  /** The colour of signal `k`. @param {{colour: string}} signal @param {number} k */
  of({ colour }, k) {
    if (!colour) return this.colour(`--signal-${(k % COLOURS) + 1}`);
    return this.#keep(colour, () => legible(colour, this.#background()));
  }

  /** @param {string} key @param {() => string} read */
  #keep(key, read) {
    const colour = this.#kept.get(key) ?? read();
    this.#kept.set(key, colour);
    return colour;
  }

  /** The browser resolves it, whatever it is written as. @param {string} name */
  #resolved(name) {
    const { style } = this.#element;
    style.color = `var(${name})`;
    const rgb = channels(getComputedStyle(this.#element).color);
    style.color = "";
    return `rgb(${rgb.join(", ")})`;
  }
}
