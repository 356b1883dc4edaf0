/**
 * Bytes of a data message to frames. Values are views into the message: nothing is copied, and
 * nothing is allocated on the word of a length field that the message does not back.
 */

/** @typedef {Float32Array<ArrayBufferLike> | Float64Array<ArrayBufferLike>} Values */

/**
 * @typedef {object} Header
 * @property {"samples" | "envelope"} kind
 * @property {"float32" | "float64"} sampleType
 * @property {"regular" | "timed"} clock
 * @property {number} flags `ANSWER`, `SWEEP`
 * @property {number} signals
 * @property {number} reserved
 * @property {number} handle of the stream
 * @property {number} n columns, or samples of each signal
 * @property {number} stride samples that a column stands for
 * @property {number} epoch
 * @property {number} payloadBytes
 * @property {number} sample index of the first
 * @property {number} t0 unix seconds of the first
 * @property {number} dt seconds between columns; 0 on a timed clock
 */

/**
 * @typedef {Header & {kind: "samples", times: Float64Array | null, values: Values[]}} SamplesFrame
 * @typedef {Header & {kind: "envelope", times: Float64Array | null, minima: Values[], maxima: Values[]}} EnvelopeFrame
 * @typedef {SamplesFrame | EnvelopeFrame} Frame times are those of the columns, on a timed clock
 */

export class WireError extends Error {
  name = "WireError";
}

/** Bit 0 of a frame's flags: sent in answer to subscribe, view or history. */
export const ANSWER = 1;
/** Bit 1: a triggered window, whole; indices between two of them are no gaps. */
export const SWEEP = 2;

const HEADER_BYTES = 56;
/** "WAV" and the version 1, read as a little-endian u32. */
const MAGIC = 0x01564157;
/** @type {Record<number, Header["kind"]>} */
const KINDS = { 1: "samples", 2: "envelope" };
/** @type {Record<number, Header["clock"]>} */
const CLOCKS = { 0: "regular", 1: "timed" };
/** @type {Record<number, Header["sampleType"]>} */
const SAMPLE_TYPES = { 1: "float32", 2: "float64" };
const ARRAYS = { float32: Float32Array, float64: Float64Array };

/**
 * The frames of one message, in their order.
 * @param {ArrayBuffer} buffer
 * @returns {Frame[]} at least one frame
 * @throws {WireError} where the bytes are not whole frames of version 1
 */
export function parse(buffer) {
  const frames = [];
  for (let offset = 0; offset < buffer.byteLength || frames.length === 0; ) {
    const frame = parseFrame(buffer, offset);
    frames.push(frame);
    offset += HEADER_BYTES + frame.payloadBytes;
  }
  return frames;
}

/** @param {ArrayBuffer} buffer @param {number} offset @returns {Frame} */
function parseFrame(buffer, offset) {
  const rest = buffer.byteLength - offset;
  check(rest >= HEADER_BYTES, `A frame begins with ${HEADER_BYTES} bytes; only ${rest} are left.`);
  const frame = readHeader(new DataView(buffer, offset, HEADER_BYTES));
  checkHeader(frame);
  const needed = payloadBytes(frame);
  check(
    frame.payloadBytes === needed,
    `The payload should have ${needed} bytes, its header says ${frame.payloadBytes}.`,
  );
  check(needed <= rest - HEADER_BYTES, `The payload of ${needed} bytes is cut short.`);
  return addViews(frame, buffer, offset + HEADER_BYTES);
}

/** @param {DataView} view @returns {Header} */
function readHeader(view) {
  check(view.getUint32(0, true) === MAGIC, "These bytes are no frame of Waves, version 1.");
  return {
    kind: named(KINDS, view.getUint8(4), "kind"),
    sampleType: named(SAMPLE_TYPES, view.getUint8(5), "sample type"),
    clock: named(CLOCKS, view.getUint8(6), "clock"),
    flags: view.getUint8(7),
    signals: view.getUint16(8, true),
    reserved: view.getUint16(10, true),
    handle: view.getUint32(12, true),
    n: view.getUint32(16, true),
    stride: view.getUint32(20, true),
    epoch: view.getUint32(24, true),
    payloadBytes: view.getUint32(28, true),
    sample: Number(view.getBigUint64(32, true)),
    t0: view.getFloat64(40, true),
    dt: view.getFloat64(48, true),
  };
}

/** @param {Header} header */
function checkHeader({ kind, clock, reserved, signals, n, stride, sample, t0, dt }) {
  check(reserved === 0, "The reserved field is not 0.");
  check(signals > 0 && n > 0, "A frame holds at least one signal and one column.");
  check(stride > 0 && (stride & (stride - 1)) === 0, `A stride of ${stride} is not possible.`);
  check(kind === "envelope" || stride === 1, "The stride of samples is 1.");
  check(Number.isSafeInteger(sample), "The sample index is beyond what a number holds.");
  check(sample % stride === 0, "An envelope begins at a multiple of its stride.");
  check(Number.isFinite(t0) && Number.isFinite(dt), "t0 and dt are finite numbers.");
  check(clock === "timed" ? dt === 0 : dt > 0, "dt is above 0 on a regular clock and 0 on a timed one.");
}

/** @param {Header} header */
function payloadBytes({ kind, sampleType, clock, signals, n }) {
  const rows = kind === "envelope" ? 2 * signals : signals;
  const times = clock === "timed" ? 8 * n : 0;
  const bytes = rows * n * ARRAYS[sampleType].BYTES_PER_ELEMENT + times;
  return Math.ceil(bytes / 8) * 8;
}

/**
 * `values` for samples; `minima` and `maxima` for an envelope; `times` on a timed clock.
 * @param {Header} frame
 * @param {ArrayBuffer} buffer
 * @param {number} start
 * @returns {Frame}
 */
function addViews(frame, buffer, start) {
  const { n, kind, signals } = frame;
  const Values = ARRAYS[frame.sampleType];
  const times = frame.clock === "timed" ? new Float64Array(buffer, start, n) : null;
  const values = start + (times?.byteLength ?? 0);
  const row = (/** @type {number} */ k) => new Values(buffer, values + k * n * Values.BYTES_PER_ELEMENT, n);
  const rows = (/** @type {number} */ first, /** @type {number} */ step) =>
    Array.from({ length: signals }, (_, k) => row(first + step * k));
  if (kind === "samples") return { ...frame, kind, times, values: rows(0, 1) };
  return { ...frame, kind, times, minima: rows(0, 2), maxima: rows(1, 2) };
}

/**
 * @template T
 * @param {Record<number, T>} names
 * @param {number} code
 * @param {string} what
 * @returns {T}
 */
function named(names, code, what) {
  check(code in names, `The ${what} ${code} is unknown.`);
  return names[code];
}

/** @param {boolean} holds @param {string} message */
function check(holds, message) {
  if (!holds) throw new WireError(message);
}
