/**
 * Mouse, pen, fingers and wheel on an element as a few gestures, in pixels of the element:
 * dragging, pinching, zooming by steps and scrolling.
 */

/** @typedef {{px: number, py: number, touch?: boolean}} Pixel of an element */

/** @typedef {{move: (to: Pixel) => void, end?: () => void}} Drag */

/** @typedef {{move: (scale: number, to: Pixel) => void, end?: () => void}} Pinch */

/** A pointer that moved less than this (CSS pixels) is a click and no drag. */
const SLACK = 4;
/** Wheel pixels of one step of zoom: a notch of a mouse is 100 to 120. */
const STEP = 80;
/** What a line, and a page, of a wheel that counts in those is in pixels. */
const LINE = 20;
const PAGE = 400;
/** A wheel that rested for this long (ms) begins anew; what it had turned is forgotten. */
const REST = 300;

/**
 * @typedef {object} Handlers
 * @property {(at: Pixel) => Drag | null} hold what takes hold at once
 * @property {(at: Pixel, direction: "horizontal" | "vertical") => Drag | null} drag the same, once the pointer moved
 * @property {(at: Pixel) => Pinch | null} pinch
 * @property {(at: Pixel, steps: number) => void} zoom
 * @property {(pixels: number) => void} scroll
 * @property {(at: Pixel) => void} hover
 */

/**
 * @param {HTMLElement} element its style should have `touch-action: pan-y`: one finger up or down is the page's
 * @param {Handlers} handlers
 */
export function bindGestures(element, handlers) {
  const pointers = new Pointers(element, handlers);
  const wheel = new Wheel(element, handlers);
  element.addEventListener("pointerdown", (event) => pointers.down(event));
  element.addEventListener("pointermove", (event) => pointers.move(event));
  for (const name of /** @type {const} */ (["pointerup", "pointercancel"])) {
    element.addEventListener(name, (event) => pointers.up(event));
  }
  // What is held moves, and the page stays; so it does under two fingers.
  element.addEventListener("touchstart", (event) => pointers.isBusy && event.preventDefault(), { passive: false });
  element.addEventListener("wheel", (event) => wheel.turn(event), { passive: false });
}

class Pointers {
  /** @type {Map<number, Pixel>} */
  #down = new Map();
  /** @type {Drag | null} */
  #held = null;
  /** @type {Pixel | null} */
  #start = null;

  /** @param {HTMLElement} element @param {Handlers} handlers */
  constructor(element, handlers) {
    this.element = element;
    this.handlers = handlers;
  }

  /** @param {PointerEvent} event */
  down(event) {
    if (event.button !== 0) return;
    this.element.setPointerCapture(event.pointerId);
    const point = pointOf(this.element, event);
    this.#down.set(event.pointerId, point);
    this.#end();
    if (this.#down.size === 1) {
      this.#start = point;
      this.#held = this.handlers.hold(point);
    } else if (this.#down.size === 2) this.#pinch();
  }

  /** @param {PointerEvent} event */
  move(event) {
    const point = pointOf(this.element, event);
    if (!this.#down.has(event.pointerId)) {
      this.handlers.hover(point);
      return;
    }
    this.#down.set(event.pointerId, point);
    if (this.#pinched) this.#pinched.move(this.#distance() / this.#spread, this.#centre());
    else if (this.#held) this.#held.move(point);
    else this.#begin(point);
  }

  /** Whether something is held, or pinched. */
  get isBusy() {
    return this.#held !== null || this.#down.size > 1;
  }

  /** @param {PointerEvent} event */
  up(event) {
    if (this.#down.delete(event.pointerId)) this.#end();
  }

  /** What two fingers hold, and the distance at which they began. @type {Pinch | null} */
  #pinched = null;
  #spread = 1;

  #pinch() {
    this.#spread = Math.max(1, this.#distance());
    this.#pinched = this.handlers.pinch(this.#centre());
  }

  /** @param {Pixel} point */
  #begin(point) {
    if (!this.#start) return;
    const [dx, dy] = [Math.abs(point.px - this.#start.px), Math.abs(point.py - this.#start.py)];
    if (Math.max(dx, dy) < SLACK) return;
    const direction = dx >= dy ? "horizontal" : "vertical";
    // A finger that goes up or down scrolls the page.
    if (direction === "horizontal" || !point.touch) this.#held = this.handlers.drag(this.#start, direction);
    this.#start = null;
    this.#held?.move(point);
  }

  #end() {
    this.#held?.end?.();
    this.#pinched?.end?.();
    this.#held = this.#pinched = null;
    this.#start = null;
  }

  #distance() {
    const [a, b] = [...this.#down.values()];
    return Math.hypot(a.px - b.px, a.py - b.py);
  }

  #centre() {
    const [a, b] = [...this.#down.values()];
    return { px: (a.px + b.px) / 2, py: (a.py + b.py) / 2, touch: true };
  }
}

class Wheel {
  #turned = 0;
  #at = 0;

  /** @param {HTMLElement} element @param {Handlers} handlers */
  constructor(element, handlers) {
    this.element = element;
    this.handlers = handlers;
  }

  /** @param {WheelEvent} event */
  turn(event) {
    event.preventDefault();
    const unit = [1, LINE, PAGE][event.deltaMode];
    const [dx, dy] = [event.deltaX * unit, event.deltaY * unit];
    // With shift some systems turn the wheel sideways themselves.
    const sideways = event.shiftKey ? dx || dy : dx;
    if (event.shiftKey || Math.abs(dx) > Math.abs(dy)) this.handlers.scroll(sideways);
    else this.#zoom(event, dy);
  }

  /** @param {WheelEvent} event @param {number} dy */
  #zoom(event, dy) {
    const fresh = event.timeStamp - this.#at > REST || dy * this.#turned < 0;
    this.#at = event.timeStamp;
    this.#turned = (fresh ? 0 : this.#turned) + dy;
    const steps = Math.trunc(this.#turned / STEP);
    this.#turned -= steps * STEP;
    if (steps !== 0) this.handlers.zoom(pointOf(this.element, event), Math.sign(steps));
  }
}

/** @param {HTMLElement} element @param {{clientX: number, clientY: number, pointerType?: string}} event @returns {Pixel} */
function pointOf(element, event) {
  const box = element.getBoundingClientRect();
  return {
    px: event.clientX - box.left,
    py: event.clientY - box.top,
    touch: event.pointerType === "touch",
  };
}
