import assert from "node:assert/strict";
import test from "node:test";

import { RecordedRequests, withQuery } from "../../../static/waves/js/protocol/recorded-requests.js";

const PLACE = "/api/v1/streams/sine/samples";

function answering(answer, clock = () => 0) {
  const asked = [];
  const requests = new RecordedRequests({
    clock,
    ask: async (url, options) => {
      asked.push({ url, options });
      return answer();
    },
  });
  return { requests, asked };
}

test("frames are asked for as bytes, with the cookies of the page", async () => {
  const { requests, asked } = answering(() => new Response(new ArrayBuffer(0)));
  assert.deepEqual(await requests.frames(PLACE, { from: 1.5, to: 2, columns: undefined }), []);
  assert.equal(asked[0].url, `${PLACE}?from=1.5&to=2&format=waves`);
  assert.equal(asked[0].options.credentials, "same-origin");
  assert.equal(withQuery("/a", { signal: "a b&c" }), "/a?signal=a+b%26c");
});

test("what the server says of a part that cannot be read stays for a while, whatever is answered after it", async () => {
  let problem = "Part of the recording is damaged.";
  let now = 0;
  const { requests } = answering(
    () => new Response("{}", { headers: problem ? { "Waves-Problem": problem } : {} }),
    () => now,
  );
  await requests.json(PLACE, {});
  const said = problem;
  assert.equal(requests.problem, said);
  problem = "";
  now = 5;
  await requests.json(PLACE, {});
  assert.equal(requests.problem, said);
  now = 40;
  assert.equal(requests.problem, "");
});

test("an error has the server's own sentence, or one of ours", async () => {
  const said = answering(() => Response.json({ error: "Ask again in a moment." }, { status: 503 }));
  await assert.rejects(said.requests.frames(PLACE, {}), { name: "RequestError", message: "Ask again in a moment." });
  const broken = answering(() => new Response("<html>", { status: 502 }));
  await assert.rejects(broken.requests.json(PLACE, {}), /did not answer for the recording \(502\)/);
  const odd = answering(() => new Response("no frames at all"));
  await assert.rejects(odd.requests.frames(PLACE, {}), /could not be read/);
});

test("lines come one by one, wherever the network cuts them", async () => {
  const parts = ['{"at": 1}\n{"a', 't": 2}\n', '\n{"found": null}'];
  const body = new ReadableStream({
    start(controller) {
      for (const part of parts) controller.enqueue(new TextEncoder().encode(part));
      controller.close();
    },
  });
  const { requests } = answering(() => new Response(body));
  const lines = [];
  for await (const line of requests.lines(PLACE, {}, new AbortController().signal)) lines.push(line);
  assert.deepEqual(lines, [{ at: 1 }, { at: 2 }, { found: null }]);
});
