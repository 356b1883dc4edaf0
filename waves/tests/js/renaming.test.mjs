import assert from "node:assert/strict";
import test from "node:test";

import { renamedAddress } from "../../../static/waves/js/controls/renaming.js";
import { moveKept } from "../../../static/waves/js/controls/storage.js";
import { ViewState } from "../../../static/waves/js/oscilloscope/view-state.js";

test("every address of a stream is found under its new slug, below any prefix", () => {
  for (const [before, after] of [
    ["/streams/sine/", "/streams/other/"],
    ["/lab/waves/streams/sine/", "/lab/waves/streams/other/"],
    ["/ws/streams/sine/", "/ws/streams/other/"],
    ["/streams/sine/control/", "/streams/other/control/"],
    ["/streams/streams/sine/", "/streams/streams/other/"],
  ])
    assert.equal(renamedAddress(before, "sine", "other"), after);
});

test("slugs that are words of the address themselves are told apart from them", () => {
  assert.equal(renamedAddress("/streams/control/control/", "control", "x"), "/streams/x/control/");
  assert.equal(renamedAddress("/streams/streams/", "streams", "x"), "/streams/x/");
});

test("an address that is not the stream's stays as it is", () => {
  assert.equal(renamedAddress("/elsewhere/", "sine", "other"), "/elsewhere/");
  assert.equal(renamedAddress("/streams/sine2/", "sine", "other"), "/streams/sine2/");
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
