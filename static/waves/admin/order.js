/** Rows that people put into order: by dragging a handle, by its arrow keys, or by two buttons. */

/**
 * @typedef {object} Order
 * @property {() => HTMLElement[]} rows in their order
 * @property {(row: HTMLElement) => HTMLElement} place where the handle of a row stands
 * @property {(row: HTMLElement) => string} name of a row, for those who do not see it
 * @property {() => void} changed they stand in another order
 */

const ATTRIBUTE = "wavesOrdered";
/** What the buttons of a row do, in their order. */
const ACTS = ["order", "move up", "move down"];

/** Give each row that has none yet what it is moved by, and all of them their names. @param {Order} order */
export function orderRows(order) {
  for (const row of order.rows()) {
    if (!row.dataset[ATTRIBUTE]) order.place(row).prepend(toolsOf(row, order));
    row.dataset[ATTRIBUTE] = "1";
    row.querySelectorAll(".waves-order button").forEach((one, k) => {
      one.setAttribute("aria-label", `${order.name(row)}: ${ACTS[k]}`);
    });
  }
}

/** @param {HTMLElement} row @param {Order} order */
function toolsOf(row, order) {
  const tools = document.createElement("span");
  tools.className = "waves-order";
  const handle = button("⠿", "Drag it, or move it with the arrow keys", () => {});
  handle.classList.add("waves-handle");
  const up = button("↑", "Move up", () => move(row, -1, order));
  const down = button("↓", "Move down", () => move(row, 1, order));
  handle.addEventListener("keydown", (event) => {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!by) return;
    event.preventDefault();
    move(row, by, order);
    handle.focus();
  });
  handle.addEventListener("pointerdown", (event) => event.button === 0 && drag(row, handle, event.pointerId, order));
  tools.append(handle, up, down);
  return tools;
}

/** @param {string} text @param {string} title @param {() => void} act */
function button(text, title, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  made.title = title;
  made.addEventListener("click", act);
  return made;
}

/** By places. @param {HTMLElement} row @param {number} by @param {Order} order */
function move(row, by, order) {
  const rows = order.rows();
  const other = rows[rows.indexOf(row) + by];
  if (!other) return;
  if (by < 0) other.before(row);
  else other.after(row);
  order.changed();
}

/**
 * Until the pointer is let go, a line shows where the row will stand: a row that moved before would lose the pointer.
 * @param {HTMLElement} row
 * @param {HTMLElement} handle
 * @param {number} pointer
 * @param {Order} order
 */
function drag(row, handle, pointer, order) {
  const ending = new AbortController();
  const { signal } = ending;
  /** @type {Target | null} */
  let target = null;
  const mark = (/** @type {Target | null} */ next) => {
    if (target) delete target.row.dataset.wavesDrop;
    target = next;
    if (target) target.row.dataset.wavesDrop = target.where;
  };
  const end = (/** @type {boolean} */ isMeant) => {
    const last = target;
    mark(null);
    ending.abort();
    document.body.classList.remove("waves-ordering");
    if (!isMeant || !last) return;
    last.row[last.where](row);
    order.changed();
  };
  handle.setPointerCapture(pointer);
  document.body.classList.add("waves-ordering");
  handle.addEventListener("pointermove", ({ clientY }) => mark(targetAt(clientY, row, order)), { signal });
  handle.addEventListener("pointerup", () => end(true), { signal });
  handle.addEventListener("pointercancel", () => end(false), { signal });
}

/** @typedef {{row: HTMLElement, where: "before" | "after"}} Target beside which row it will stand */

/** @param {number} y @param {HTMLElement} row @param {Order} order @returns {Target | null} */
function targetAt(y, row, order) {
  const rows = order.rows().filter((other) => other !== row);
  const boxes = rows.map((other) => other.getBoundingClientRect());
  const below = boxes.findIndex(({ top, bottom }) => y < (top + bottom) / 2);
  if (below >= 0) return { row: rows[below], where: "before" };
  return rows.length > 0 ? { row: rows[rows.length - 1], where: "after" } : null;
}
