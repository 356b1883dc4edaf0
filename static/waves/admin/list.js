/** The list of streams in the admin: put into order by hand, where it stands in its own order. */

import { orderRows } from "./order.js";

/** An answer that takes longer (ms) will not come. */
const ANSWER_MS = 10_000;

const table = document.getElementById("result_list");
const address = document.getElementById("waves-reorder")?.dataset.url;
if (table && address && !new URLSearchParams(location.search).has("o")) watch(table, address);

/** @param {HTMLElement} table @param {string} address */
function watch(table, address) {
  /** @returns {HTMLElement[]} */
  const rows = () => [...table.querySelectorAll("tbody tr")].filter((row) => row instanceof HTMLElement);
  orderRows({
    rows,
    place: (row) => row.querySelector("th") ?? row,
    name: (row) => row.querySelector("th a")?.textContent ?? "Stream",
    changed: () => send(rows(), address),
  });
}

/** @param {HTMLElement[]} rows @param {string} address */
async function send(rows, address) {
  const said = document.getElementById("waves-reorder");
  const body = new FormData();
  const keys = rows
    .map((row) => row.querySelector("input.action-select"))
    .filter((box) => box instanceof HTMLInputElement);
  body.set("order", keys.map(({ value }) => value).join());
  const token = document.querySelector("input[name=csrfmiddlewaretoken]");
  if (token instanceof HTMLInputElement) body.set("csrfmiddlewaretoken", token.value);
  const answer = await fetch(address, { method: "POST", body, signal: AbortSignal.timeout(ANSWER_MS) }).catch(
    () => null,
  );
  if (said)
    said.textContent = answer?.ok ? "The order is saved." : "The order was not saved. Reload the page, and try again.";
}
