/** Buttons, keys and readings: what the page shows around the chart, and what people do there. */

import { ambiguity } from "../text/parse-quantity.js";
import { button, byId, element, input, list } from "./elements.js";
import { bindSingleKeys, isSwitchedOff } from "./single-keys.js";

/**
 * @typedef {object} Field of a quantity
 * @property {(text: string) => number | null} read what the text says; null where it says nothing of use
 * @property {(value: number) => void} apply on Enter and on leaving
 * @property {(direction: 1 | -1) => void} [step] by the arrow keys
 * @property {string} [hint] the sentence for who typed what cannot be read
 */

/**
 * @typedef {{name: string, text: string, title?: string}} Pill the state in the header: its name decides the colour
 */

/** How long a sentence stays (ms): time to read a line. */
const TOAST_MS = 3000;
/** Keys by which a browser scrolls what has the focus. */
const SCROLLING = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "PageUp", "PageDown", "Home", "End"];

/** States whose text changes each second. */
const COUNTING = new Set(["waiting", "silent"]);

export class Controls {
  /** @type {Map<string, string>} */
  #texts = new Map();
  /** @type {Map<string, () => void>} */
  #keys = new Map();
  /** @type {number | undefined} */
  #toastTimer;

  /** @param {{hasKeys?: boolean}} [options] whether keys do anything */
  constructor({ hasKeys = true } = {}) {
    if (hasKeys) document.addEventListener("keydown", (event) => this.#keydown(event));
    const keys = element("keys", HTMLDialogElement);
    this.click("keys-button", () => keys.showModal());
    this.keys({ "?": () => keys.showModal() });
    bindSingleKeys(input("keys-single"));
  }

  /**
   * What the button does.
   * @param {string} id
   * @param {() => void} act
   */
  click(id, act) {
    byId(id).addEventListener("click", act);
  }

  /**
   * What keys do, by `KeyboardEvent.key`, letters in lower case; "Shift+ArrowLeft" and so on.
   * @param {Record<string, () => void>} actions
   */
  keys(actions) {
    for (const [key, act] of Object.entries(actions)) this.#keys.set(key, act);
  }

  /**
   * A field for a quantity: `apply(value)` on Enter, which leaves the field, and on leaving, where `read(text)` is not
   * null, and else the sentence `hint`; arrow keys call `step(1 or -1)`. Show the value by `fill`.
   * @param {string} id
   * @param {Field} field
   */
  field(id, { read, apply, step, hint }) {
    const field = input(id);
    field.addEventListener("input", () => field.removeAttribute("aria-invalid"));
    field.addEventListener("change", () => {
      const value = read(field.value);
      // Nobody is typing any longer: it is written anew as it was understood.
      this.#texts.set(id, field.value);
      if (value !== null) return apply(value);
      field.setAttribute("aria-invalid", "true");
      this.toast(ambiguity(field.value) ?? hint ?? "");
    });
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.isComposing) leave(field);
      const direction = event.key === "ArrowUp" ? 1 : event.key === "ArrowDown" ? -1 : null;
      if (event.key === "Escape") this.#revert(field);
      if (!direction || !step) return;
      event.preventDefault();
      step(direction);
      this.#revert(field);
    });
  }

  /**
   * Show a value in a field, except where someone is typing.
   * @param {string} id
   * @param {string} text
   */
  fill(id, text) {
    const field = input(id);
    field.dataset.value = text;
    const typing = field === document.activeElement && field.value !== (this.#texts.get(id) ?? text);
    if (typing || field.hasAttribute("aria-invalid") || this.#texts.get(id) === text) return;
    this.#texts.set(id, text);
    field.value = text;
  }

  /** @param {HTMLInputElement} field */
  #revert(field) {
    field.removeAttribute("aria-invalid");
    field.value = field.dataset.value ?? "";
    this.#texts.set(field.id, field.value);
  }

  /**
   * A list of which one is chosen.
   * @param {string} id
   * @param {(value: string) => void} apply
   */
  choice(id, apply) {
    const chosen = list(id);
    chosen.addEventListener("change", () => apply(chosen.value));
  }

  /**
   * What a list offers: pairs of a value and its label.
   * @param {string} id
   * @param {[string, string][]} offered
   */
  options(id, offered) {
    list(id).replaceChildren(...offered.map(([value, label]) => new Option(label, value)));
  }

  /** @param {string} id @param {string} value */
  choose(id, value) {
    if (list(id).value !== value) list(id).value = value;
  }

  /**
   * Whether a button is pressed in.
   * @param {string} id
   * @param {boolean} pressed
   */
  press(id, pressed) {
    const state = String(pressed);
    if (byId(id).getAttribute("aria-pressed") !== state) byId(id).setAttribute("aria-pressed", state);
  }

  /** @param {string} id @param {boolean} shown */
  show(id, shown) {
    byId(id).hidden = !shown;
  }

  /** A sentence about what was just done; it goes by itself. @param {string} sentence */
  toast(sentence) {
    clearTimeout(this.#toastTimer);
    // Never hidden, only empty: a screen reader tells what changes in what is there.
    this.text("toast", sentence);
    this.#toastTimer = setTimeout(() => this.text("toast", ""), TOAST_MS);
  }

  /**
   * Show a text in an element; only what changed touches the page.
   * @param {string} id
   * @param {string} text
   */
  text(id, text) {
    if (this.#texts.get(id) === text) return;
    this.#texts.set(id, text);
    byId(id).textContent = text;
  }

  /**
   * The rows of a table body: texts, the first of each its heading.
   * @param {string} id
   * @param {string[][]} rows
   */
  rows(id, rows) {
    const key = JSON.stringify(rows);
    if (this.#texts.get(id) === key) return;
    this.#texts.set(id, key);
    byId(id).replaceChildren(...rows.map(tableRow));
  }

  /**
   * Mark an element, for its style.
   * @param {string} id
   * @param {string} name
   * @param {string} value
   */
  mark(id, name, value) {
    byId(id).dataset[name] = value;
  }

  /** Of what only some kinds have, show what is of a kind. @param {string} id @param {string} kind */
  showKind(id, kind) {
    const whole = byId(id);
    if (whole.dataset.kind === kind) return;
    whole.dataset.kind = kind;
    for (const part of whole.querySelectorAll("[data-kinds]")) {
      const kinds = (part.getAttribute("data-kinds") ?? "").split(" ");
      part.toggleAttribute("hidden", !kinds.includes(kind));
    }
  }

  /**
   * Whether a button can be pressed.
   * @param {string} id
   * @param {boolean} enabled
   */
  enable(id, enabled) {
    button(id).disabled = !enabled;
  }

  /** The state in the header: its name decides the colour. @param {Pill} pill */
  pill({ name, text, title = "" }) {
    // What counts seconds, read out each second, would drown everything else: its beginning is.
    const counts = COUNTING.has(name) && byId("pill").dataset.state === name;
    byId("pill").setAttribute("aria-live", counts ? "off" : "polite");
    byId("pill").dataset.state = name;
    byId("pill").title = title;
    this.text("pill", text);
  }

  /** A sentence over the plot, or nothing. @param {string | null} sentence */
  notice(sentence) {
    this.text("notice", sentence ?? "");
  }

  /** @param {KeyboardEvent} event */
  #keydown(event) {
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const act = this.#keys.get(event.shiftKey && key.length > 1 ? `Shift+${key}` : key);
    if (!act || isSwitchedOff(key) || isForElement(event)) return;
    event.preventDefault();
    act();
  }
}

/** Take what was typed, and give the keys back to the page; where it cannot be read one goes on typing. @param {HTMLInputElement} field */
function leave(field) {
  // What was typed is taken as the focus leaves.
  field.blur();
  if (field.hasAttribute("aria-invalid")) field.focus();
}

/**
 * Whether a key belongs to the element that has the focus, or to the browser.
 * @param {KeyboardEvent} event
 */
function isForElement(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return true;
  const { target } = event;
  if (!(target instanceof Element)) return false;
  if (target.closest("input, select, textarea")) return true;
  if (event.key === " ") return target.closest("button, a, summary") !== null;
  const region = target.closest("[role=region][tabindex]");
  return region !== null && SCROLLING.includes(event.key) && hasMore(region);
}

/** Whether a region has more than it shows. @param {Element} region */
function hasMore(region) {
  return region.scrollWidth > region.clientWidth || region.scrollHeight > region.clientHeight;
}

/** @param {string[]} texts */
function tableRow(texts) {
  const row = document.createElement("tr");
  texts.forEach((text, k) => {
    const cell = document.createElement(k === 0 ? "th" : "td");
    if (k === 0) cell.setAttribute("scope", "row");
    cell.textContent = text;
    row.append(cell);
  });
  return row;
}
