/**
 * What a page that came by a link shows in place of a login: a grant, which is good for an hour, and is had anew by the
 * link's key. Nobody's session is used.
 */

/** Seconds before its end at which a grant is had anew. */
const BEFORE = 300;

/**
 * @typedef {object} Granted
 * @property {string} grant
 * @property {number} expires unix seconds
 */

export class Grant {
  /** @type {() => Promise<Granted>} */
  #exchange;
  /** @type {() => number} */
  #now;
  /** @type {Promise<boolean> | null} */
  #renewing = null;
  /** @type {string} */
  #text;
  /** @type {number} */
  #expires;

  /**
   * @param {Granted} first
   * @param {() => Promise<Granted>} exchange has another one; fails with a sentence where the link opens nothing any more
   * @param {() => number} [now] unix seconds
   */
  constructor(first, exchange, now = () => Date.now() / 1000) {
    [this.#text, this.#expires] = [first.grant, first.expires];
    [this.#exchange, this.#now] = [exchange, now];
  }

  /** Why there is none any more, in words. @type {string | null} */
  refusal = null;

  /** What is shown. A link that ends soon gives no later grant: it is not asked again and again. */
  get text() {
    if (this.#now() > this.#expires - BEFORE && this.refusal === null) this.renew();
    return this.#text;
  }

  /** Have another one; whether there is one. @returns {Promise<boolean>} */
  renew() {
    this.#renewing ??= this.#again().finally(() => {
      this.#renewing = null;
    });
    return this.#renewing;
  }

  async #again() {
    try {
      const { grant, expires } = await this.#exchange();
      [this.#text, this.#expires, this.refusal] = [grant, Math.max(expires, this.#now() + 2 * BEFORE), null];
      return true;
    } catch (error) {
      this.refusal = error instanceof Error ? error.message : String(error);
      return false;
    }
  }
}

/** The grant of this page; null where it came in the usual way. @type {{current: Grant | null}} */
export const granted = { current: null };

/** How a request of this page says who asks. @returns {RequestInit} */
export function asWho() {
  const { current } = granted;
  if (!current) return { credentials: "same-origin" };
  return { credentials: "omit", referrerPolicy: "no-referrer", headers: { Authorization: `Bearer ${current.text}` } };
}
