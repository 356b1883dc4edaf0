/** Buttons, keys and readings: what the page shows around the chart, and what people do there. */

import { bindSingleKeys, isSwitchedOff } from "./single-keys.js";

/** How long a sentence stays (ms): time to read a line. */
const TOAST_MS = 3000;
/** An answer to Start or Stop that takes longer (ms) will not come. */
const ANSWER_MS = 10_000;
/** Keys by which a browser scrolls what has the focus. */
const SCROLLING = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "PageUp", "PageDown", "Home", "End"];

/** States whose text changes each second. */
const COUNTING = new Set(["waiting", "silent"]);

const byId = (id) => document.getElementById(id);

export class Controls {
  #texts = new Map();
  #keys = new Map();
  #toastTimer;

  constructor() {
    document.addEventListener("keydown", (event) => this.#keydown(event));
    this.click("keys-button", () => byId("keys").showModal());
    this.keys({ "?": () => byId("keys").showModal() });
    bindSingleKeys(byId("keys-single"));
    this.#bindControlForm();
  }

  /** What the button does. */
  click(id, act) {
    byId(id).addEventListener("click", act);
  }

  /** What keys do, by `KeyboardEvent.key`, letters in lower case; "Shift+ArrowLeft" and so on. */
  keys(actions) {
    for (const [key, act] of Object.entries(actions)) this.#keys.set(key, act);
  }

  /**
   * A field for a quantity: `apply(value)` on Enter and on leaving, where `read(text)` is not
   * null, and else the sentence `hint`; arrow keys call `step(1 or -1)`. Show the value by `fill`.
   */
  field(id, { read, apply, step, hint }) {
    const field = byId(id);
    field.addEventListener("input", () => field.removeAttribute("aria-invalid"));
    field.addEventListener("change", () => {
      const value = read(field.value);
      // Nobody is typing any longer: it is written anew as it was understood.
      this.#texts.set(id, field.value);
      if (value !== null) return apply(value);
      field.setAttribute("aria-invalid", "true");
      this.toast(hint);
    });
    field.addEventListener("keydown", (event) => {
      const direction = { ArrowUp: 1, ArrowDown: -1 }[event.key];
      if (event.key === "Escape") this.#revert(field);
      if (!direction || !step) return;
      event.preventDefault();
      step(direction);
      this.#revert(field);
    });
  }

  /** Show a value in a field, except where someone is typing. */
  fill(id, text) {
    const field = byId(id);
    field.dataset.value = text;
    const typing = field === document.activeElement && field.value !== (this.#texts.get(id) ?? text);
    if (typing || field.hasAttribute("aria-invalid") || this.#texts.get(id) === text) return;
    this.#texts.set(id, text);
    field.value = text;
  }

  #revert(field) {
    field.removeAttribute("aria-invalid");
    field.value = field.dataset.value ?? "";
    this.#texts.set(field.id, field.value);
  }

  /** A list of which one is chosen. */
  choice(id, apply) {
    byId(id).addEventListener("change", () => apply(byId(id).value));
  }

  /** What a list offers, as {value: label}. */
  options(id, offered) {
    byId(id).replaceChildren(...Object.entries(offered).map(([value, label]) => new Option(label, value)));
  }

  choose(id, value) {
    if (byId(id).value !== value) byId(id).value = value;
  }

  /** Whether a button is pressed in. */
  press(id, pressed) {
    const state = String(pressed);
    if (byId(id).getAttribute("aria-pressed") !== state) byId(id).setAttribute("aria-pressed", state);
  }

  show(id, shown) {
    byId(id).hidden = !shown;
  }

  /** A sentence about what was just done; it goes by itself. */
  toast(sentence) {
    clearTimeout(this.#toastTimer);
    // Never hidden, only empty: a screen reader tells what changes in what is there.
    this.text("toast", sentence);
    this.#toastTimer = setTimeout(() => this.text("toast", ""), TOAST_MS);
  }

  /** Show a text in an element; only what changed touches the page. */
  text(id, text) {
    if (this.#texts.get(id) === text) return;
    this.#texts.set(id, text);
    byId(id).textContent = text;
  }

  /** The rows of a table body: texts, the first of each its heading. */
  rows(id, rows) {
    const key = JSON.stringify(rows);
    if (this.#texts.get(id) === key) return;
    this.#texts.set(id, key);
    byId(id).replaceChildren(...rows.map(tableRow));
  }

  /** The state in the header: its name decides the colour. */
  pill({ name, text, title = "" }) {
    // What counts seconds, read out each second, would drown everything else: its beginning is.
    const counts = COUNTING.has(name) && byId("pill").dataset.state === name;
    byId("pill").setAttribute("aria-live", counts ? "off" : "polite");
    byId("pill").dataset.state = name;
    byId("pill").title = title;
    this.text("pill", text);
  }

  /** A sentence over the plot, or nothing. */
  notice(sentence) {
    this.text("notice", sentence ?? "");
  }

  /** What the button for staff would do: start or stop. */
  control(enabled) {
    const button = byId("control-button");
    if (!button) return;
    button.value = enabled ? "stop" : "start";
    button.textContent = enabled ? "Stop" : "Start";
  }

  #keydown(event) {
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const act = this.#keys.get(event.shiftKey && key.length > 1 ? `Shift+${key}` : key);
    if (!act || isSwitchedOff(key) || isForElement(event)) return;
    event.preventDefault();
    act();
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
        signal: AbortSignal.timeout(ANSWER_MS),
      }).catch(() => null);
      // A redirect is the answer of success.
      const problem = answer
        ? "The server refused that. Are you still logged in?"
        : "The server does not answer. Please try again.";
      if (answer?.type !== "opaqueredirect") this.toast(problem);
    });
  }
}

/** Whether a key belongs to the element that has the focus, or to the browser. */
function isForElement(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return true;
  if (event.target.closest("input, select, textarea")) return true;
  if (event.key === " ") return event.target.closest("button, a, summary") !== null;
  const region = event.target.closest("[role=region][tabindex]");
  return region !== null && SCROLLING.includes(event.key) && hasMore(region);
}

/** Whether a region has more than it shows. */
function hasMore(region) {
  return region.scrollWidth > region.clientWidth || region.scrollHeight > region.clientHeight;
}

function tableRow(texts) {
  const row = document.createElement("tr");
  texts.forEach((text, k) => {
    const cell = document.createElement(k === 0 ? "th" : "td");
    if (k === 0) cell.scope = "row";
    cell.textContent = text;
    row.append(cell);
  });
  return row;
}
