/** What is asked of the server's recording by HTTP: frames of a stretch of time, epochs, crossings. */

import { parse, WireError } from "./frames.js";
import { asWho } from "./grant.js";

/** @import { Frame } from "./frames.js" */

/** @typedef {Record<string, string | number | undefined>} Query what is undefined is left out */

/** @typedef {{ask: typeof globalThis.fetch, clock?: () => number}} World given by tests; `clock` in seconds */

/** The sentence of an answer that lacks a part of the recording. */
const PROBLEM = "Waves-Problem";
/** Seconds that it stays: the answers after it are of what lies beside, and may lack nothing. */
const STAYS = 30;
/** Characters of a sentence: more nobody reads. */
const SENTENCE = 1000;

/** An answer that is none: `message` is for a person. */
export class RequestError extends Error {
  name = "RequestError";
}

/**
 * @param {string} address
 * @param {Query} query
 */
export function withQuery(address, query) {
  const given = Object.entries(query).flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)]]));
  return `${address}?${new URLSearchParams(given)}`;
}

export class RecordedRequests {
  #fetch;
  #clock;
  /** What the server said of an answer last, and when. */
  #said = { sentence: "", at: -Infinity };

  /** @param {World} [world] */
  constructor({ ask, clock = () => performance.now() / 1000 } = { ask: (...given) => globalThis.fetch(...given) }) {
    this.#fetch = ask;
    this.#clock = clock;
  }

  /** What the server said of what it could not read lately; empty where nothing was wrong. */
  get problem() {
    return this.#clock() - this.#said.at < STAYS ? this.#said.sentence : "";
  }

  /**
   * @param {string} address of a stream's samples
   * @param {Query} query
   * @param {AbortSignal} [signal]
   * @returns {Promise<Frame[]>}
   * @throws {RequestError} with what the server says
   */
  async frames(address, query, signal) {
    const answer = await this.#ask(withQuery(address, { ...query, format: "waves" }), signal);
    const buffer = await answer.arrayBuffer();
    if (buffer.byteLength === 0) return [];
    try {
      return parse(buffer);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      throw new RequestError(`The recording's answer could not be read. ${error.message}`);
    }
  }

  /** @param {string} address @param {Query} query @param {AbortSignal} [signal] @returns {Promise<unknown>} */
  async json(address, query, signal) {
    const answer = await this.#ask(withQuery(address, query), signal);
    return await answer.json();
  }

  /**
   * The objects of an answer, line by line, as they come.
   * @param {string} address
   * @param {Query} query
   * @param {AbortSignal} signal
   * @returns {AsyncGenerator<Record<string, unknown>>}
   */
  async *lines(address, query, signal) {
    const { body } = await this.#ask(withQuery(address, query), signal);
    if (!body) return;
    const reader = body.getReader();
    const decoder = new TextDecoder();
    let rest = "";
    for (;;) {
      const { done, value } = await reader.read();
      rest += done ? decoder.decode() : decoder.decode(value, { stream: true });
      const parts = rest.split("\n");
      rest = done ? "" : (parts.pop() ?? "");
      for (const part of parts) if (part.trim()) yield JSON.parse(part);
      if (done) return;
    }
  }

  /** @param {string} url @param {AbortSignal} [signal] */
  async #ask(url, signal) {
    const answer = await this.#fetch(url, { ...asWho(), signal });
    if (!answer.ok) throw new RequestError(await sentenceOf(answer));
    const sentence = (answer.headers.get(PROBLEM) ?? "").slice(0, SENTENCE);
    if (sentence) this.#said = { sentence, at: this.#clock() };
    return answer;
  }
}

/** What an answer says went wrong. @param {Response} answer */
async function sentenceOf(answer) {
  const otherwise = `The server did not answer for the recording (${answer.status}).`;
  try {
    const said = await answer.json();
    const { message, detail, error } = said ?? {};
    const sentence = [message, detail, error, error?.message].find((each) => typeof each === "string" && each);
    return sentence ? sentence.slice(0, SENTENCE) : otherwise;
  } catch {
    return otherwise;
  }
}
