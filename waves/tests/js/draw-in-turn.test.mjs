import assert from "node:assert/strict";
import test from "node:test";

import { drawInTurn } from "../../../static/waves/js/streams/draw-in-turn.js";

/** Cards whose drawing takes `cost` milliseconds of a clock of their own. */
function cards(n, cost) {
  const world = { ms: 0 };
  const all = Array.from({ length: n }, () => ({
    drawnAt: -Infinity,
    pictures: 0,
    draw() {
      this.pictures += 1;
      world.ms += cost;
    },
  }));
  const frame = (now, reduced = false) => {
    const before = world.ms;
    drawInTurn(all, now, { reduced, clock: () => world.ms });
    return world.ms - before;
  };
  return { all, frame };
}

/** Frames of a 60 Hz screen for some seconds; what the dearest of them cost. */
function run(frame, seconds, reduced) {
  const costs = Array.from({ length: 60 * seconds }, (_, k) => frame(k / 60, reduced));
  return Math.max(...costs);
}

test("every card is drawn about thirty times a second, half of them in each frame", () => {
  const { all, frame } = cards(12, 0.1);
  const dearest = run(frame, 2);
  assert.ok(dearest <= 0.61, String(dearest));
  for (const { pictures } of all) assert.ok(pictures >= 58 && pictures <= 61, String(pictures));
});

test("a frame stays short where drawing is dear, and no card is left out", () => {
  const { all, frame } = cards(12, 3);
  assert.ok(run(frame, 2) <= 6);
  const pictures = all.map((card) => card.pictures);
  assert.ok(Math.max(...pictures) - Math.min(...pictures) <= 1, String(pictures));
});

test("one card that is dearer than a frame is drawn all the same", () => {
  const { all, frame } = cards(1, 50);
  run(frame, 1);
  assert.ok(all[0].pictures > 20);
});

test("where people ask for reduced motion, a card is drawn once a second", () => {
  const { all, frame } = cards(12, 0.1);
  run(frame, 5, true);
  for (const { pictures } of all) assert.equal(pictures, 5);
});
