import assert from "node:assert/strict";
import test from "node:test";

import { bindGestures } from "../../../static/waves/js/chart/gestures.js";

/** An element at (10, 20), the gestures that were understood, and a way to make events. */
function surface({ hold = null } = {}) {
  const listeners = {};
  const seen = [];
  const element = {
    addEventListener: (name, listener) => {
      listeners[name] = listener;
    },
    getBoundingClientRect: () => ({ left: 10, top: 20 }),
    setPointerCapture: () => {},
  };
  const follow = (name) => ({
    move: (...args) => seen.push([name, ...args.map((arg) => (arg.px === undefined ? arg : [arg.px, arg.py]))]),
    end: () => seen.push([`${name} ends`]),
  });
  bindGestures(element, {
    hold: () => hold && follow(hold),
    drag: (point, direction) => seen.push(["drag", direction, point.px]) && follow("drag"),
    box: (point) => seen.push(["box", point.px]) && follow("box"),
    pinch: (_point, direction) => seen.push(["pinches", direction]) && follow("pinch"),
    zoom: (_point, steps) => seen.push(["zoom", steps]),
    scroll: (pixels) => seen.push(["scroll", pixels]),
    // That nothing is pointed to any longer says nothing of what follows.
    hover: (at) => at && seen.push(["hover"]),
    twice: (point) => seen.push(["twice", point.px]),
    menu: (point) => seen.push(["menu", point.px]) > 0,
  });
  const event = (name, clientX, clientY, pointerId = 1, more = {}) =>
    listeners[name]({ clientX, clientY, pointerId, button: 0, pointerType: "mouse", preventDefault() {}, ...more });
  const wheel = (more) =>
    listeners.wheel({
      deltaX: 0,
      deltaY: 0,
      deltaMode: 0,
      shiftKey: false,
      timeStamp: 0,
      clientX: 0,
      clientY: 0,
      preventDefault() {},
      ...more,
    });
  return { seen, event, wheel };
}

test("a pointer that hardly moves drags nothing", () => {
  const { seen, event } = surface();
  event("pointerdown", 110, 120);
  event("pointermove", 112, 121);
  event("pointerup", 112, 121);
  assert.deepEqual(seen, []);
});

test("a drag has the direction in which it began, and the point where", () => {
  const { seen, event } = surface();
  event("pointerdown", 110, 120);
  event("pointermove", 120, 122);
  event("pointermove", 120, 190);
  event("pointerup", 120, 190);
  assert.deepEqual(seen, [["drag", "horizontal", 100], ["drag", [110, 102]], ["drag", [110, 170]], ["drag ends"]]);
});

test("a handle follows from the first pixel", () => {
  const { seen, event } = surface({ hold: "handle" });
  event("pointerdown", 110, 120);
  event("pointermove", 111, 120);
  event("pointerup", 111, 120);
  assert.deepEqual(seen, [["handle", [101, 100]], ["handle ends"]]);
});

test("two fingers pinch about their centre; what one of them dragged ends", () => {
  const { seen, event } = surface();
  event("pointerdown", 110, 120, 1);
  event("pointermove", 90, 120, 1);
  event("pointerdown", 130, 120, 2);
  event("pointermove", 170, 120, 2);
  event("pointerup", 170, 120, 2);
  event("pointermove", 0, 0, 1);
  assert.deepEqual(seen.slice(-4), [
    ["drag ends"],
    ["pinches", "horizontal"],
    ["pinch", 2, [120, 100]],
    ["pinch ends"],
  ]);
});

test("a notch of the wheel is one step, and small turns add up to one", () => {
  const { seen, wheel } = surface();
  wheel({ deltaY: 100 });
  wheel({ deltaY: -120, timeStamp: 400 });
  for (let k = 0; k < 9; k += 1) wheel({ deltaY: 10, timeStamp: 900 + 16 * k });
  assert.deepEqual(seen, [
    ["zoom", 1],
    ["zoom", -1],
    ["zoom", 1],
  ]);
});

test("a wheel that rested begins anew", () => {
  const { seen, wheel } = surface();
  for (const timeStamp of [0, 1000, 2000]) wheel({ deltaY: 50, timeStamp });
  assert.deepEqual(seen, []);
});

test("sideways, or with shift, the wheel scrolls", () => {
  const { seen, wheel } = surface();
  wheel({ deltaX: 30, deltaY: 2 });
  wheel({ deltaY: -100, shiftKey: true });
  wheel({ deltaX: -3, deltaMode: 1 });
  assert.deepEqual(seen, [
    ["scroll", 30],
    ["scroll", -100],
    ["scroll", -60],
  ]);
});

test("with shift a drag is a box", () => {
  const { seen, event } = surface({ hold: "handle" });
  event("pointerdown", 110, 120, 1, { shiftKey: true });
  event("pointermove", 140, 160);
  event("pointerup", 140, 160);
  assert.deepEqual(seen, [["box", 100], ["box", [130, 140]], ["box ends"]]);
});
