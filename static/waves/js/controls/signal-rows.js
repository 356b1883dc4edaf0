/** The table of signals: on and off, what they read, and their units per division. */

/** @typedef {{key: string, name: string, colour: string, dash: number, visible: boolean}} SignalRow */

/** @typedef {{name: HTMLButtonElement, now: HTMLTableCellElement, scale: HTMLButtonElement}} Row */

/** @typedef {{toggle: (k: number) => void, select: (k: number) => void}} Acts what the buttons of a row do */

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
  }

  /** @param {SignalRow[]} signals one row each, made anew where they are others */
  show(signals) {
    const names = JSON.stringify(signals.map(({ key, name }) => [key, name]));
    if (names !== this.names) this.#make(signals);
    this.names = names;
    signals.forEach(({ colour, dash, visible }, k) => {
      this.#rows[k].name.style.setProperty("--tone", colour);
      this.#rows[k].name.dataset.dash = String(dash);
      press(this.#rows[k].name, visible);
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

  /** @param {SignalRow[]} signals */
  #make(signals) {
    this.#rows = signals.map(({ name }, k) => ({
      name: button("signal", name, `${name}: on or off`, () => this.acts.toggle(k)),
      now: document.createElement("td"),
      scale: button("per-division", "", `${name}: choose for the vertical controls`, () => this.acts.select(k)),
    }));
    this.body.replaceChildren(...this.#rows.map(element));
  }
}

/**
 * @param {string} className
 * @param {string} text
 * @param {string} title
 * @param {() => void} act
 */
function button(className, text, title, act) {
  const made = document.createElement("button");
  const label = document.createElement("span");
  label.textContent = text;
  made.type = "button";
  made.className = className;
  made.title = title;
  if (text) made.append(label);
  made.addEventListener("click", act);
  return made;
}

/** @param {HTMLElement} element @param {boolean} pressed */
function press(element, pressed) {
  const state = String(pressed);
  if (element.getAttribute("aria-pressed") !== state) element.setAttribute("aria-pressed", state);
}

/** @param {Row} row */
function element({ name, now, scale }) {
  const row = document.createElement("tr");
  const head = document.createElement("th");
  const last = document.createElement("td");
  head.scope = "row";
  head.append(name);
  last.append(scale);
  row.append(head, now, last);
  return row;
}
