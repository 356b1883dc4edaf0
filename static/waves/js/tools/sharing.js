/** Links for others: made, listed and revoked by those who may. All others copy the address of the page. */

import { button, byId, element, optional } from "../controls/elements.js";
import { addressOf } from "../text/address.js";
import { fullInstant } from "../text/instants.js";

/**
 * @import { Controls } from "../controls/controls.js"
 * @import { Parts } from "./parts.js"
 *
 * @typedef {object} OwnLink
 * @property {string} prefix
 * @property {"link" | "embed" | "wall"} kind
 * @property {number | null} expires unix seconds
 * @property {string} state
 */

/** An answer that takes longer (ms) will not come. */
const ANSWER_MS = 10_000;
const KINDS = { link: "Link", embed: "Frame", wall: "Wall" };
const SILENT = "The server does not answer. Please try again.";

export class Sharing {
  #parts;
  /** Only where who looks may share. */
  #dialog = optional("share-dialog", HTMLDialogElement);

  /** @param {Pick<Parts, "config" | "controls" | "screen" | "timeline" | "zone">} parts */
  constructor(parts) {
    this.#parts = parts;
  }

  /** @param {Controls} controls */
  bind(controls) {
    const share = () => (this.#dialog ? this.#open(this.#dialog) : this.#copyView());
    controls.click("share", share);
    controls.keys({ s: share });
    if (!this.#dialog) return;
    const form = this.#form;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#make();
    });
    form.addEventListener("change", () => this.#arrange());
    controls.click("share-copy", () => this.#copy(element("share-text", HTMLTextAreaElement).value));
    controls.click("share-plain", () => this.#copy(location.href));
  }

  /** @param {HTMLDialogElement} dialog */
  #open(dialog) {
    this.#parts.screen.keep();
    this.#parts.controls.show("share-made", false);
    this.#problem("");
    this.#arrange();
    dialog.showModal();
    this.#list();
  }

  /** What those do who may share in no other way; whoever has the address needs a login, where the stream asks for one. */
  async #copyView() {
    const { controls, screen, timeline } = this.#parts;
    screen.keep();
    try {
      await navigator.clipboard.writeText(location.href);
      controls.toast(timeline.running ? "The link to this view is copied." : "The link to this moment is copied.");
    } catch {
      // Only pages that came by https, or from this machine, may write to the clipboard.
      controls.toast("This browser does not let the page copy. The link is in the address bar.");
    }
  }

  get #form() {
    return element("share-form", HTMLFormElement);
  }

  get #address() {
    const { addresses, slug } = this.#parts.config;
    return addressOf(addresses.links ?? "", slug);
  }

  /** What the chosen kind needs. */
  #arrange() {
    const { controls } = this.#parts;
    const kind = String(new FormData(this.#form).get("kind"));
    controls.show("share-embed", kind === "embed");
    controls.show("share-lasts", kind === "link");
    controls.text("share-make", kind === "embed" ? "Make the frame" : "Make the link");
  }

  async #make() {
    const { controls } = this.#parts;
    const said = new FormData(this.#form);
    const kind = String(said.get("kind"));
    const asked = {
      kind,
      seconds: kind === "link" ? Number(said.get("seconds")) : null,
      view: said.get("what") === "view" ? location.search.slice(1) : "",
      parents: kind === "embed" ? String(said.get("parents")).split(/\s+/).filter(Boolean) : [],
      controls: kind === "embed" && said.has("controls"),
    };
    button("share-make").disabled = true;
    const made = await this.#send(this.#address, asked);
    button("share-make").disabled = false;
    if (!made) return;
    controls.text("share-made-label", kind === "embed" ? "The frame, shown this once" : "The link, shown this once");
    element("share-text", HTMLTextAreaElement).value = made.embed ?? made.address;
    controls.show("share-made", true);
    element("share-text", HTMLTextAreaElement).select();
    this.#list();
  }

  async #list() {
    const answer = await fetch(this.#address, { signal: AbortSignal.timeout(ANSWER_MS) }).catch(() => null);
    if (!answer?.ok) return this.#problem(SILENT);
    /** @type {OwnLink[]} */
    const links = (await answer.json()).links;
    byId("share-links").replaceChildren(...links.map((link) => this.#row(link)));
    this.#parts.controls.show("share-none", links.length === 0);
  }

  /** @param {OwnLink} link */
  #row({ prefix, kind, expires, state }) {
    const row = document.createElement("li");
    const words = document.createElement("span");
    const until = expires ? `until ${fullInstant(expires, this.#parts.zone.ofFiles)}` : "until revoked";
    const isLive = state === "live";
    words.textContent = `${KINDS[kind]} ${prefix}, ${isLive ? until : state}`;
    words.className = isLive ? "" : "dim";
    row.append(words);
    if (isLive) row.append(this.#revoker(prefix));
    return row;
  }

  /** @param {string} prefix */
  #revoker(prefix) {
    const revoke = document.createElement("button");
    revoke.type = "button";
    revoke.className = "small";
    revoke.textContent = "Revoke";
    revoke.setAttribute("aria-label", `Revoke ${prefix}`);
    revoke.addEventListener("click", async () => {
      const at = this.#address.replace(/streams\/[^/]+\/links$/, `links/${prefix}/revoke`);
      if (await this.#send(at, {})) this.#list();
    });
    return revoke;
  }

  /** @param {string} address @param {object} body @returns {Promise<any>} null where it was refused */
  async #send(address, body) {
    const token = new FormData(this.#form).get("csrfmiddlewaretoken");
    const answer = await fetch(address, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": String(token) },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(ANSWER_MS),
    }).catch(() => null);
    const said = await answer?.json().catch(() => null);
    this.#problem(answer?.ok ? "" : (said?.error ?? SILENT));
    return answer?.ok ? said : null;
  }

  /** @param {string} words */
  #problem(words) {
    this.#parts.controls.text("share-problem", words);
    this.#parts.controls.show("share-problem", words !== "");
  }

  /** @param {string} text */
  async #copy(text) {
    const { controls } = this.#parts;
    try {
      await navigator.clipboard.writeText(text);
      controls.toast("Copied.");
    } catch {
      // Only pages that came by https, or from this machine, may write to the clipboard.
      controls.toast("This browser does not let the page copy: choose the text, and copy it by hand.");
    }
  }
}
