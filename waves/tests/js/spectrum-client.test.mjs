import assert from "node:assert/strict";
import test from "node:test";

import { SpectrumClient } from "../../../static/waves/js/spectrum/client.js";

/** A worker that answers when it is told to. */
class Bench {
  posted = [];
  terminated = false;

  postMessage(data, transfer) {
    this.posted.push(structuredClone(data, { transfer }));
  }

  answer() {
    this.onmessage({ data: { spectra: `for ${this.posted.at(-1).options.name}` } });
  }

  terminate() {
    this.terminated = true;
  }
}

const traces = () => [{ key: "a", samples: Float64Array.of(1, 2, 3), dt: 1 }];
const names = (bench) => bench.posted.map(({ options }) => options.name);

test("one request is at work, the newest waits, and those between come to nothing", async () => {
  const bench = new Bench();
  const client = new SpectrumClient(bench);
  const answers = ["one", "two", "three"].map((name) => client.request(traces(), { name }));
  assert.deepEqual(names(bench), ["one"]);
  assert.equal(await answers[1], null);
  bench.answer();
  assert.equal(await answers[0], "for one");
  assert.deepEqual(names(bench), ["one", "three"]);
  bench.answer();
  assert.equal(await answers[2], "for three");
});

test("samples are handed over, not copied, even where traces share a buffer", async () => {
  const bench = new Bench();
  const memory = new Float32Array(8);
  const [a, b] = [memory.subarray(0, 4), memory.subarray(4)];
  const answer = new SpectrumClient(bench).request(
    [
      { key: "a", samples: a, dt: 1 },
      { key: "b", samples: b, dt: 1 },
    ],
    { name: "shared" },
  );
  assert.equal(memory.length, 0);
  assert.equal(bench.posted[0].traces[1].samples.length, 4);
  bench.answer();
  await answer;
});

test("an error of the worker rejects this request and every later one", async () => {
  const bench = new Bench();
  const client = new SpectrumClient(bench);
  const answers = [client.request(traces(), {}), client.request(traces(), {})];
  bench.onerror({ message: "out of memory" });
  await assert.rejects(answers[0], /reload the page. \(out of memory\)/);
  assert.equal(await answers[1], null);
  await assert.rejects(client.request(traces(), {}), /out of memory/);
  assert.ok(bench.terminated);
});

test("closing ends the worker and what was asked for", async () => {
  const bench = new Bench();
  const client = new SpectrumClient(bench);
  const answers = [client.request(traces(), {}), client.request(traces(), {})];
  client.close();
  assert.deepEqual(await Promise.all(answers), [null, null]);
  assert.ok(bench.terminated);
});

test("the worker answers with spectra and hands their buffers over", async () => {
  const sent = [];
  globalThis.self = { postMessage: (data, { transfer }) => sent.push({ data, transfer }) };
  await import("../../../static/waves/js/spectrum/worker.js");
  const message = {
    traces: [
      { key: "a", samples: new Float32Array(256).fill(1), dt: 1 },
      { key: "b", samples: new Float32Array(3), dt: 1 },
    ],
    options: { size: 256, hold: true },
  };
  self.onmessage({ data: message });
  const [
    {
      data: {
        spectra: [a, b],
      },
      transfer,
    },
  ] = sent;
  assert.equal(a.key, "a");
  assert.deepEqual(transfer, [a.values.buffer, a.held.buffer]);
  assert.match(b.refused, /64 samples/);
  self.onmessage({ data: { reset: true } });
  assert.equal(sent.length, 1);
});
