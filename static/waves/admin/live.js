/** The newest window of a running stream, over the JSON subprotocol. */

import { socketAddress } from "../js/text/address.js";

/** Pixels of the preview, about: the server then sends no more columns than can be seen. */
const COLUMNS = 600;
const LATER = 2000;

export class LiveSignals {
  /**
   * @param {string} path of the stream's WebSocket
   * @param {number} seconds of the window
   * @param {{signals: Function, state: Function}} told
   */
  constructor(path, seconds, told) {
    Object.assign(this, { path, seconds, told, infos: [], points: [], received: 0 });
    this.redraw = null;
    this.open();
  }

  open() {
    const query = new URLSearchParams({ window: this.seconds, columns: COLUMNS });
    this.received = 0;
    this.socket = new WebSocket(`${socketAddress(this.path)}?${query}`, "waves.v1.json");
    this.socket.onmessage = ({ data }) => this.message(JSON.parse(data));
    this.socket.onclose = ({ code }) => {
      const final = [4400, 4403, 4404].includes(code);
      this.told.state("The running stream cannot be reached.");
      if (!final) this.retry = setTimeout(() => this.open(), LATER);
    };
  }

  close() {
    clearTimeout(this.retry);
    cancelAnimationFrame(this.redraw);
    this.socket.onclose = null;
    this.socket.close();
  }

  message(message) {
    if (message.type === "data") this.data(message.frames);
    else if (message.type === "stream") this.described(message);
    else if (message.type === "view") this.points = [];
  }

  described({ signals, state, message, epoch, rate }) {
    if (epoch !== this.epoch) this.points = [];
    Object.assign(this, { epoch, rate, infos: signals });
    this.told.state(state === "live" ? "" : message || `The stream is ${state}.`);
  }

  data(frames) {
    this.received += 1;
    // Sixteen messages lie well within the allowance of 64 unacknowledged ones.
    if (this.received % 16 === 0) {
      this.socket.send(JSON.stringify({ type: "ack", count: this.received }));
    }
    for (const frame of frames) this.append(frame);
    this.redraw ??= requestAnimationFrame(() => this.draw());
  }

  /** Keep [time, value of each signal] rows; a column is its minimum, then its maximum. */
  append({ sample, stride, dt, times, values, min, max }) {
    const step = dt || stride / this.rate;
    const n = (values ?? min)[0].length;
    for (let k = 0; k < n; k += 1) {
      const time = times ? times[k] + sample / this.rate : sample / this.rate + k * step;
      if (values) this.points.push([time, values.map((signal) => signal[k])]);
      else this.columns(time, step, k, min, max);
    }
    const oldest = this.points.at(-1)[0] - this.seconds;
    this.points.splice(
      0,
      this.points.findIndex(([time]) => time >= oldest),
    );
  }

  columns(time, step, k, min, max) {
    this.points.push([time, min.map((signal) => signal[k])]);
    this.points.push([time + step / 2, max.map((signal) => signal[k])]);
  }

  draw() {
    this.redraw = null;
    if (this.points.length < 2) return;
    const [first, last] = [this.points[0][0], this.points.at(-1)[0]];
    const dt = (last - first) / (this.points.length - 1);
    const t0 = this.seconds - (last - first);
    const signals = this.infos.map((info, row) => ({
      ...info,
      ...{ t0, dt, values: this.points.map(([, values]) => values[row]) },
    }));
    this.told.signals(signals, this.seconds);
  }
}
