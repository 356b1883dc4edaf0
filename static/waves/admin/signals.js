/** The rows of signals: their order, and pickers of their colours. */

import { orderRows } from "./order.js";

/** What the picker shows where a signal has no colour of its own. */
const NO_COLOUR = "#808080";

/** @param {HTMLFormElement} form */
export function watchSignals(form) {
  /** @returns {HTMLElement[]} */
  const rows = () =>
    [...form.querySelectorAll(".inline-related:not(.empty-form)")].filter((row) => row instanceof HTMLElement);
  /** Places go by the order on the page. */
  const number = () => {
    rows().forEach((row, k) => {
      const position = row.querySelector("input[name$='-position']");
      if (position instanceof HTMLInputElement) position.value = String(k);
    });
  };
  const order = {
    rows,
    place: (/** @type {HTMLElement} */ row) => row.querySelector("h3") ?? row,
    name: (/** @type {HTMLElement} */ row) => nameOf(row),
    changed: () => {
      number();
      form.dispatchEvent(new Event("change", { bubbles: true }));
    },
  };
  const update = () => {
    orderRows(order);
    for (const row of rows()) pickColour(row);
    number();
  };
  form.addEventListener("input", () => orderRows(order));
  document.addEventListener("formset:added", update);
  document.addEventListener("formset:removed", number);
  update();
}

/** @param {HTMLElement} row */
function nameOf(row) {
  const name = row.querySelector("input[name$='-name']");
  return (name instanceof HTMLInputElement && name.value) || "Signal";
}

/** A picker, and a button that gives the colour back to the page; the text stays what is sent. @param {HTMLElement} row */
function pickColour(row) {
  const text = row.querySelector("input[data-waves-colour]");
  if (!(text instanceof HTMLInputElement) || text.nextElementSibling?.classList.contains("waves-colour")) return;
  const tools = document.createElement("span");
  const picker = document.createElement("input");
  const clear = document.createElement("button");
  tools.className = "waves-colour";
  picker.type = "color";
  picker.setAttribute("aria-label", "Choose a colour");
  clear.type = "button";
  clear.textContent = "By itself";
  clear.title = "Let the page choose the colour";
  const isColour = () => /^#[0-9a-f]{6}$/i.test(text.value);
  const show = () => {
    picker.value = isColour() ? text.value : NO_COLOUR;
    clear.disabled = text.value === "";
  };
  const set = (/** @type {string} */ colour) => {
    text.value = colour;
    show();
    text.dispatchEvent(new Event("input", { bubbles: true }));
  };
  picker.addEventListener("input", () => set(picker.value));
  clear.addEventListener("click", () => set(""));
  text.addEventListener("input", show);
  tools.append(picker, clear);
  text.after(tools);
  show();
}
