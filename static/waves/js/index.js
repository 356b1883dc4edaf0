/** The list of streams: search by name, rates with SI prefixes, theme. */

import { bindTheme } from "./theme-switch.js";
import { setting } from "./format.js";

const cards = [...document.querySelectorAll(".card")];

function search(words) {
  const wanted = words.trim().toLowerCase();
  for (const card of cards) card.hidden = !card.dataset.name.includes(wanted);
  document.getElementById("none").hidden = cards.length === 0 || cards.some((card) => !card.hidden);
}

for (const element of document.querySelectorAll("[data-rate]")) {
  element.textContent = setting(Number(element.dataset.rate), "S/s");
}
document.getElementById("search").addEventListener("input", (event) => search(event.target.value));
bindTheme(document.getElementById("theme"));
