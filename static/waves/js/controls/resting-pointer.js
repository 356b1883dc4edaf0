/** A mouse pointer that rests is hidden: `data-pointer` of the body says so, and the style sheet obeys. */

/** Milliseconds without a movement. */
const REST = 3000;

/**
 * @param {HTMLElement} body
 * @param {{setTimeout: (call: () => void, ms: number) => number, clearTimeout: (id: number | undefined) => void}} [timers] given by tests
 */
export function hideRestingPointer(body, timers = globalThis) {
  /** @type {number | undefined} */
  let timer;
  let place = "";
  const rest = () => {
    timers.clearTimeout(timer);
    timer = timers.setTimeout(() => {
      body.dataset.pointer = "rests";
    }, REST);
  };
  body.addEventListener("pointermove", ({ screenX, screenY }) => {
    // A browser also tells of what moves beneath a pointer that rests.
    if (place === `${screenX} ${screenY}`) return;
    place = `${screenX} ${screenY}`;
    delete body.dataset.pointer;
    rest();
  });
  rest();
}
