import assert from "node:assert/strict";
import test from "node:test";

import { Epochs, readEpochs } from "../../../static/waves/js/samples/epochs.js";

const settled = () => new Promise((resolve) => setImmediate(resolve));
const row = (epoch) => ({
  epoch,
  first: 0,
  last: 9,
  from: epoch,
  to: epoch + 0.5,
  rate: 1,
  signals: [{ key: "a" }],
  why: "",
});

function looking(answers) {
  const page = { asked: [], clock: 0, came: 0 };
  page.epochs = new Epochs({
    ask: async (asking) => {
      page.asked.push(asking);
      return answers(asking);
    },
    came: () => {
      page.came += 1;
    },
    clock: () => page.clock,
  });
  return page;
}

test("epochs of a view are asked for once it rests, with a window at either side", async () => {
  const page = looking(() => ({ recorded_since: 0, epochs: [row(1), row(2)], more: false }));
  for (const to of [500, 600, 700]) {
    page.clock += 0.1;
    page.epochs.want(0, to);
  }
  assert.equal(page.asked.length, 0);
  page.clock += 0.3;
  page.epochs.want(0, 700);
  await settled();
  assert.deepEqual(page.asked, [{ from: -700, to: 1400, most: 1000 }]);
  assert.deepEqual(
    page.epochs.list.map(({ epoch, keys }) => [epoch, keys]),
    [
      [1, ["a"]],
      [2, ["a"]],
    ],
  );
  page.clock += 1;
  page.epochs.want(300, 1000);
  await settled();
  assert.equal(page.asked.length, 1, "scrolled by less than a window it is known");
});

test("more than fit an answer are asked for, up to a bound that is told", async () => {
  const page = looking(({ from }) => {
    const first = Math.max(1, Math.ceil(from));
    return { epochs: [row(first), row(first + 1), row(first + 2)], more: true };
  });
  page.epochs.want(1, 100);
  page.clock += 1;
  page.epochs.want(1, 100);
  await settled();
  await settled();
  assert.ok(page.epochs.isCut);
  const numbers = page.epochs.list.map(({ epoch }) => epoch);
  assert.deepEqual(numbers, [...new Set(numbers)]);
  assert.ok(page.asked.length <= 4 && numbers.length > 3);
});

test("an answer that does not come is asked for again later", async () => {
  let isGone = true;
  const page = looking(() => {
    if (isGone) throw new Error("gone");
    return { epochs: [row(1)], more: false };
  });
  page.epochs.want(0, 10);
  page.clock = 1;
  page.epochs.want(0, 10);
  await settled();
  assert.equal(page.epochs.list.length, 0);
  isGone = false;
  for (const clock of [40, 41]) {
    page.clock = clock;
    page.epochs.want(0, 10);
  }
  await settled();
  assert.equal(page.epochs.list.length, 1);
});

test("an answer of any kind breaks nothing", () => {
  for (const said of [null, {}, { epochs: 3 }, { epochs: [null, {}, { epoch: "x" }, { epoch: 1, from: 3, to: 2 }] }]) {
    assert.deepEqual(readEpochs(said).epochs, []);
  }
});

test("what is known in part is asked for again where one looks nearer", async () => {
  const page = looking(({ from }) => ({ epochs: [row(Math.max(1, Math.ceil(from)))], more: true }));
  const look = async (from, to) => {
    page.epochs.want(from, to);
    page.clock += 0.3;
    page.epochs.want(from, to);
    await settled();
  };
  await look(0, 900);
  assert.equal(page.epochs.isCut, true);
  const asked = page.asked.length;
  await look(100, 900);
  assert.equal(page.asked.length, asked, "about as much is known as far as it goes");
  await look(400, 420);
  assert.equal(page.asked[asked].from, 380);
});
