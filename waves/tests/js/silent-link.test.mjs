import assert from "node:assert/strict";
import test from "node:test";

import { StreamSocket } from "../../../static/waves/js/protocol/stream-socket.js";
import { StreamsSocket } from "../../../static/waves/js/protocol/streams-socket.js";
import { FakePage } from "./fake-page.mjs";

/** Both sockets of the pages: of one stream, and of the list. */
const KINDS = {
  oscilloscope: [StreamSocket, { url: () => "ws://host/ws/streams/sine/", query: () => ({}) }],
  list: [StreamsSocket, { url: "ws://host/ws/" }],
};

for (const [name, [Socket, options]] of Object.entries(KINDS)) {
  const opened = () => {
    const page = new FakePage();
    page.open(Socket, options);
    page.connect();
    return page;
  };
  /** Time passes, and whatever the page asks is answered at once. */
  const answered = (page, seconds) => {
    for (let tenth = 0; tenth < 10 * seconds; tenth += 1) {
      page.pass(0.1);
      const asked = page.sent("ping").at(-1).id;
      if (asked !== page.answered) page.say({ type: "pong", id: asked, time: 1000 });
      page.answered = asked;
    }
  };
  const names = (page) => page.states.map((state) => state.name);

  test(`${name}: after 3 s of silence it asks whether anyone is there`, () => {
    const page = opened();
    page.pass(10);
    page.receive(8);
    const asked = page.sent("ping").length;
    page.pass(2.9);
    assert.equal(page.sent("ping").length, asked);
    page.pass(0.2);
    assert.equal(page.sent("ping").length, asked + 1);
  });

  test(`${name}: within 5 s of silence it says so, and counts up`, () => {
    const page = opened();
    answered(page, 20);
    page.receive(8);
    const words = [4.4, 0.6, 1, 1, 1].map((seconds) => {
      page.pass(seconds);
      return page.socket.words();
    });
    assert.deepEqual(words, [null, "No data for 5 s", "No data for 6 s", "No data for 7 s", "No data for 8 s"]);
  });

  test(`${name}: within 12 s of silence it leaves the socket and comes back`, () => {
    const page = opened();
    answered(page, 20);
    page.receive(8);
    const left = page.last;
    page.pass(10.9);
    assert.equal(names(page).at(-1), "open");
    page.pass(0.2);
    assert.equal(names(page).at(-1), "waiting");
    assert.equal(page.states.at(-1).reason, "The server does not answer.");
    assert.ok(left.closed);
    page.pass(0.9);
    assert.equal(page.sockets.length, 2);
    assert.deepEqual(page.states.at(-1), { name: "connecting", again: true });
  });

  test(`${name}: a socket that was left says nothing more to anyone`, () => {
    const page = opened();
    const left = page.last;
    page.pass(12);
    assert.deepEqual([left.onmessage, left.onclose, left.onopen], [null, null, null]);
  });

  test(`${name}: anything that comes is an answer`, () => {
    const page = opened();
    for (let k = 0; k < 6; k += 1) {
      page.pass(10);
      if (k % 2) page.receive(8);
      else page.say({ type: "stream", handle: 1 });
    }
    assert.equal(page.sockets.length, 1);
    assert.equal(page.socket.words(), null);
  });

  test(`${name}: a stream that has nothing to say for an hour is never called silent`, () => {
    const page = opened();
    const said = new Set();
    for (let minute = 0; minute < 60; minute += 1) {
      answered(page, 60);
      said.add(page.socket.words());
    }
    assert.deepEqual([...said], [null]);
    assert.equal(page.sockets.length, 1);
  });

  test(`${name}: a connection that does not open is given up, and tried again`, () => {
    const page = opened();
    page.last.onclose({ code: 1006 });
    page.pass(0.5);
    const hanging = page.last;
    page.pass(7.9);
    assert.equal(names(page).at(-1), "connecting");
    page.pass(0.2);
    assert.ok(hanging.closed);
    assert.equal(names(page).at(-1), "waiting");
    page.pass(1);
    assert.equal(page.sockets.length, 3);
  });

  test(`${name}: a server that opens and never greets is left as well`, () => {
    const page = new FakePage();
    page.open(Socket, options);
    page.last.onopen();
    page.pass(12);
    assert.ok(page.sockets[0].closed);
    assert.equal(page.sockets.length, 2);
  });

  test(`${name}: a computer that slept blames nobody before one question`, () => {
    const page = opened();
    const asked = page.sent("ping").length;
    page.sleep(3600);
    page.socket.look();
    assert.ok(page.sent("ping").length > asked);
    assert.equal(page.socket.words(), "Checking");
    page.say({ type: "pong", id: page.sent("ping").at(-1).id, time: 1000 });
    assert.equal(page.socket.words(), null);
    answered(page, 60);
    assert.equal(page.sockets.length, 1);
  });

  test(`${name}: a computer that slept, and whose link died meanwhile, is told within 5 s and out within 12`, () => {
    const page = opened();
    page.sleep(3600);
    page.socket.look();
    page.pass(5);
    assert.equal(page.socket.words(), "No data for 5 s");
    page.pass(3.1);
    assert.equal(names(page).at(-1), "waiting");
  });

  test(`${name}: a hidden tab, whose timers run once a minute, keeps a connection that answers`, () => {
    const page = opened();
    for (let minute = 0; minute < 30; minute += 1) {
      page.sleep(60);
      page.say({ type: "pong", id: page.sent("ping").at(-1).id, time: 1000 });
    }
    assert.equal(page.sockets.length, 1);
    page.socket.look();
    assert.equal(page.socket.words(), null);
  });

  test(`${name}: a hidden tab, whose timers run once a minute, leaves a dead link at the second look`, () => {
    const page = opened();
    page.sleep(60);
    assert.equal(names(page).at(-1), "open");
    page.sleep(60);
    assert.equal(names(page).at(-1), "waiting");
    page.sleep(60);
    assert.equal(page.sockets.length, 2);
  });

  test(`${name}: a hidden tab that is sent data all the time is asked nothing when it is seen again`, () => {
    const page = opened();
    for (let k = 0; k < 600; k += 1) {
      page.now += 0.1;
      page.receive(8);
    }
    const asked = page.sent("ping").length;
    page.socket.look();
    assert.equal(page.sent("ping").length, asked);
    assert.equal(page.socket.words(), null);
  });
}
