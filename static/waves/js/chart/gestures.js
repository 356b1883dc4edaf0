/**
 * Mouse, pen, fingers and wheel on an element as a few gestures, in pixels of the element:
 * dragging, pinching, zooming by steps and scrolling.
 */

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
 * @param {HTMLElement} element its style should have `touch-action: none`
 * @param {object} handlers each is given points {px, py, touch}
 *   - hold(point): what takes hold at once ({move(point), end()}), or null
 *   - drag(point, "horizontal" | "vertical"): the same, once the pointer moved
 *   - pinch(point): {move(scale, point), end()} or null
 *   - zoom(point, steps), scroll(pixels), hover(point)
 */
export function bindGestures(element, handlers) {
  const pointers = new Pointers(element, handlers);
  const wheel = new Wheel(element, handlers);
  element.addEventListener("pointerdown", (event) => pointers.down(event));
  element.addEventListener("pointermove", (event) => pointers.move(event));
  for (const name of ["pointerup", "pointercancel"]) {
    element.addEventListener(name, (event) => pointers.up(event));
  }
  element.addEventListener("wheel", (event) => wheel.turn(event), { passive: false });
}

class Pointers {
  #down = new Map();
  #held = null;
  #start = null;

  constructor(element, handlers) {
    Object.assign(this, { element, handlers });
  }

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

  move(event) {
    const point = pointOf(this.element, event);
    if (!this.#down.has(event.pointerId)) {
      this.handlers.hover(point);
      return;
    }
    this.#down.set(event.pointerId, point);
    if (this.#spread) this.#held?.move(this.#distance() / this.#spread, this.#centre());
    else if (this.#held) this.#held.move(point);
    else this.#begin(point);
  }

  up(event) {
    if (this.#down.delete(event.pointerId)) this.#end();
  }

  /** The distance at which two fingers began, 0 while there are not two. */
  #spread = 0;

  #pinch() {
    this.#spread = Math.max(1, this.#distance());
    this.#held = this.handlers.pinch(this.#centre());
  }

  #begin(point) {
    if (!this.#start) return;
    const [dx, dy] = [Math.abs(point.px - this.#start.px), Math.abs(point.py - this.#start.py)];
    if (Math.max(dx, dy) < SLACK) return;
    this.#held = this.handlers.drag(this.#start, dx >= dy ? "horizontal" : "vertical");
    this.#start = null;
    this.#held?.move(point);
  }

  #end() {
    this.#held?.end?.();
    this.#held = null;
    this.#start = null;
    this.#spread = 0;
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

  constructor(element, handlers) {
    Object.assign(this, { element, handlers });
  }

  turn(event) {
    event.preventDefault();
    const unit = [1, LINE, PAGE][event.deltaMode];
    const [dx, dy] = [event.deltaX * unit, event.deltaY * unit];
    // With shift some systems turn the wheel sideways themselves.
    const sideways = event.shiftKey ? dx || dy : dx;
    if (event.shiftKey || Math.abs(dx) > Math.abs(dy)) this.handlers.scroll(sideways);
    else this.#zoom(event, dy);
  }

  #zoom(event, dy) {
    const fresh = event.timeStamp - this.#at > REST || dy * this.#turned < 0;
    this.#at = event.timeStamp;
    this.#turned = (fresh ? 0 : this.#turned) + dy;
    const steps = Math.trunc(this.#turned / STEP);
    this.#turned -= steps * STEP;
    if (steps !== 0) this.handlers.zoom(pointOf(this.element, event), Math.sign(steps));
  }
}

function pointOf(element, event) {
  const box = element.getBoundingClientRect();
  return { px: event.clientX - box.left, py: event.clientY - box.top, touch: event.pointerType === "touch" };
}
