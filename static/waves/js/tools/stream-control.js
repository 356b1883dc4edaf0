/** Starting and stopping the stream, for staff; and that it is stopped, told to everybody who looks. */

import { button, byId, element, optional } from "../controls/elements.js";
import { count } from "../text/quantities.js";

/** @import { Parts } from "./parts.js" */

/** An answer that takes longer (ms) will not come. */
const ANSWER_MS = 10_000;
const STOPPED = "This stream is stopped.";

export class StreamControl {
  #parts;
  /** Only where who looks is staff. */
  #form = optional("control", HTMLFormElement);

  /** @param {Pick<Parts, "controls" | "record">} parts */
  constructor(parts) {
    this.#parts = parts;
  }

  bind() {
    if (!this.#form) return;
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send(event.submitter instanceof HTMLButtonElement ? event.submitter.value : "");
    });
    const dialog = element("stop-dialog", HTMLDialogElement);
    dialog.addEventListener("close", () => {
      if (dialog.returnValue === "stop") this.#send("stop", { sure: "1" });
    });
  }

  readings() {
    const { controls, record } = this.#parts;
    const { description } = record;
    if (!description) return;
    const isStopped = description.state === "stopped";
    // One that was deleted, or whose worker is gone, says so: nobody can start it here.
    const why = description.message || STOPPED;
    // One whose source has ended says that first.
    const canStart = isStopped && why.endsWith(STOPPED);
    controls.text(
      "stopped-words",
      isStopped ? `${why}${canStart ? " Nothing new comes until it is started." : ""}` : "",
    );
    if (!this.#form) return;
    button("control-button").value = isStopped ? "start" : "stop";
    controls.text("control-button", isStopped ? "Start stream" : "Stop stream");
    this.#showStart(canStart);
  }

  /** The focus does not go with the button. @param {boolean} shown */
  #showStart(shown) {
    const start = button("stopped-start");
    if (!shown && start === document.activeElement) byId("run").focus();
    start.hidden = !shown;
  }

  /** Without leaving the page; without JavaScript the form works as it is. @param {string} action @param {Record<string, string>} [more] */
  async #send(action, more = {}) {
    const { controls, record } = this.#parts;
    const body = new FormData(/** @type {HTMLFormElement} */ (this.#form));
    // This page is one of those that show it, as long as it is told of the stream.
    const own = record.description ? { own: "1" } : {};
    for (const [name, value] of Object.entries({ action, ...own, ...more })) body.set(name, value);
    const answer = await fetch(this.#form?.getAttribute("action") ?? "", {
      ...{ method: "POST", body, redirect: "manual", headers: { Accept: "application/json" } },
      signal: AbortSignal.timeout(ANSWER_MS),
    }).catch(() => null);
    // A redirect is the answer of success; where others watch, how many.
    if (answer?.type === "opaqueredirect") return;
    if (answer?.ok) return this.#ask((await answer.json()).others);
    controls.toast(
      answer ? "The server refused that. Are you still logged in?" : "The server does not answer. Please try again.",
    );
  }

  /** @param {unknown} others open pages besides this one */
  #ask(others) {
    const many = Number(others) === 1 ? "1 other watches" : `${count(Number(others))} others watch`;
    this.#parts.controls.text("stop-others", `${many} it now. Nothing new comes to anybody until it is started again.`);
    const dialog = element("stop-dialog", HTMLDialogElement);
    dialog.returnValue = "";
    dialog.showModal();
  }
}
