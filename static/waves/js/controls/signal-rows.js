/** The table of signals: on and off, what they read, and their units per division. */

import { cutName } from "./cut-name.js";

/** @typedef {{key: string, name: string, colour: string, dash: number, visible: boolean}} SignalRow */

/** @typedef {{whole: HTMLTableRowElement, shown: HTMLButtonElement, now: HTMLTableCellElement, scale: HTMLButtonElement}} Row */

/** @typedef {{toggle: (k: number) => void, select: (k: number) => void}} Acts what the buttons of a row do */

/** More rows than this stand closer. */
const MANY = 12;

export class SignalRows {
  /** @type {Row[]} */
  #rows = [];

  /**
   * @param {HTMLElement} body of the table
   * @param {Acts} acts
   */
  constructor(body, acts) {
    this.body = body;
    this.acts = acts;
    this.names = "";
    this.order = "";
  }

  /**
   * @param {SignalRow[]} signals one row each, made anew where they are others
   * @param {number[]} order in which their rows stand
   */
  show(signals, order) {
    const names = JSON.stringify(signals.map(({ key, name }) => [key, name]));
    if (names !== this.names) this.#make(signals);
    this.names = names;
    this.#arrange(order);
    signals.forEach(({ colour, dash, visible }, k) => {
      this.#rows[k].shown.style.setProperty("--tone", colour);
      this.#rows[k].shown.dataset.dash = String(dash);
      press(this.#rows[k].shown, visible);
    });
  }

  /**
   * What row `k` says.
   * @param {number} k
   * @param {{now: string, title: string, perDivision: string, selected: boolean}} row `title` is the whole of what may have no room
   */
  read(k, { now, title, perDivision, selected }) {
    const row = this.#rows[k];
    if (row.now.textContent !== now) row.now.textContent = now;
    if (row.now.title !== title) row.now.title = title;
    if (row.scale.textContent !== perDivision) row.scale.textContent = perDivision;
    press(row.scale, selected);
  }

  /** @param {number[]} order */
  #arrange(order) {
    if (this.order === order.join()) return;
    this.order = order.join();
    const focused = document.activeElement;
    this.body.append(...order.map((k) => this.#rows[k].whole));
    // What is put elsewhere loses the focus.
    if (focused instanceof HTMLElement && this.body.contains(focused)) focused.focus();
  }

  /** @param {SignalRow[]} signals */
  #make(signals) {
    this.#rows = signals.map(({ name }, k) => rowOf(name, k, this.acts));
    this.order = "";
    this.body.replaceChildren();
    this.body.toggleAttribute("data-many", signals.length > MANY);
  }
}

/** @param {string} name @param {number} k @param {Acts} acts @returns {Row} */
function rowOf(name, k, acts) {
  const whole = document.createElement("tr");
  const head = document.createElement("th");
  const now = document.createElement("td");
  const last = document.createElement("td");
  const shown = button("signal", `${name}: on or off`, () => acts.toggle(k));
  const scale = button("per-division", `${name}: choose for the vertical controls`, () => acts.select(k));
  shown.setAttribute("aria-label", `Show ${name}`);
  whole.dataset.signal = String(k);
  head.scope = "row";
  const named = document.createElement("div");
  named.append(shown, cutName(name));
  head.append(named);
  last.append(scale);
  whole.append(head, now, last);
  return { whole, shown, now, scale };
}

/** @param {string} className @param {string} title @param {() => void} act */
function button(className, title, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = className;
  made.title = title;
  made.addEventListener("click", act);
  return made;
}

/** @param {HTMLElement} element @param {boolean} pressed */
function press(element, pressed) {
  const state = String(pressed);
  if (element.getAttribute("aria-pressed") !== state) element.setAttribute("aria-pressed", state);
}
