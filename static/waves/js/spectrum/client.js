/** @import { Options, Refused, Spectrum, Trace } from "./analyser.js" */

/** @typedef {((Spectrum | Refused) & {key?: string})[]} Spectra by trace */

/**
 * @typedef {object} Request
 * @property {Trace[]} traces
 * @property {Options} options
 * @property {(spectra: Spectra | null) => void} resolve
 * @property {(reason: Error) => void} reject
 */

/**
 * Asks the worker for spectra: one request at work, at most one waiting, and the newest wins, so
 * that a slow machine shows fewer spectra and never older ones.
 */
export class SpectrumClient {
  /** @type {Request | null} */
  #working = null;
  /** @type {Request | null} */
  #waiting = null;
  /** @type {Error | null} */
  #failure = null;

  /** @param {Worker} [worker] of `worker.js`; closed with this client */
  constructor(worker = startWorker()) {
    this.worker = worker;
    worker.onmessage = ({ data }) => this.#answered(data);
    worker.onerror = ({ message }) => this.#failed(message || "it did not load");
  }

  /**
   * The spectra of some traces, or null if a newer request or the end of this client came first.
   * The samples are given away: their buffers move to the worker, and are empty here. After an
   * error of the worker every request is rejected.
   * @param {Trace[]} traces
   * @param {Options} options
   * @returns {Promise<Spectra | null>}
   */
  request(traces, options) {
    if (this.#failure) return Promise.reject(this.#failure);
    this.#waiting?.resolve(null);
    return new Promise((resolve, reject) => {
      this.#waiting = { traces, options, resolve, reject };
      this.#next();
    });
  }

  /** Forget averages and held peaks. */
  reset() {
    this.worker.postMessage({ reset: true });
  }

  close() {
    this.worker.terminate();
    for (const request of [this.#working, this.#waiting]) request?.resolve(null);
    this.#working = this.#waiting = null;
  }

  #next() {
    const next = this.#working ? null : this.#waiting;
    if (!next) return;
    [this.#working, this.#waiting] = [next, null];
    const { traces, options } = next;
    const buffers = new Set(traces.map(({ samples }) => samples.buffer));
    this.worker.postMessage({ traces, options }, [...buffers]);
  }

  /** @param {{spectra: Spectra}} answer */
  #answered({ spectra }) {
    this.#working?.resolve(spectra);
    this.#working = null;
    this.#next();
  }

  /** @param {string} message */
  #failed(message) {
    this.#failure = new Error(`The spectrum stopped; reload the page. (${message})`);
    this.#working?.reject(this.#failure);
    this.#working = null;
    this.close();
  }
}

function startWorker() {
  return new Worker(import.meta.resolve("./worker.js"), { type: "module" });
}
