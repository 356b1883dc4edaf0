/** The preview: posts the form while it is edited, and shows what the server makes of it; for a
 * source that has no preview it shows the running stream. */

import { LiveSignals } from "./live.js";
import { draw } from "./plot.js";

/** Milliseconds without a key before the form is posted. */
const CALM = 250;

export class Preview {
  constructor(form, section) {
    this.form = form;
    this.section = section;
    this.canvas = section.querySelector("canvas");
    this.status = section.querySelector("[role=status]");
    this.signals = [];
    this.timer = null;
    this.live = null;
    this.posts = 0;
  }

  start() {
    const later = () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.update(), CALM);
    };
    this.form.addEventListener("input", later);
    this.form.addEventListener("change", later);
    document.addEventListener("formset:added", later);
    document.addEventListener("formset:removed", later);
    new ResizeObserver(() => this.draw()).observe(this.canvas);
    const themed = { attributes: true, attributeFilter: ["data-theme"] };
    new MutationObserver(() => this.draw()).observe(document.documentElement, themed);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
    this.update();
  }

  draw() {
    draw(this.canvas, this.signals, this.span);
  }

  show(signals, span = undefined) {
    Object.assign(this, { signals, span });
    this.draw();
  }

  /** Post the form; an answer that comes after a later post is of no interest. */
  async update() {
    this.posts += 1;
    const post = this.posts;
    const body = new FormData(this.form);
    body.set("_stream", this.section.dataset.stream ?? "");
    try {
      const response = await fetch(this.section.dataset.url, { method: "POST", body });
      const answer = await response.json();
      if (post === this.posts) this.answered(answer);
    } catch {
      if (post === this.posts) this.say("The server does not answer; the preview stands still.");
    }
  }

  answered({ signals, warnings, errors, memory, previewed }) {
    if (memory) this.form.querySelector(".field-memory .readonly").textContent = memory;
    const [name, messages] = Object.entries(errors)[0] ?? [];
    if (messages) this.say(this.withLabel(name, messages[0]), true);
    else this.say(warnings.join(" "));
    if (previewed === undefined) return; // there is no such stream, or one may not see it
    const source = this.form.querySelector("#id_source").value;
    this.follow(!previewed && source === this.section.dataset.source);
    if (previewed) {
      if (!messages) this.show(signals);
    } else if (!this.live) {
      this.show([]);
      if (!messages) this.say("Save the stream to see what this source gives.");
    }
  }

  /** Show the running stream, or stop doing so. */
  follow(wanted) {
    if (wanted === Boolean(this.live)) return;
    if (!wanted) {
      this.live.close();
      this.live = null;
      return;
    }
    const window = Number(this.form.querySelector("#id_window").value) || 2;
    this.live = new LiveSignals(this.section.dataset.slug, window, {
      signals: (signals, span) => this.show(signals, span),
      state: (message) => this.say(message),
    });
  }

  /** A message with the label of its field, unless it begins with it. */
  withLabel(name, message) {
    const field = this.form.querySelector(`[name="${CSS.escape(name)}"]`);
    const label = field?.labels?.[0]?.textContent.replace(/( \(.*\))?:$/, "");
    return !label || message.startsWith(label) ? message : `${label}: ${message}`;
  }

  say(text, wrong = false) {
    this.status.textContent = text;
    this.status.classList.toggle("waves-wrong", wrong);
  }
}
