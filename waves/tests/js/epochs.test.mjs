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

test("an epoch has its stretches in the order of their samples; one that is told none is one", () => {
  const stretches = [
    { first: 5, last: 9, from: 1, to: 1.5 },
    { first: 0, last: 4, from: 1.2, to: 1.4 },
    { first: 7, last: 3, from: 1, to: 2 },
  ];
  const [epoch] = readEpochs({ epochs: [{ ...row(1), clock: "timed", stretches }] }).epochs;
  assert.deepEqual(
    epoch.stretches.map((each) => [each.epoch, each.first, each.last, each.from, each.to]),
    [
      [1, 0, 4, 1.2, 1.4],
      [1, 5, 9, 1, 1.5],
    ],
  );
  assert.equal(epoch.isTimed, true);
  const [plain] = readEpochs({ epochs: [row(2)] }).epochs;
  assert.deepEqual(plain.stretches, [{ epoch: 2, first: 0, last: 9, from: 2, to: 2.5 }]);
});

test("stretches of one epoch that come in two answers are put together", async () => {
  const one = { first: 0, last: 4, from: 1, to: 9 };
  const two = { first: 5, last: 9, from: 3, to: 12 };
  const page = looking(({ from }) => {
    const stretches = from < 1 ? [one] : [one, two];
    return { epochs: [{ ...row(1), stretches, from: 1, to: 9 }], more: from < 1 };
  });
  page.epochs.want(0, 10);
  page.clock += 1;
  page.epochs.want(0, 10);
  await settled();
  await settled();
  const [epoch, ...others] = page.epochs.list;
  assert.deepEqual(others, []);
  assert.deepEqual(
    epoch.stretches.map(({ first }) => first),
    [0, 5],
  );
  assert.deepEqual([epoch.last, epoch.to], [9, 12]);
});

test("where there was no epoch is told of what is known whole", async () => {
  const rows = [{ ...row(1), to: 2 }, { ...row(3), to: 9, rate: 10 }, { ...row(4), to: 5 }, row(20)];
  const page = looking(() => ({ recorded_since: 1, epochs: rows, more: false }));
  assert.deepEqual(page.epochs.between(0, 10, 20), []);
  page.epochs.want(0, 30);
  page.clock += 1;
  page.epochs.want(0, 30);
  await settled();
  // The last sample of an epoch holds until the next one would have come.
  assert.deepEqual(page.epochs.between(0, 15, 20), [{ from: 9.1, to: 20 }]);
  assert.deepEqual(page.epochs.between(12, 13, 20), [{ from: 9.1, to: 20 }]);
  assert.deepEqual(page.epochs.between(4, 8, 20), []);
  assert.deepEqual(page.epochs.between(22, 30, 20), [], "the live epoch goes on");
  assert.deepEqual(page.epochs.between(22, 30, 21), [{ from: 21.5, to: 60 }]);
  assert.deepEqual(page.epochs.between(0, 100, 20), [], "beyond what is known nothing is told");
});

test("where no epoch is near there was none, once the recording has begun", async () => {
  const page = looking(() => ({ recorded_since: 100, epochs: [], more: false }));
  page.epochs.want(200, 210);
  page.clock += 1;
  page.epochs.want(200, 210);
  await settled();
  assert.deepEqual(page.epochs.between(200, 210, 7), [{ from: 190, to: 220 }]);
  page.epochs.since = 195;
  assert.deepEqual(page.epochs.between(200, 210, 7), []);
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
