/**
 * A page that came by a link: the key behind the `#` of its address is exchanged for a grant, by which the oscilloscope
 * reads. Nobody's login is used, and the key stands in no address from then on.
 */

import { byId } from "../controls/elements.js";
import { Grant, granted } from "../protocol/grant.js";

/**
 * @typedef {object} Opened what a link's key opens
 * @property {string} grant
 * @property {number} expires unix seconds
 * @property {"link" | "embed" | "wall"} kind
 * @property {string} view the query of the view that is shared
 * @property {boolean} controls
 * @property {{name: string, [field: string]: unknown}} config
 */

/** An answer that takes longer (ms) will not come. */
const ANSWER_MS = 10_000;
/** A server that is busy or restarts is asked again after this (ms). */
const AGAIN_MS = 3000;
/** Where the key is kept for a reload: this tab alone knows it. */
const KEPT = `waves-link:${location.pathname}`;

const { addresses, version } = JSON.parse(byId("waves-shared").textContent ?? "{}");

/** The key, which stands behind the `#` once. */
function takeKey() {
  const given = decodeURIComponent(location.hash.slice(1));
  if (given) {
    keep(given);
    history.replaceState(null, "", location.pathname + location.search);
  }
  return given || kept();
}

/** @param {string} key */
function keep(key) {
  try {
    sessionStorage.setItem(KEPT, key);
  } catch {
    // A frame whose cookies are blocked keeps nothing: its address has the key whenever it is loaded.
  }
}

function kept() {
  try {
    return sessionStorage.getItem(KEPT) ?? "";
  } catch {
    return "";
  }
}

/** What a server has against a link, in words. */
class RefusedError extends Error {}

/** @param {string} key @returns {Promise<Opened>} */
async function exchange(key) {
  for (;;) {
    const answer = await fetch(addresses.grants, {
      method: "POST",
      credentials: "omit",
      referrerPolicy: "no-referrer",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ key }),
      signal: AbortSignal.timeout(ANSWER_MS),
    }).catch(() => null);
    if (answer?.ok) {
      tell("");
      return answer.json();
    }
    if (answer && answer.status < 500 && answer.status !== 429) throw new RefusedError(await wordsOf(answer));
    tell("The server does not answer. Trying again …");
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}

/** @param {Response} answer */
async function wordsOf(answer) {
  const said = await answer.json().catch(() => null);
  return typeof said?.error === "string" ? said.error : `The server refused the link (${answer.status}).`;
}

/** @param {string} words */
function tell(words) {
  const place = byId("shared-words");
  place.textContent = words;
  place.hidden = words === "";
}

/** @param {Opened} opened */
function modeOf({ kind, controls }) {
  if (kind === "wall") return "kiosk";
  return kind === "embed" && !controls ? "bare" : "full";
}

/** @param {Opened} opened @param {string} key */
async function show(opened, key) {
  granted.current = new Grant(opened, () => exchange(key));
  const mode = modeOf(opened);
  const { classList } = document.body;
  classList.remove("no-controls", "bare");
  if (mode !== "full") classList.add("no-controls", mode);
  else document.getElementById("legend")?.remove();
  const { name } = opened.config;
  document.title = `${name} · Waves`;
  byId("name").textContent = byId("name").title = name;
  if (opened.view && !location.search) history.replaceState(null, "", `?${opened.view}`);
  const told = document.createElement("script");
  told.type = "application/json";
  told.id = "waves-config";
  told.textContent = JSON.stringify({ ...opened.config, version, mode });
  document.head.append(told);
  document.body.classList.remove("unopened");
  await import("./scope.js");
}

async function open() {
  const key = takeKey();
  if (!key) return tell("This address lacks the key of a link: open it whole, with all that stands behind the #.");
  try {
    await show(await exchange(key), key);
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    tell(error.message);
  }
}

open();
