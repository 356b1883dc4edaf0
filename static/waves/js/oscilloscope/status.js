/** What the scope says of itself in words and numbers: pill, readings, status line. */

import { shortMessage, stateWord } from "../protocol/description.js";
import { count, duration, NONE, quantity, setting, timeSetting } from "../text/quantities.js";
import { Steady } from "../text/steady.js";

/**
 * @import { Controls, Pill } from "../controls/controls.js"
 * @import { Config, Description, Signal } from "../protocol/description.js"
 * @import { Notice } from "../protocol/messages.js"
 * @import { StreamSocket } from "../protocol/stream-socket.js"
 * @import { Record } from "../samples/record.js"
 * @import { Source } from "../samples/window-samples.js"
 * @import { Timebase } from "../time/timebase.js"
 * @import { Picture } from "../tools/parts.js"
 */

/**
 * @typedef {object} Status all that something is said of
 * @property {Pick<StreamSocket, "state" | "words" | "clock">} socket
 * @property {Record} record
 * @property {Timebase} timebase
 * @property {string | null} refusal why the page was refused
 * @property {string | null} problem what a person must do
 * @property {Pick<Notice, "code" | "message"> | null} noticed
 * @property {number} openedAt page seconds
 * @property {string} [recording] what of the recording could not be read, as a sentence
 * @property {Controls} controls
 * @property {Config} config
 * @property {Signal[]} signals
 * @property {Picture | null} picture
 * @property {number[]} drawn when pictures were
 */

/** States whose word says it all; another one's message is in the pill where it is short. */
const TOLD_BY_WORD = new Set(["stale", "stopped", "failed", "unknown"]);
/** Seconds after which a server that says nothing of the stream is told of. */
const TOLD_WITHIN = 3;
/** Digits of a rate as it is measured. */
const RATE_DIGITS = 4;
/** A division of which milliseconds are what can be read (s). */
const MILLISECONDS = 0.005;
/** How numbers of the status line are written. */
const rates = new Steady();
const latencies = new Steady();
/** Notices that take back the one before. */
const ENDINGS = new Set(["trigger_resumed"]);

/**
 * Everything that changes with time, a few times a second.
 * @param {Status} status
 * @param {number} now
 */
export function showStatus(status, now) {
  const { controls } = status;
  controls.pill(pill(status, now));
  controls.notice(notice(status));
  // Only there for staff, and where others send the data.
  document.getElementById("send")?.toggleAttribute("hidden", status.record.ring !== null);
  showFacts(status);
  showLine(status, now);
}

/**
 * The one state that matters most: first the connection, then the stream, then the view.
 * @param {Pick<Status, "socket" | "record" | "timebase" | "refusal" | "openedAt">} status
 * @param {number} now
 * @returns {Pill}
 */
export function pill({ socket, record, timebase, refusal, openedAt }, now) {
  const { description } = record;
  const connection = connectionPill(socket, refusal, now);
  if (connection) return connection;
  if (!description) {
    if (now - openedAt < TOLD_WITHIN) return { name: "connecting", text: "Connecting" };
    return { name: "stale", text: "No news", title: "The server says nothing of this stream. Reload the page." };
  }
  if (description.state === "live")
    return timebase.running ? { name: "live", text: "Live" } : { name: "paused", text: "Paused" };
  return { name: description.state, text: stateText(description), title: description.message };
}

/**
 * What is to be said of the connection; null where it stands and something came lately.
 * @param {Status["socket"]} socket
 * @param {string | null} refusal
 * @param {number} now
 * @returns {Pill | null}
 */
function connectionPill(socket, refusal, now) {
  const { state } = socket;
  if (state.name === "refused")
    return { name: "refused", text: state.code === 4404 ? "Deleted" : "Refused", title: refusal ?? "" };
  if (state.name === "waiting") {
    const left = Math.max(0, Math.ceil((state.until ?? now) - now));
    return { name: "waiting", text: `Reconnecting in ${left} s`, title: state.reason };
  }
  if (state.name !== "open")
    return state.again ? { name: "waiting", text: "Reconnecting" } : { name: "connecting", text: "Connecting" };
  const text = socket.words();
  return text === null ? null : { name: "waiting", text, title: "Nothing comes from the server." };
}

/** @param {Description} description */
function stateText(description) {
  const message = TOLD_BY_WORD.has(description.state) ? null : shortMessage(description);
  return message ?? stateWord(description);
}

/**
 * The one sentence that a person should read now, or null.
 * @param {Pick<Status, "socket" | "record" | "refusal" | "problem" | "noticed" | "config"> & {recording?: string}} status
 */
export function notice({ socket, record, refusal, problem, noticed, config, recording = "" }) {
  if (problem) return problem;
  if (socket.state.name === "refused") return refusal || "The server refused this page.";
  const { description } = record;
  if (!description || description.state === "live") {
    return told(noticed) ?? (description?.message || description?.not_recorded || recording || null);
  }
  const { state, message } = description;
  if (state === "failed") return `${message || "The source failed."} ${afterFailure(config)}`;
  // It has a line of its own, which covers nothing: see `tools/stream-control.js`.
  if (state === "stopped") return recording || null;
  // What the pill says already does not lie over the picture too.
  return stateText(description) === shortMessage(description) ? null : message;
}

/** What to do about it. @param {Pick<Config, "staff">} config */
function afterFailure({ staff }) {
  return `The server tries again by itself. ${staff ? "Its settings are under Configure." : "If it stays so, tell who runs this server."}`;
}

/** @param {Status["noticed"]} noticed */
function told(noticed) {
  return noticed && !ENDINGS.has(noticed.code) ? noticed.message : null;
}

/** @param {Status} status */
function showFacts({ record, picture, timebase, config, controls, signals }) {
  const { description } = record;
  const rate = setting(description?.rate ?? config.rate, "S/s");
  const many = signals.length === 1 ? "1 signal" : `${signals.length} signals`;
  // On a timed clock the rate is only what room is made for: samples come when they come.
  const pace = description?.clock === "timed" ? "timed" : rate;
  controls.text("summary", `${pace} · ${many} · ${config.source}`);
  controls.text("fact-rate", rate);
  controls.text("fact-window", timeSetting(timebase.window));
  const history = duration(description?.history ?? config.historySeconds);
  controls.text("fact-history", history);
  controls.text("export-history-length", ` (${history})`);
  controls.text("fact-restarts", String(record.restarts));
  controls.text("fact-mode", modeText(picture?.source, record));
}

/** @param {Status} status @param {number} now */
export function showLine({ socket, record, timebase, controls, drawn, openedAt, picture }, now) {
  const open = socket.state.name === "open";
  const quiet = socket.words() !== null;
  controls.text("connection", open ? (quiet ? "No answer" : "Connected") : "Not connected");
  controls.text("connected", open && !quiet ? duration(now - openedAt) : NONE);
  const nominal = record.description?.rate ?? 0;
  const comes = record.description?.state !== "stopped" && record.description?.state !== "failed";
  const rate = open && !quiet && comes ? record.rate(now) : NaN;
  controls.text("rate", rates.text(rate, "S/s", { now, digits: RATE_DIGITS, nominal }));
  // What is put together of a recording stands on whole pixels, behind what is newest.
  const isJoined = picture !== null && "between" in picture.source;
  const wall = record.wallTime((isJoined ? timebase.edge(now) : picture?.edge) ?? NaN);
  const live = open && !quiet && timebase.running && record.description?.state === "live";
  controls.text("latency", live ? latency(socket.clock.time(now) - wall, now) : NONE);
  controls.text("lost", lossText(record));
  const { description } = record;
  controls.show("recording", description?.record === true && !description.not_recorded && description.state === "live");
  controls.text("drawn", `${drawn.filter((at) => at > now - 1).length} fps`);
}

/**
 * Samples that did not come, and those that came too late to be taken.
 * @param {{lost: number, description: {late?: number} | null}} record
 */
export function lossText({ lost, description }) {
  const late = description?.late ?? 0;
  return late > 0 ? `${count(lost)}, and ${count(late)} late` : count(lost);
}

/**
 * Whole milliseconds; two clocks that differ a little may make it a hair below zero.
 * @param {number} seconds
 * @param {number} now
 */
function latency(seconds, now) {
  const whole = Number(Math.max(0, seconds).toFixed(3));
  return latencies.text(whole, "s", { now, digits: 1, division: MILLISECONDS });
}

/** @param {Source | undefined} source @param {Record} record */
function modeText(source, record) {
  if (!source) return NONE;
  // Columns of a recording are as long as each other, whatever the rate was.
  if ("longest" in source && source.envelope) return `min and max of ${quantity(Number(source.longest) / 2, "s", 3)}`;
  if (source.envelope) return `min and max of ${count(source.ring.stride)} samples`;
  return source.ring === record.swept ? "every sample, in sweeps" : "every sample";
}
