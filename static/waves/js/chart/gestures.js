/**
 * Mouse, pen, fingers and wheel on an element as a few gestures, in pixels of the element:
 * dragging, pinching, zooming by steps and scrolling; and pointing, by a mouse that rests or a finger that does.
 */

/** @typedef {{px: number, py: number, touch?: boolean, ctrl?: boolean}} Pixel of an element, and whether ctrl is pressed */

/** @typedef {"horizontal" | "vertical"} Direction */

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
/** A finger that rests for this long (ms) points, and holds nothing. */
const PRESS = 450;

/**
 * @typedef {object} Handlers
 * @property {(at: Pixel) => Drag | null} hold what takes hold at once
 * @property {(at: Pixel, direction: Direction) => Drag | null} drag the same, once the pointer moved
 * @property {(at: Pixel) => Drag | null} box the same, with shift
 * @property {(at: Pixel, direction: Direction) => Pinch | null} pinch by how the fingers lie
 * @property {(at: Pixel, steps: number) => void} zoom
 * @property {(pixels: number) => void} scroll
 * @property {(at: Pixel | null) => void} hover what is pointed to; null for nothing
 * @property {(at: Pixel) => void} twice a double click
 * @property {(at: Pixel) => boolean} menu whether there is one
 * @property {(at: Pixel) => void} tap a click: nothing is held there, and the pointer did not move
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
  for (const name of ["touchstart", "touchmove"]) {
    element.addEventListener(name, (event) => pointers.isBusy && event.preventDefault(), { passive: false });
  }
  element.addEventListener("pointerleave", () => handlers.hover(null));
  element.addEventListener("dblclick", (event) => handlers.twice(pointOf(element, event)));
  element.addEventListener("contextmenu", (event) => {
    // A finger that rests reads values.
    const isFinger = "pointerType" in event && event.pointerType === "touch";
    if (isFinger || handlers.menu(pointOf(element, event))) event.preventDefault();
  });
  element.addEventListener("wheel", (event) => wheel.turn(event), { passive: false });
}

class Pointers {
  /** @type {Map<number, Pixel>} */
  #down = new Map();
  /** @type {Drag | null} */
  #held = null;
  /** @type {Pixel | null} */
  #start = null;
  #isBox = false;
  /** Whether a finger that rested points, and until when it does not yet. */
  #points = false;
  /** @type {number | undefined} */
  #press;

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
    this.handlers.hover(null);
    if (this.#down.size === 1) {
      this.#start = point;
      this.#isBox = event.shiftKey;
      this.#held = event.shiftKey ? null : this.handlers.hold(point);
      if (point.touch && !this.#held) this.#press = setTimeout(() => this.#point(point), PRESS);
    } else if (this.#down.size === 2) this.#pinch();
  }

  /** @param {Pixel} point */
  #point(point) {
    this.#points = true;
    this.#start = null;
    this.handlers.hover(point);
  }

  /** @param {PointerEvent} event */
  move(event) {
    const point = pointOf(this.element, event);
    if (!this.#down.has(event.pointerId)) {
      this.handlers.hover(point);
      return;
    }
    this.#down.set(event.pointerId, point);
    if (this.#points) this.handlers.hover(point);
    else if (this.#pinched) this.#pinched.move(this.#distance() / this.#spread, this.#centre());
    else if (this.#held) this.#held.move(point);
    else this.#begin(point);
  }

  /** Whether something is held, or pinched. */
  get isBusy() {
    return this.#held !== null || this.#points || this.#down.size > 1;
  }

  /** @param {PointerEvent} event */
  up(event) {
    if (!this.#down.delete(event.pointerId)) return;
    const isTap = event.type === "pointerup" && this.#start !== null && this.#held === null;
    if (isTap) this.handlers.tap(pointOf(this.element, event));
    this.#end();
  }

  /** What two fingers hold, and the distance at which they began. @type {Pinch | null} */
  #pinched = null;
  #spread = 1;

  #pinch() {
    const [a, b] = [...this.#down.values()];
    const isFlat = Math.abs(a.px - b.px) >= Math.abs(a.py - b.py);
    this.#spread = Math.max(1, this.#distance());
    this.#pinched = this.handlers.pinch(this.#centre(), isFlat ? "horizontal" : "vertical");
  }

  /** @param {Pixel} point */
  #begin(point) {
    if (!this.#start) return;
    const [dx, dy] = [Math.abs(point.px - this.#start.px), Math.abs(point.py - this.#start.py)];
    if (Math.max(dx, dy) < SLACK) return;
    clearTimeout(this.#press);
    const direction = dx >= dy ? "horizontal" : "vertical";
    if (this.#isBox) this.#held = this.handlers.box(this.#start);
    // A finger that goes up or down scrolls the page.
    else if (direction === "horizontal" || !point.touch) this.#held = this.handlers.drag(this.#start, direction);
    this.#start = null;
    this.#held?.move(point);
  }

  #end() {
    clearTimeout(this.#press);
    if (this.#points) this.handlers.hover(null);
    this.#points = false;
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

/** @param {HTMLElement} element @param {{clientX: number, clientY: number, ctrlKey: boolean, pointerType?: string}} event @returns {Pixel} */
function pointOf(element, event) {
  const box = element.getBoundingClientRect();
  return {
    px: event.clientX - box.left,
    py: event.clientY - box.top,
    touch: event.pointerType === "touch",
    ctrl: event.ctrlKey,
  };
}
