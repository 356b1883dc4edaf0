/** The preview: posts the form while it is edited, and shows what the server makes of it; for a
 * source that has no preview it shows the running stream. */

import { Plot } from "./plot.js";
import { Running } from "./running.js";

/** @import { Named } from "./plot.js" */

/**
 * @typedef {Named & {t0: number, dt: number, values: (number | null)[]}} Sampled a signal as the server made it
 *
 * @typedef {object} Answer of the server to the form
 * @property {Sampled[]} signals
 * @property {string[]} warnings
 * @property {Record<string, string[]>} errors by the name of a field
 * @property {string} memory
 * @property {string} disk
 * @property {boolean} [previewed] whether the signals are to be shown, and not the running stream; left
 *   out where there is no such stream, or one may not see it
 */

/** Milliseconds without a key before the form is posted. */
const CALM = 250;
/** Seconds of the running stream where the form says none. */
const WINDOW = 2;

export class Preview {
  #form;
  #section;
  #plot;
  #status;
  /** @type {number | undefined} */
  #timer;
  /** The running stream, where it is shown. @type {Running | null} */
  #running = null;
  #posts = 0;

  /** @param {HTMLFormElement} form @param {HTMLElement} section */
  constructor(form, section) {
    this.#form = form;
    this.#section = section;
    this.#plot = new Plot(part(section, "[data-traces]", HTMLElement), part(section, "canvas", HTMLCanvasElement));
    this.#status = part(section, "[role=status]", HTMLElement);
  }

  start() {
    const later = () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#update(), CALM);
    };
    this.#form.addEventListener("input", later);
    this.#form.addEventListener("change", later);
    document.addEventListener("formset:added", later);
    document.addEventListener("formset:removed", later);
    new ResizeObserver(() => this.#plot.draw()).observe(this.#section);
    const themed = { attributes: true, attributeFilter: ["data-theme"] };
    new MutationObserver(() => this.#plot.theme()).observe(document.documentElement, themed);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#plot.theme());
    this.#update();
  }

  /** Post the form; an answer that comes after a later post is of no interest. */
  async #update() {
    this.#posts += 1;
    const post = this.#posts;
    const body = new FormData(this.#form);
    // A file is looked at when the form is saved: it may be long.
    for (const [name, value] of [...body]) if (value instanceof File) body.delete(name);
    body.set("_stream", this.#section.dataset.stream ?? "");
    try {
      const response = await fetch(this.#section.dataset.url ?? "", { method: "POST", body });
      const answer = await response.json();
      if (post === this.#posts) this.#answered(answer);
    } catch {
      if (post === this.#posts) this.#say("The server does not answer; the preview stands still.");
    }
  }

  /** @param {Answer} answer */
  #answered({ signals, warnings, errors, memory, disk, previewed }) {
    if (memory) part(this.#form, ".field-memory .readonly", HTMLElement).textContent = memory;
    if (disk) part(this.#form, ".field-disk .readonly", HTMLElement).textContent = disk;
    const [name, messages] = Object.entries(errors)[0] ?? [];
    if (name !== undefined && messages) this.#say(this.#withLabel(name, messages[0]), true);
    else this.#say(warnings.join(" "));
    if (previewed === undefined) return;
    this.#follow(!previewed && this.#value("#id_source") === this.#section.dataset.source);
    if (previewed) {
      if (!messages) this.#show(signals);
    } else if (!this.#running) {
      this.#show([]);
      if (!messages) this.#say("Save the stream to see what this source gives.");
    }
  }

  /** @param {Sampled[]} signals */
  #show(signals) {
    const window = Math.max(...signals.map(({ t0, dt, values }) => t0 + dt * values.length), 0) || 1;
    this.#plot.show(
      signals,
      signals.map((signal) => pointsOf(signal, window)),
      window,
    );
  }

  /** Show the running stream, or stop doing so. @param {boolean} wanted */
  #follow(wanted) {
    if (wanted === Boolean(this.#running)) return;
    this.#running?.close();
    this.#running = wanted ? this.#run() : null;
  }

  #run() {
    const window = Number(this.#value("#id_window")) || WINDOW;
    return new Running(this.#section.dataset.socket ?? "", window, {
      columns: () => this.#plot.columns,
      picture: ({ traces }, signals) =>
        this.#plot.show(
          signals,
          traces.map(({ points }) => points),
          window,
        ),
      state: (message) => this.#say(message),
    });
  }

  /** @param {string} selector of a field */
  #value(selector) {
    const field = this.#form.querySelector(selector);
    return field instanceof HTMLSelectElement || field instanceof HTMLInputElement ? field.value : "";
  }

  /** A message with the label of its field, unless it begins with it. @param {string} name @param {string} message */
  #withLabel(name, message) {
    const field = this.#form.querySelector(`[name="${CSS.escape(name)}"]`);
    const labels = field && "labels" in field ? /** @type {HTMLInputElement} */ (field).labels : null;
    const label = labels?.[0]?.textContent?.replace(/( \(.*\))?:$/, "");
    return !label || message.startsWith(label) ? message : `${label}: ${message}`;
  }

  /** @param {string} text @param {boolean} [wrong] */
  #say(text, wrong = false) {
    this.#status.textContent = text;
    this.#status.classList.toggle("waves-wrong", wrong);
  }
}

/** A signal as points; a value that is missing is a hole. @param {Sampled} signal @param {number} window */
function pointsOf({ t0, dt, values }, window) {
  return Float64Array.from(values.flatMap((value, k) => [t0 + k * dt - window, value ?? NaN]));
}

/**
 * @template {HTMLElement} T
 * @param {HTMLElement} root
 * @param {string} selector
 * @param {new () => T} kind
 * @returns {T}
 */
function part(root, selector, kind) {
  const found = root.querySelector(selector);
  if (!(found instanceof kind)) throw new Error(`The preview has no ${selector}.`);
  return found;
}
