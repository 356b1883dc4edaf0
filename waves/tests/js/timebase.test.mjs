import assert from "node:assert/strict";
import test from "node:test";

import { ServerClock } from "../../../static/waves/js/protocol/server-clock.js";
import { ceil125, step125 } from "../../../static/waves/js/text/divisions.js";
import { goesOn, LiveEdge, stepTimePerDivision, Timebase } from "../../../static/waves/js/time/timebase.js";

const DAY = 86_400;

test("time goes on beyond the newest sample on a timed clock, and where samples are rare", () => {
  for (const rate of [1e-3, 0.1, 1, 9.9]) assert.ok(goesOn({ clock: "regular", rate }), String(rate));
  for (const rate of [10, 1000, 1e6]) assert.ok(!goesOn({ clock: "regular", rate }), String(rate));
  assert.ok(goesOn({ clock: "timed", rate: 1e6 }));
});

test("steps are 1, 2, 5", () => {
  assert.deepEqual([0.9, 1, 1.1, 2.4, 5, 7].map(ceil125), [1, 1, 2, 5, 5, 10]);
  const up = [0.001];
  for (let k = 0; k < 6; k += 1) up.push(step125(up.at(-1), 1));
  assert.deepEqual(up, [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1]);
  const down = [0.1];
  for (let k = 0; k < 6; k += 1) down.push(step125(down.at(-1), -1));
  assert.deepEqual(down, up.reverse());
});

test("a step from between goes to the neighbour", () => {
  assert.deepEqual([step125(0.3, 1), step125(0.3, -1)], [0.5, 0.2]);
  assert.deepEqual([step125(0.15, 1), step125(0.15, -1)], [0.2, 0.1]);
  assert.deepEqual([step125(7, 1), step125(7, -1)], [10, 5]);
});

test("from ten seconds on, steps of time/div are those that people divide time by", () => {
  const up = [5];
  while (up.at(-1) < 40 * DAY) up.push(stepTimePerDivision(up.at(-1), 1));
  const hours = [1, 2, 4, 6, 12, 24, 48, 120, 240, 480, 960].map((hour) => hour * 3600);
  assert.deepEqual(up, [5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, ...hours]);
  const down = [40 * DAY];
  while (down.at(-1) > 5) down.push(stepTimePerDivision(down.at(-1), -1));
  assert.deepEqual(down, up.reverse());
  assert.deepEqual([stepTimePerDivision(45, 1), stepTimePerDivision(45, -1)], [60, 30]);
});

test("time/div has bounds", () => {
  assert.equal(stepTimePerDivision(40 * DAY, 1), 40 * DAY);
  assert.equal(stepTimePerDivision(1e-6, -1), 1e-6);
});

/** Messages of 40 ms that come late by a changing jitter; the edge is asked at 60 Hz. */
function scroll(edge, jitter) {
  const edges = [];
  let sent = 0;
  for (let frame = 0; frame < 60 * 20; frame += 1) {
    const now = 100 + frame / 60;
    while (100 + 0.04 * sent + jitter(sent) <= now) {
      edge.arrived(0.04 * sent, 100 + 0.04 * sent + jitter(sent));
      sent += 1;
    }
    edges.push(edge.edge(now));
  }
  return edges.slice(60 * 10);
}

test("scrolling is steady however messages jitter", () => {
  const edges = scroll(new LiveEdge(), (k) => ((k * 7919) % 13) / 1000);
  const steps = edges.slice(1).map((edge, k) => edge - edges[k]);
  assert.ok(Math.min(...steps) > 0.9 / 60 && Math.max(...steps) < 1.1 / 60);
});

test("the edge stays close to the newest sample and never runs past it", () => {
  const live = new LiveEdge();
  const edges = scroll(live, (k) => ((k * 7919) % 13) / 1000);
  assert.ok(edges.at(-1) <= live.end);
  assert.ok(live.end - edges.at(-1) < 0.1);
});

test("a stream that stops stands still at its newest sample", () => {
  const live = new LiveEdge();
  live.arrived(5, 100);
  live.arrived(5.04, 100.04);
  assert.equal(live.edge(200), 5.04);
});

test("after an outage the edge is at the live end at once", () => {
  const live = new LiveEdge();
  live.arrived(5, 100);
  live.edge(100);
  live.answered(12, 110);
  live.answered(15, 110);
  assert.equal(live.edge(110), 15);
  live.arrived(15.04, 110.04);
  assert.ok(live.edge(110.05) > 14.9);
});

test("on a timed clock the edge goes on through silence", () => {
  const live = new LiveEdge(true);
  live.arrived(5, 100);
  assert.equal(live.edge(103), 8);
});

test("holding freezes the edge, resuming is at the live end again", () => {
  const timebase = new Timebase(2);
  timebase.live.arrived(5, 100);
  const held = timebase.edge(100);
  timebase.hold(held);
  for (let k = 1; k <= 1500; k += 1) timebase.live.arrived(5 + 0.04 * k, 100 + 0.04 * k);
  assert.equal(timebase.edge(160), held);
  assert.equal(timebase.running, false);
  timebase.resume();
  assert.ok(timebase.edge(160.01) > 60 - 0.1 && timebase.running);
});

test("the server's clock is that of the fastest answer", () => {
  const clock = new ServerClock();
  assert.ok(Number.isNaN(clock.time(5)));
  clock.pong(10, 10.02, 1000);
  assert.equal(clock.time(10.01), 1000);
  clock.pong(20, 21, 1010);
  assert.equal(clock.time(10.01), 1000);
  clock.pong(30, 30.01, 1020.5);
  assert.equal(clock.time(30.005), 1020.5);
});
