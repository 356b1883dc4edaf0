/** Colours of an element's theme, and of the signals that are drawn on it. */

import { channels, legible } from "./colour.js";

/** Signals without a colour of their own take these custom properties, in turn. */
const COLOURS = 16;
/** So many have a solid line; the next as many another dash, so that colour is not all that tells them apart. */
const ALIKE = 8;
/** Lengths of strokes and gaps, in widths of the line. @type {(number[] | null)[]} */
const DASHES = [null, [7, 3], [2, 2.5], [8, 2.5, 2, 2.5]];

/** @typedef {{colour: string, palette?: number}} Coloured a signal, and which colour of the palette it has, where that is not its place */

/**
 * The dash of signal `k`, in widths of its line; null for a solid one, as a signal has whose colour was chosen.
 * @param {Coloured} signal
 * @param {number} k
 */
export function dashOf(signal, k) {
  return DASHES[dashKind(signal, k)];
}

/** Which dash that is, for a style sheet: 0 is none. @param {Coloured} signal @param {number} k */
export function dashKind({ colour, palette }, k) {
  return colour ? 0 : Math.floor((palette ?? k) / ALIKE) % DASHES.length;
}

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

  /** The colour of signal `k`. @param {Coloured} signal @param {number} k */
  of({ colour, palette }, k) {
    if (!colour) return this.colour(`--signal-${((palette ?? k) % COLOURS) + 1}`);
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
