import assert from "node:assert/strict";
import test from "node:test";

import { fromQuery, toQuery, ViewState } from "../../../static/waves/js/oscilloscope/view-state.js";

/** A page at an address with the storage of a browser; timers run when told to. */
function page(search = "", kept = {}) {
  const items = new Map(Object.entries(kept));
  const timers = [];
  const given = {
    storage: { getItem: (key) => items.get(key) ?? null, setItem: (key, value) => items.set(key, value) },
    setTimeout: (call) => timers.push(call),
    window: {
      location: { search, pathname: "/streams/sine/" },
      history: { replaceState: (_, __, to) => visited.push(to) },
    },
  };
  const visited = [];
  const rest = () => timers.splice(0).forEach((call) => call());
  return { state: new ViewState("sine", given), items, visited, timers, rest };
}

test("a query is short and can be read", () => {
  assert.equal(
    toQuery({ window: 0.2, y: undefined, off: "a,b", run: 0, end: 1 / 3 }),
    "?window=0.2&off=a,b&run=0&end=0.333333333333333",
  );
  assert.equal(toQuery({}), "");
});

test("a query is read again", () => {
  const query = { window: 1e-5, off: "a b,ä&c=d", end: 61.234567 };
  assert.deepEqual(fromQuery(toQuery(query)), { window: "0.00001", off: "a b,ä&c=d", end: "61.234567" });
});

test("a change is kept in the address and in the browser, once it has rested", () => {
  const { state, visited, items, timers, rest } = page();
  state.keep(() => ({ window: 1 }));
  state.keep(() => ({ window: 2 }));
  assert.deepEqual([visited.length, timers.length], [0, 1]);
  rest();
  assert.deepEqual(visited, ["/streams/sine/?window=2"]);
  assert.deepEqual(JSON.parse(items.get("waves.scope.sine")), { window: 2 });
  state.keep(() => ({ window: 5 }));
  rest();
  assert.equal(visited.at(-1), "/streams/sine/?window=5");
});

test("where in the past a view stands is in the address alone", () => {
  const { state, visited, items, rest } = page();
  state.keep(() => ({ window: 1, run: 0, epoch: 3, end: 12.5 }));
  rest();
  assert.equal(visited[0], "/streams/sine/?window=1&run=0&epoch=3&end=12.5");
  assert.equal(items.get("waves.scope.sine"), '{"window":1}');
});

test("an address with a query says all of the view; without one the browser's settings count", () => {
  const kept = { "waves.scope.sine": '{"window":5,"clock":"utc"}' };
  assert.deepEqual(page("?window=1", kept).state.restore(), { window: "1" });
  assert.deepEqual(page("", kept).state.restore(), { window: "5", clock: "utc" });
  assert.deepEqual(page("").state.restore(), {});
});

test("what is left to the page is left to it the next time, too", () => {
  const { state, items, rest } = page();
  state.keep(() => ({ window: 1, measure: null }));
  rest();
  assert.deepEqual(page("", Object.fromEntries(items)).state.restore(), { window: "1" });
});

test("settings that can't be read, and a storage that refuses, are let be", () => {
  assert.deepEqual(page("", { "waves.scope.sine": "{" }).state.restore(), {});
  const { state, visited, rest } = page();
  state.storage.setItem = () => {
    throw new Error("full");
  };
  state.keep(() => ({ window: 1 }));
  rest();
  assert.equal(visited.length, 1);
});
