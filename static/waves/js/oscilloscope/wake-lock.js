/** A screen that stays on while the page is seen, where the browser can see to that. */

/** After a refusal, or a release while the page is seen, it is asked for again (ms): both end when, say, the charger is back. */
const AGAIN = 5000;

/**
 * @typedef {Pick<EventTarget, "addEventListener">} Held a lock, which is released by the browser
 *
 * @typedef {object} World given by tests
 * @property {{request: (type: "screen") => Promise<Held>} | undefined} [wakeLock] none in some browsers, and where the page came by HTTP
 * @property {Pick<Document, "hidden" | "addEventListener">} [document]
 * @property {(call: () => void, ms: number) => unknown} [setTimeout]
 */

export class WakeLock {
  #wakeLock;
  #document;
  #setTimeout;
  /** Whether it is held or asked for, or will be asked for soon. */
  #isCared = false;

  /** @param {World} [world] */
  constructor({
    wakeLock = navigator.wakeLock,
    document = globalThis.document,
    setTimeout = globalThis.setTimeout,
  } = {}) {
    this.#wakeLock = wakeLock;
    this.#document = document;
    this.#setTimeout = setTimeout;
  }

  /** From now on; nothing happens where the browser has none. */
  keep() {
    if (!this.#wakeLock) return;
    this.#document.addEventListener("visibilitychange", () => this.#ask());
    this.#ask();
  }

  /** A page that is not seen is refused; it asks once it is. */
  async #ask() {
    if (this.#isCared || this.#document.hidden) return;
    this.#isCared = true;
    try {
      const held = await this.#wakeLock?.request("screen");
      held?.addEventListener("release", () => this.#lost());
    } catch {
      this.#lost();
    }
  }

  /** Where the page was hidden, it is seen again first. */
  #lost() {
    if (this.#document.hidden) {
      this.#isCared = false;
      return;
    }
    const again = () => {
      this.#isCared = false;
      this.#ask();
    };
    this.#setTimeout.call(null, again, AGAIN);
  }
}
