import assert from "node:assert/strict";
import test from "node:test";

import { asWho, Grant, granted } from "../../../static/waves/js/protocol/grant.js";
import { GrantedSocket } from "../../../static/waves/js/protocol/granted-socket.js";
import { FakePage } from "./fake-page.mjs";

/** A page with a grant until `expires`; `exchange` has the next one. */
function opened(exchange, { expires = 3600, position = {} } = {}) {
  const page = new FakePage();
  const grant = new Grant({ grant: "wg_one", expires }, exchange, () => 0);
  const query = () => ({ window: 2, columns: 300, ...position });
  page.open(GrantedSocket, { url: () => "ws://host/ws/", slug: () => "sine", query, grant });
  page.connect();
  return page;
}

const said = (page) => page.last.sent.filter(({ type }) => type === "show" || type === "subscribe");
const nothing = async () => assert.fail("it was not asked for");

test("the grant comes before all else, and stands in no address", () => {
  const page = opened(nothing);
  assert.equal(page.last.url, "ws://host/ws/");
  assert.deepEqual(said(page), [
    { type: "show", key: "wg_one" },
    { type: "subscribe", stream: "sine", window: 2, columns: 300 },
  ]);
});

test("who comes back says what is lacked", () => {
  const page = opened(nothing, { position: { epoch: 3, sample: 40 } });
  assert.deepEqual(said(page)[1].since, { epoch: 3, sample: 40 });
});

test("a grant that ended is had anew, and the socket opens again", async () => {
  const page = opened(async () => ({ grant: "wg_two", expires: 7200 }));
  page.last.onclose({ code: 4403, reason: "This grant has ended." });
  await new Promise(setImmediate);
  page.connect();
  assert.equal(said(page)[0].key, "wg_two");
  assert.ok(!page.states.some(({ name }) => name === "refused"));
});

test("a link that ended is told, and not asked for again", async () => {
  const page = opened(async () => {
    throw new Error("This link has expired.");
  });
  page.last.onclose({ code: 4403, reason: "refused" });
  await new Promise(setImmediate);
  const last = page.states.at(-1);
  assert.deepEqual([last.name, last.reason], ["refused", "This link has expired."]);
  assert.equal(page.sockets.length, 1);
});

test("a stream that is gone is the end", () => {
  const page = opened(nothing);
  page.last.onmessage({
    data: JSON.stringify({ type: "error", code: "unknown_stream", message: "No.", stream: "sine" }),
  });
  assert.equal(page.states.at(-1).name, "refused");
  assert.equal(page.states.at(-1).code, 4404);
});

test("a grant that ends soon is had anew before, once at a time", async () => {
  let asked = 0;
  const grant = new Grant(
    { grant: "wg_one", expires: 100 },
    async () => ({ grant: `wg_${++asked}`, expires: 3600 }),
    () => 0,
  );
  assert.equal(grant.text, "wg_one");
  assert.equal(grant.text, "wg_one");
  await new Promise(setImmediate);
  assert.equal(grant.text, "wg_1");
  assert.equal(asked, 1);
});

test("requests show the grant and no cookie; without one they are the browser's own", () => {
  assert.deepEqual(asWho(), { credentials: "same-origin" });
  granted.current = new Grant({ grant: "wg_one", expires: 3600 }, nothing, () => 0);
  const { credentials, headers } = asWho();
  assert.equal(credentials, "omit");
  assert.equal(headers.Authorization, "Bearer wg_one");
  granted.current = null;
});
