/** Buttons, keys and readings: what the page shows around the chart, and what people do there. */

import { bindTheme } from "./theme-switch.js";

const byId = (id) => document.getElementById(id);

export class Controls {
  #texts = new Map();
  #rows = [];

  /** @param {object} actions run, time(direction), auto, scale(direction), move(direction),
   *   toggle(signal), themed; each is what one control does */
  constructor(actions) {
    this.actions = actions;
    this.nextTheme = bindTheme(byId("theme"), actions.themed);
    this.#bindButtons();
    this.#bindKeys();
    this.#bindControlForm();
  }

  /** Show a text in an element; only what changed touches the page. */
  text(id, text) {
    if (this.#texts.get(id) === text) return;
    this.#texts.set(id, text);
    byId(id).textContent = text;
  }

  /** The state in the header: its name decides the colour. */
  pill({ name, text, title = "" }) {
    byId("pill").dataset.state = name;
    byId("pill").title = title;
    // A countdown, read out each second, would drown everything else.
    byId("pill").setAttribute("aria-live", name === "waiting" ? "off" : "polite");
    this.text("pill", text);
  }

  /** A sentence over the plot, or nothing. */
  notice(sentence) {
    byId("notice").hidden = !sentence;
    this.text("notice", sentence ?? "");
  }

  running(running) {
    byId("run").setAttribute("aria-pressed", String(running));
    this.text("run", running ? "Run" : "Paused");
  }

  yMode(mode) {
    byId("y-auto").setAttribute("aria-pressed", String(mode === "auto"));
    byId("y-fixed").setAttribute("aria-pressed", String(mode === "fixed"));
  }

  /** What the button for staff would do: start or stop. */
  control(enabled) {
    const button = byId("control-button");
    if (!button) return;
    button.value = enabled ? "stop" : "start";
    button.textContent = enabled ? "Stop" : "Start";
  }

  /** One row a signal. @param {{key, name, colour, visible}[]} signals */
  signals(signals) {
    this.#rows = signals.map((signal, k) => this.#signalRow(signal, k));
    byId("signals").replaceChildren(...this.#rows.map((row) => row.element));
  }

  /** Texts of row `k`: now, min, max. */
  readings(k, texts) {
    texts.forEach((text, column) => {
      const cell = this.#rows[k].cells[column];
      if (cell.textContent !== text) cell.textContent = text;
    });
  }

  #signalRow(signal, k) {
    const button = document.createElement("button");
    const name = document.createElement("span");
    name.textContent = signal.name;
    button.type = "button";
    button.className = "signal";
    button.title = `${signal.name}: on or off`;
    button.style.setProperty("--tone", signal.colour);
    button.setAttribute("aria-pressed", String(signal.visible));
    button.append(name);
    button.addEventListener("click", () => {
      this.actions.toggle(k);
      // The rows were made anew; the focus stays where it was.
      this.#rows[k].element.querySelector("button").focus();
    });
    return row(button);
  }

  #bindButtons() {
    const { actions } = this;
    const clicks = {
      run: actions.run,
      "time-shorter": () => actions.time(-1),
      "time-longer": () => actions.time(1),
      "y-auto": () => actions.auto(true),
      "y-fixed": () => actions.auto(false),
      "y-smaller": () => actions.scale(-1),
      "y-larger": () => actions.scale(1),
      "y-down": () => actions.move(-1),
      "y-up": () => actions.move(1),
      "keys-button": () => byId("keys").showModal(),
    };
    for (const [id, click] of Object.entries(clicks)) byId(id).addEventListener("click", click);
  }

  #bindKeys() {
    const { actions } = this;
    const keys = {
      " ": actions.run,
      "-": () => actions.time(-1),
      "+": () => actions.time(1),
      "=": () => actions.time(1),
      a: () => actions.auto(),
      PageDown: () => actions.scale(-1),
      PageUp: () => actions.scale(1),
      ArrowDown: () => actions.move(-1),
      ArrowUp: () => actions.move(1),
      t: () => this.nextTheme(),
      "?": () => byId("keys").showModal(),
    };
    document.addEventListener("keydown", (event) => {
      const act = /^[1-9]$/.test(event.key)
        ? () => actions.toggle(Number(event.key) - 1)
        : keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
      if (!act || isForElement(event)) return;
      event.preventDefault();
      act();
    });
  }

  /** Start and stop without leaving the page; without JavaScript the form works as it is. */
  #bindControlForm() {
    byId("control")?.addEventListener("submit", async (event) => {
      event.preventDefault();
      const form = event.target;
      // `form.action` would be the button of that name.
      const answer = await fetch(form.getAttribute("action"), {
        method: "POST",
        body: new FormData(form, event.submitter),
        redirect: "manual",
      }).catch(() => null);
      // A redirect is the answer of success.
      if (answer?.type !== "opaqueredirect") this.notice("The server refused that. Are you still logged in?");
    });
  }
}

/** Whether a key belongs to the element that has the focus, or to the browser. */
function isForElement(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || byId("keys").open) return true;
  if (event.target.closest("input, select, textarea")) return true;
  return event.key === " " && event.target.closest("button, a") !== null;
}

function row(button) {
  const element = document.createElement("tr");
  const head = document.createElement("th");
  head.scope = "row";
  head.append(button);
  const cells = Array.from({ length: 3 }, () => document.createElement("td"));
  element.append(head, ...cells);
  return { element, cells };
}
