import assert from "node:assert/strict";
import test from "node:test";

import { moveKept } from "../../../static/waves/js/controls/storage.js";
import { ViewState } from "../../../static/waves/js/oscilloscope/view-state.js";
import { addressOf } from "../../../static/waves/js/text/address.js";

test("an address of a stream is what the server gave, with the slug in its place", () => {
  for (const [template, address] of [
    ["/streams/{slug}/", "/streams/sine/"],
    ["/lab/waves/streams/{slug}/", "/lab/waves/streams/sine/"],
    ["/lab/ws/streams/{slug}/", "/lab/ws/streams/sine/"],
    ["/sine/streams/{slug}/control/", "/sine/streams/sine/control/"],
  ])
    assert.equal(addressOf(template, "sine"), address);
});

test("whatever a slug holds, it stays one part of the address", () => {
  assert.equal(addressOf("/x/{slug}/", "a/../b?c#d"), "/x/a%2F..%2Fb%3Fc%23d/");
  assert.equal(addressOf("/x/{slug}/", "$&"), "/x/%24%26/");
});

function storage(kept) {
  const items = new Map(Object.entries(kept));
  return {
    items,
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => items.set(key, value),
    removeItem: (key) => items.delete(key),
  };
}

test("the settings of a view go with the stream", () => {
  const kept = storage({ "waves.scope.sine": '{"window":5}' });
  const window = { location: { search: "", pathname: "/streams/other/" }, history: { replaceState() {} } };
  const state = new ViewState("sine", { window, storage: kept, setTimeout: () => {} });
  state.rename("other");
  assert.deepEqual(state.restore(), { window: "5" });
  assert.deepEqual([...kept.items.keys()], ["waves.scope.other"]);
});

test("where a browser keeps nothing, nothing is moved, and nothing breaks", () => {
  moveKept(null, "a", "b");
  const full = {
    ...storage({ a: "1" }),
    setItem() {
      throw new Error("full");
    },
  };
  moveKept(full, "a", "b");
  assert.equal(full.items.get("a"), "1");
});
