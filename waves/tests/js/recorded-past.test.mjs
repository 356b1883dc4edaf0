import assert from "node:assert/strict";
import test from "node:test";

import { RecordedPast } from "../../../static/waves/js/samples/recorded-past.js";
import { COLUMNS, lengthOf, timeOf } from "../../../static/waves/js/samples/recorded-tiles.js";
import { envelopeFrame } from "./frames.mjs";

/** Where the recording begins; epoch 1 has its sample 0 there, at 1 kHz. */
const BEGIN = 1_700_000_000;
const RATE = 1000;
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** What a server gives: columns of about the width that is asked for, each with its own number as its maximum. */
function answer({ from, to, columns }) {
  const widest = Math.max(1, ((to - from) / columns) * RATE);
  const stride = 2 ** Math.floor(Math.log2(widest) + 1e-9);
  const first = Math.max(0, Math.floor(((from - BEGIN) * RATE) / stride));
  const last = Math.floor(((to - BEGIN) * RATE) / stride);
  if (last < first) return [];
  const highs = Array.from({ length: last - first + 1 }, (_, k) => first + k);
  const lows = highs.map((high) => -high);
  return [envelopeFrame(first * stride, stride, [lows], [highs], { t0: BEGIN + (first * stride) / RATE })];
}

function looking({ bytes, now = BEGIN + 400 * 86_400 } = {}) {
  const page = { asked: [], failures: [], came: 0, clock: 0, now };
  page.past = new RecordedPast({
    bytes,
    now: () => page.now,
    clock: () => page.clock,
    came: () => {
      page.came += 1;
    },
    failed: (message) => page.failures.push(message),
    ask: (asking, signal) =>
      new Promise((resolve, reject) => {
        page.asked.push({ ...asking, signal, answer: () => resolve(answer(asking)), fail: reject });
      }),
  });
  return page;
}

/** Answer until nothing more is asked for. */
async function whole(page, view) {
  for (let round = 0; round < 20; round += 1) {
    const pieces = page.past.pieces(view);
    const asked = page.asked.at(-1);
    if (!page.past.isAsking) return pieces;
    asked.answer();
    await settled();
  }
  throw new Error("It asks for ever.");
}

const view = (from, to, columns = 1000) => ({ from: BEGIN + from, to: BEGIN + to, columns, since: BEGIN });

test("what is seen is asked for first, in tiles, then what lies beside it, one request at a time", async () => {
  const page = looking();
  assert.deepEqual(page.past.pieces(view(10_000, 20_000)), []);
  assert.equal(page.asked.length, 1);
  const [{ from, to, columns }] = page.asked;
  const tile = lengthOf(3);
  assert.ok(from <= BEGIN + 10_000 && to >= BEGIN + 20_000 && to - from < 10_000 + 2.1 * tile);
  assert.ok(columns / ((to - from) / 8) > 0.99 && columns <= 16_384);
  page.past.pieces(view(10_000, 20_000));
  assert.equal(page.asked.length, 1, "one at a time");
  const pieces = await whole(page, view(10_000, 20_000));
  assert.ok(timeOf(pieces[0], 0) <= BEGIN + 10_000);
  assert.ok(page.asked.length >= 3);
  assert.ok(Math.min(...page.asked.map((each) => each.from)) <= BEGIN + 4096);
  assert.ok(Math.max(...page.asked.map((each) => each.to)) >= BEGIN + 30_000);
});

test("each column comes once, with its own values, wherever tiles meet", async () => {
  const page = looking();
  const pieces = await whole(page, view(10_000, 20_000));
  const numbers = pieces.flatMap(({ rows }) => [...rows[1]]);
  const begin = numbers[0];
  assert.deepEqual(
    numbers,
    numbers.map((_, k) => begin + k),
  );
  assert.ok(numbers.length >= 1000 && numbers.length < 2 * 1300);
});

test("what was seen before is not asked for again, nor what lies beside it", async () => {
  const page = looking();
  await whole(page, view(10_000, 20_000));
  const asked = page.asked.length;
  page.past.pieces(view(10_000, 20_000));
  page.past.pieces(view(12_000, 22_000));
  assert.equal(page.past.isWaiting, false);
  // Scrolled by a fifth of a window all that is seen was there; only what is beside that now may be asked for.
  assert.ok(page.asked.length <= asked + 1);
});

test("until a finer tile comes, a coarser one stands in, and the other way round", async () => {
  const page = looking();
  await whole(page, view(0, 100_000));
  const near = page.past.pieces(view(50_000, 50_500));
  assert.ok(near.length > 0 && page.past.isWaiting);
  assert.ok(near[0].dt > 30);
  await whole(page, view(50_000, 50_500));
  assert.equal(page.past.isWaiting, false);
  const fine = page.past.pieces(view(50_000, 50_500));
  assert.ok(fine[0].dt < 0.6);
});

test("a request that is of no use any more is broken off", async () => {
  const page = looking();
  page.past.pieces(view(10_000, 20_000));
  page.past.pieces(view(500_000, 500_010));
  assert.equal(page.asked[0].signal.aborted, true);
  assert.equal(page.asked.length, 2);
  page.asked[0].answer();
  await settled();
  assert.equal(page.came, 0, "its answer counts no more");
  assert.equal(page.past.isAsking, true);
});

test("nothing is asked for before the recording begins, nor of what is yet to come", async () => {
  const page = looking({ now: BEGIN + 1000 });
  await whole(page, view(-50_000, 40_000));
  for (const { from, to } of page.asked) {
    assert.ok(to > BEGIN && from <= BEGIN + 1000, `${from - BEGIN} to ${to - BEGIN}`);
  }
});

test("the bound of memory holds: what was not used for the longest time is let go", async () => {
  const page = looking({ bytes: 100_000 });
  for (let at = 0; at < 20; at += 1) await whole(page, view(10_000 * at, 10_000 * (at + 1)));
  const asked = page.asked.length;
  await whole(page, view(190_000, 200_000));
  assert.equal(page.asked.length, asked, "the last is there");
  page.past.pieces(view(0, 10_000));
  assert.equal(page.asked.length, asked + 1, "the first is gone");
});

test("what still grows is asked for again, after a while", async () => {
  const page = looking({ now: BEGIN + 15_000 });
  await whole(page, view(10_000, 15_000));
  const asked = page.asked.length;
  page.now += 30;
  page.clock += 1;
  page.past.pieces(view(10_000, 15_000));
  assert.equal(page.asked.length, asked);
  page.clock += 60;
  page.past.pieces(view(10_000, 15_000));
  assert.equal(page.asked.length, asked + 1);
});

test("an answer that does not come is told, and asked for again after a rest", async () => {
  const page = looking();
  page.past.pieces(view(10_000, 20_000));
  page.asked[0].fail(Object.assign(new Error("The database is gone."), { name: "RequestError" }));
  await settled();
  assert.deepEqual(page.failures, ["The database is gone."]);
  page.past.pieces(view(10_000, 20_000));
  assert.equal(page.asked.length, 1);
  page.clock += 6;
  page.past.pieces(view(10_000, 20_000));
  assert.equal(page.asked.length, 2);
});

test("columns are no narrower than shows more", async () => {
  const page = looking();
  const pieces = await whole(page, { ...view(1000, 1000.01), finest: 0.5 / RATE });
  assert.equal(pieces[0].stride, 1);
  assert.ok(page.asked.every(({ from, to }) => to - from >= COLUMNS * (0.25 / RATE)));
});
