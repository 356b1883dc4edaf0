/** The table of signals: on and off, what they read, and their units per division. */

export class SignalRows {
  #rows = [];

  /**
   * @param {HTMLElement} body of the table
   * @param {{toggle(k), select(k)}} acts what the buttons of a row do
   */
  constructor(body, acts) {
    Object.assign(this, { body, acts });
  }

  /** @param {{key, name, colour, visible}[]} signals one row each, made anew where they are others */
  show(signals) {
    const names = JSON.stringify(signals.map(({ key, name }) => [key, name]));
    if (names !== this.names) this.#make(signals);
    this.names = names;
    signals.forEach(({ colour, visible }, k) => {
      this.#rows[k].name.style.setProperty("--tone", colour);
      press(this.#rows[k].name, visible);
    });
  }

  /** What row `k` says. @param {{now, perDivision, selected}} row two texts and a boolean */
  read(k, { now, perDivision, selected }) {
    const row = this.#rows[k];
    if (row.now.textContent !== now) row.now.textContent = now;
    if (row.scale.textContent !== perDivision) row.scale.textContent = perDivision;
    press(row.scale, selected);
  }

  #make(signals) {
    this.#rows = signals.map(({ name }, k) => ({
      name: button("signal", name, `${name}: on or off`, () => this.acts.toggle(k)),
      now: document.createElement("td"),
      scale: button("per-division", "", `${name}: choose for the vertical controls`, () => this.acts.select(k)),
    }));
    this.body.replaceChildren(...this.#rows.map(element));
  }
}

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

function press(element, pressed) {
  const state = String(pressed);
  if (element.getAttribute("aria-pressed") !== state) element.setAttribute("aria-pressed", state);
}

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
