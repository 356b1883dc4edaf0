/** What a page on a wall does by itself: it renews itself, keeps the screen on, hides the pointer, and keeps nothing. */

import assert from "node:assert/strict";
import test from "node:test";

import { hideRestingPointer } from "../../../static/waves/js/controls/resting-pointer.js";
import { LinkState } from "../../../static/waves/js/oscilloscope/link-state.js";
import { modeOf } from "../../../static/waves/js/oscilloscope/mode.js";
import { Renewal, servedVersion } from "../../../static/waves/js/oscilloscope/renewal.js";
import { WakeLock } from "../../../static/waves/js/oscilloscope/wake-lock.js";
import { Grant, granted } from "../../../static/waves/js/protocol/grant.js";

const MINUTE = 60_000;
const soon = () => new Promise((resolve) => setImmediate(resolve));

/** A clock whose timers run when it is told to go on. */
class Clock {
  now = 1e12;
  timers = new Map();
  #id = 0;

  setTimeout = (call, ms) => {
    this.#id += 1;
    this.timers.set(this.#id, { call, at: this.now + ms });
    return this.#id;
  };
  clearTimeout = (id) => this.timers.delete(id);

  async pass(ms) {
    const end = this.now + ms;
    for (;;) {
      const due = [...this.timers].filter(([, { at }]) => at <= end).sort((a, b) => a[1].at - b[1].at)[0];
      if (!due) break;
      this.timers.delete(due[0]);
      this.now = due[1].at;
      due[1].call();
      await soon();
    }
    this.now = end;
  }
}

/** A wall of version "old", and what a reload would bring. */
function wall(clock, { served = "new", random = 0, items = new Map() } = {}) {
  const page = { reloads: [], served, items };
  page.renewal = new Renewal("old", {
    served: async () => page.served,
    reload: () => page.reloads.push(clock.now),
    storage: { getItem: (key) => items.get(key) ?? null, setItem: (key, value) => items.set(key, value) },
    ...{ now: () => clock.now, random: () => random },
    ...{ setTimeout: clock.setTimeout, clearTimeout: clock.clearTimeout },
  });
  return page;
}

test("a wall reloads within five seconds where a server is of another version, and only there", async () => {
  for (const random of [0, 0.999]) {
    const clock = new Clock();
    const page = wall(clock, { random });
    for (const version of ["old", undefined, ""]) page.renewal.told(version);
    await clock.pass(MINUTE);
    assert.deepEqual(page.reloads, []);
    const told = clock.now;
    page.renewal.told("new");
    await clock.pass(5000);
    assert.deepEqual(page.reloads, [told + 5000 * random]);
  }
});

test("between two versions of servers a wall reloads at most once a minute", async () => {
  const clock = new Clock();
  const items = new Map();
  wall(clock, { items }).renewal.told("new");
  await clock.pass(0);
  const again = wall(clock, { items });
  again.renewal.told("new");
  await clock.pass(MINUTE - 1);
  assert.deepEqual(again.reloads, []);
  await clock.pass(1);
  assert.equal(again.reloads.length, 1);
});

test("a clock that was set back holds no reload up for more than a minute", async () => {
  const clock = new Clock();
  const page = wall(clock, { items: new Map([["waves.reloaded", String(clock.now + 3600_000)]]) });
  page.renewal.told("new");
  await clock.pass(MINUTE);
  assert.equal(page.reloads.length, 1);
});

test("a page stays while no other is to be had, or where its own server is back", async () => {
  const clock = new Clock();
  const page = wall(clock, { served: null });
  page.renewal.told("new");
  await clock.pass(MINUTE);
  page.served = "old";
  await clock.pass(MINUTE);
  assert.deepEqual(page.reloads, []);
  page.served = "new";
  page.renewal.told("old");
  await clock.pass(10 * MINUTE);
  assert.deepEqual(page.reloads, []);
  page.renewal.told("new");
  await clock.pass(MINUTE);
  assert.equal(page.reloads.length, 1);
});

test("a wall that was refused looks each minute whether it may come again", async () => {
  const clock = new Clock();
  const page = wall(clock, { served: null });
  page.renewal.refused();
  await clock.pass(5 * MINUTE);
  assert.deepEqual(page.reloads, []);
  page.served = "old";
  await clock.pass(MINUTE);
  assert.equal(page.reloads.length, 1);
});

const NO_PAGE = { fetch: globalThis.fetch, location: undefined, DOMParser: undefined };

/** Let a page with these scripts, by their id, be what the server has at this address. */
function serve(t, scripts, { ok = true } = {}) {
  t.after(() => Object.assign(globalThis, NO_PAGE));
  class DOMParser {
    parseFromString(text) {
      const page = JSON.parse(text);
      return { getElementById: (id) => (id in page ? { textContent: JSON.stringify(page[id]) } : null) };
    }
  }
  const answer = { ok, text: async () => JSON.stringify(scripts) };
  Object.assign(globalThis, { fetch: async () => answer, location: { href: "https://host/here/" }, DOMParser });
}

test("a page has its version in what the stream's page is told, or in what that of a link is", async (t) => {
  for (const id of ["waves-config", "waves-shared"]) {
    serve(t, { [id]: { version: "new" } });
    assert.equal(await servedVersion(), "new");
    serve(t, { [id]: { version: "new" } }, { ok: false });
    assert.equal(await servedVersion(), null);
  }
  serve(t, {});
  assert.equal(await servedVersion(), null);
});

test("the page of a link is none while the link opens nothing", async (t) => {
  t.after(() => {
    granted.current = null;
  });
  let opens = false;
  granted.current = new Grant({ grant: "wg_one", expires: Infinity }, async () => {
    if (!opens) throw new Error("This link shows nothing any more.");
    return { grant: "wg_two", expires: Infinity };
  });
  serve(t, { "waves-shared": { version: "new" } });
  assert.equal(await servedVersion(), null);
  opens = true;
  assert.equal(await servedVersion(), "new");
});

/** A screen whose locks are given, or not, and a page that is seen, or not. */
function screen({ refuses = false } = {}) {
  const clock = new Clock();
  const document = Object.assign(new EventTarget(), { hidden: false });
  const locks = [];
  const state = { clock, document, locks, refuses };
  const request = async () => {
    locks.push(new EventTarget());
    if (state.refuses) throw new Error("NotAllowedError");
    return locks.at(-1);
  };
  state.see = (seen) => {
    document.hidden = !seen;
    if (!seen) locks.at(-1).dispatchEvent(new Event("release"));
    document.dispatchEvent(new Event("visibilitychange"));
    return soon();
  };
  new WakeLock({ wakeLock: { request }, document, setTimeout: clock.setTimeout }).keep();
  return state;
}

test("the screen is asked for again whenever the page is seen, and not while it is hidden", async () => {
  const { clock, locks, see } = screen();
  await soon();
  for (const many of [2, 3]) {
    await see(false);
    await clock.pass(MINUTE);
    assert.equal(locks.length, many - 1);
    await see(true);
    await see(true);
    assert.equal(locks.length, many);
  }
});

test("a lock that is released or refused while the page is seen is asked for again, without haste", async () => {
  const state = screen({ refuses: true });
  await soon();
  await state.clock.pass(MINUTE);
  assert.ok(state.locks.length >= 3 && state.locks.length <= 61);
  state.refuses = false;
  await state.clock.pass(MINUTE);
  const many = state.locks.length;
  await state.clock.pass(MINUTE);
  assert.equal(state.locks.length, many);
  state.locks.at(-1).dispatchEvent(new Event("release"));
  await state.clock.pass(MINUTE);
  assert.equal(state.locks.length, many + 1);
});

test("where a browser has no wake lock, nothing fails", () => {
  new WakeLock({ wakeLock: undefined, document: new EventTarget() }).keep();
});

test("the pointer is hidden three seconds after its last movement", async () => {
  const clock = new Clock();
  const body = Object.assign(new EventTarget(), { dataset: {} });
  const move = (screenX) => body.dispatchEvent(Object.assign(new Event("pointermove"), { screenX, screenY: 1 }));
  hideRestingPointer(body, clock);
  move(1);
  await clock.pass(2999);
  assert.equal(body.dataset.pointer, undefined);
  await clock.pass(1);
  assert.equal(body.dataset.pointer, "rests");
  move(1);
  assert.equal(body.dataset.pointer, "rests");
  move(2);
  assert.equal(body.dataset.pointer, undefined);
});

test("a page is whole unless the server says otherwise", () => {
  assert.equal(modeOf({}).name, "full");
  assert.equal(modeOf({ mode: "toString" }).hasControls, true);
  assert.deepEqual(modeOf({ mode: "kiosk" }), { name: "kiosk", hasControls: false, isWall: true });
  assert.deepEqual(modeOf({ mode: "bare" }), { name: "bare", hasControls: false, isWall: false });
});

test("a wall takes all of its link but where in the past it stood; a page of others takes that, too", () => {
  const page = { location: { search: "?kiosk&window=5&off=a&run=0&epoch=3&end=12&at=7" } };
  assert.deepEqual(new LinkState({ isWall: true }, page).restore(), { kiosk: "", window: "5", off: "a" });
  assert.equal(new LinkState({ isWall: false }, page).restore().at, "7");
});
