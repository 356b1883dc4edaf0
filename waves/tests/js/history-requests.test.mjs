import assert from "node:assert/strict";
import test from "node:test";

import { HistoryRequests, MOST_VALUES } from "../../../static/waves/js/protocol/history-requests.js";

const RANGE = { handle: 1, epoch: 1, first: 0, last: 99 };

function asking() {
  const sent = [];
  return { sent, requests: new HistoryRequests((message) => sent.push(message)) };
}

test("exactly the frames that the answer names are the answer", async () => {
  const { sent, requests } = asking();
  const answer = requests.ask(RANGE, 1);
  assert.deepEqual(sent, [{ type: "history", id: 1, ...RANGE }]);
  assert.equal(requests.take("live"), false);
  requests.answered({ id: 1, frames: 2 });
  assert.deepEqual(
    ["a", "b", "live"].map((frame) => requests.take(frame)),
    [true, true, false],
  );
  assert.deepEqual(await answer, ["a", "b"]);
});

test("an answer without frames is one", async () => {
  const { requests } = asking();
  const answer = requests.ask(RANGE, 1);
  requests.answered({ id: 1, frames: 0 });
  assert.deepEqual(await answer, []);
  assert.equal(requests.busy, false);
});

test("one request is under way at a time", async () => {
  const { sent, requests } = asking();
  const answers = [requests.ask(RANGE, 1), requests.ask({ ...RANGE, first: 50 }, 1)];
  assert.equal(sent.length, 1);
  requests.answered({ id: 1, frames: 1 });
  requests.take("a");
  assert.deepEqual([sent.length, sent[1].id, sent[1].first], [2, 2, 50]);
  requests.answered({ id: 2, frames: 1 });
  requests.take("b");
  assert.deepEqual(await Promise.all(answers), [["a"], ["b"]]);
});

test("a lost connection answers with null, and frames that come afterwards are live", async () => {
  const { requests } = asking();
  const answers = [requests.ask(RANGE, 1), requests.ask(RANGE, 1)];
  requests.answered({ id: 1, frames: 2 });
  requests.take("a");
  requests.lost();
  assert.deepEqual(await Promise.all(answers), [null, null]);
  assert.equal(requests.take("live"), false);
});

test("an answer to a request of a connection before is let be", () => {
  const { requests } = asking();
  requests.ask(RANGE, 1);
  requests.lost();
  requests.answered({ id: 1, frames: 1 });
  assert.equal(requests.take("live"), false);
});

test("more than an answer holds is not asked for: the server would close the socket", () => {
  const { sent, requests } = asking();
  assert.throws(() => requests.ask({ ...RANGE, last: MOST_VALUES }, 1), RangeError);
  assert.throws(() => requests.ask({ ...RANGE, columns: 16384 }, 5), RangeError);
  assert.equal(sent.length, 0);
});
