/**
 * Control messages of the server that the page reads; docs/protocol.md says what each field means.
 * A later server may send others: those are passed over.
 *
 * @typedef {{type: "hello", protocol: string, time: number, ack: AckRule, version?: string}} Hello
 * @typedef {{ms: number, bytes: number}} AckRule how often what came is acknowledged
 * @typedef {{type: "pong", id: number, time: number}} Pong
 * @typedef {{type: "error", message: string, stream?: string}} Failure
 * @typedef {{type: "stream", handle: number, [field: string]: unknown}} StreamMessage see `readDescription`
 * @typedef {object} ViewMessage
 * @property {"view"} type
 * @property {number} handle
 * @property {"samples" | "columns" | "sweeps"} mode
 * @property {number} stride samples of a column; 1 where samples are sent
 * @property {number} first the first sample that is sent
 * @property {number} next the sample that comes after what the server had when it was asked
 * @property {number} [begin] the first sample of the epoch that the server keeps
 * @typedef {{type: "history", id: number, frames: number}} HistoryMessage
 * @typedef {{type: "notice", code: string, message: string}} Notice
 * @typedef {Hello | Pong | Failure | StreamMessage | ViewMessage | HistoryMessage | Notice} Message
 */

/** A control message; null for what is none, as a later protocol may have it. @param {string} text */
export function readMessage(text) {
  try {
    const message = JSON.parse(text);
    return typeof message?.type === "string" ? /** @type {Message} */ (message) : null;
  } catch {
    return null;
  }
}
