import assert from "node:assert/strict";
import test from "node:test";
import { arranged, countStates } from "../../../static/waves/js/streams/arrangement.js";

const entry = (handle, name, more = {}) => ({
  ...{ handle, name, description: "", tag: "", source: "Generator", state: "live", rate: 1, signals: [] },
  ...more,
});
const LIST = [
  entry(1, "Pump 10", { state: "failed", signals: ["Pressure", "p"] }),
  entry(2, "Pump 2", { rate: 5, tag: "Hall" }),
  entry(3, "Fan", { description: "In the cellar", state: "silent", rate: 2 }),
  entry(4, "Oven", { state: "a later state", tag: "Hall" }),
];
const ALL = { words: "", state: "", sort: "" };
const names = (wanted, favourites = []) =>
  arranged(LIST, { ...ALL, ...wanted }, new Set(favourites)).map(({ name, entries }) => [
    name,
    ...entries.map(({ handle }) => handle),
  ]);

test("tags make groups in the order of the site, and what has none is last", () => {
  assert.deepEqual(names({}), [
    ["Hall", 2, 4],
    ["Others", 1, 3],
  ]);
  assert.deepEqual(names({}, [3]), [
    ["Favourites", 3],
    ["Hall", 2, 4],
    ["Others", 1],
  ]);
});

test("without tags and favourites there is one group without a name", () => {
  assert.deepEqual(names({ words: "pump pressure" }), [["", 1]]);
  assert.deepEqual(names({ words: "nothing like it" }), []);
});

test("each word is looked for in everything that a stream says of itself", () => {
  for (const words of ["CELLAR", "fan silent", " generator  in the", "fan"])
    assert.deepEqual(names({ words }), [["", 3]]);
});

test("orders are by name as people count, by state with what is wrong first, and by rate", () => {
  assert.deepEqual(names({ words: "pump", sort: "name" }), [
    ["Hall", 2],
    ["Others", 1],
  ]);
  assert.deepEqual(
    arranged(LIST, { ...ALL, sort: "state" }, new Set([1, 2, 3, 4]))[0].entries.map(({ handle }) => handle),
    [1, 3, 4, 2],
  );
  assert.deepEqual(
    arranged(LIST, { ...ALL, sort: "rate" }, new Set([1, 2, 3, 4]))[0].entries.map(({ handle }) => handle),
    [2, 3, 1, 4],
  );
});

test("the states that there are come with their numbers, failed ones first", () => {
  assert.deepEqual(countStates([...LIST, entry(5, "x")]), [
    ["failed", 1],
    ["silent", 1],
    ["a later state", 1],
    ["live", 2],
  ]);
});
