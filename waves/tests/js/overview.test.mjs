import assert from "node:assert/strict";
import test from "node:test";

import { folded, Overview } from "../../../static/waves/js/samples/overview.js";
import { pieceOf } from "../../../static/waves/js/samples/recorded-tiles.js";
import { envelopeFrame } from "./frames.mjs";

const placesOf = (_, count) => Array.from({ length: count }, (_, k) => k);
const columns = (t0, lows, highs) => pieceOf(envelopeFrame(0, 1024, lows, highs, { t0, dt: 10 }));

test("the band has each signal in its own range, and nothing where nothing is recorded", () => {
  const pieces = [
    columns(
      0,
      [
        [0, 0],
        [100, 100],
      ],
      [
        [1, 4],
        [200, 100],
      ],
    ),
    columns(60, [[2], [100]], [[3], [100]]),
  ];
  const { lows, highs } = folded(pieces, { from: 0, to: 100, width: 10, placesOf });
  assert.deepEqual([...lows].slice(0, 2), [0, 0]);
  assert.deepEqual([...highs].slice(0, 2), [1, 1]);
  assert.ok(lows[3] > highs[3] && lows[9] > highs[9]);
  assert.deepEqual([lows[6], highs[6]], [0, 0.75]);
});

test("it is asked for again when it has grown by what can be seen, one request at a time", async () => {
  const asked = [];
  let clock = 0;
  const overview = new Overview(
    async (asking) => {
      asked.push(asking);
      return [];
    },
    () => {},
    () => clock,
  );
  await Promise.all([overview.want(0, 1000), overview.want(0, 1000)]);
  assert.deepEqual(asked, [{ from: 0, to: 1000, columns: 400 }]);
  clock = 10;
  await overview.want(0, 1001);
  assert.equal(asked.length, 1);
  await overview.want(0, 1100);
  assert.equal(asked.length, 2);
  clock = 80;
  await overview.want(0, 1101);
  assert.equal(asked.length, 3);
});
