import assert from "node:assert/strict";
import test from "node:test";
import { dayText, fileStamp, fullInstant, instantText, typedInstant } from "../../../static/waves/js/text/instants.js";
import { ClockTicks, clockStep, clockTimes, markText } from "../../../static/waves/js/time/clock-ticks.js";
import { ClockZone } from "../../../static/waves/js/time/clock-zone.js";

/** Node reads the zone anew whenever it is set. */
function inZone(zone, act) {
  const former = process.env.TZ;
  process.env.TZ = zone;
  try {
    act();
  } finally {
    if (former === undefined) delete process.env.TZ;
    else process.env.TZ = former;
  }
}

const unix = (text) => Date.parse(text) / 1000;
const NOW = unix("2026-11-26T20:00:00Z");
const HOUR = 3600;
const DAY = 86_400;

test("marks are as far apart as people divide time, and have room for their labels", () => {
  const steps = [100, 200, 500, 600, 6000, 36_000, 86_400, 864_000].map((window) => clockStep(window, 10, 1000));
  assert.deepEqual(steps, [10, 30, 60, 60, 600, HOUR, 3 * HOUR, DAY]);
  assert.equal(clockStep(100, 10, 310), 30);
  for (const window of [2, 5, 10, 50, 100, 600, 7200, 86_400, 604_800]) {
    for (const width of [250, 310, 700, 1400]) {
      const step = clockStep(window, 10, width);
      if (step !== null) assert.ok((step / window) * width >= 48 && window / step >= 2, `${window} on ${width}`);
    }
  }
  assert.equal(clockStep(1, 10, 1000), null);
});

test("marks stand on whole minutes and hours, and midnight says which day begins", () => {
  const from = unix("2026-11-26T23:56:40.5Z");
  const times = clockTimes(from, from + 600, 60, "utc");
  assert.ok(times.every((time) => time % 60 === 0 && time >= from && time <= from + 600));
  assert.equal(times.length, 10);
  assert.deepEqual(
    times.slice(2, 5).map((time) => markText(time, 60, "utc", NOW)),
    ["23:59", "27 Nov", "00:01"],
  );
  assert.equal(markText(unix("2026-11-26T14:03:20Z"), 10, "utc", NOW), "14:03:20");
  assert.equal(markText(unix("2025-11-26T00:00:00Z"), DAY, "utc", NOW), "26 Nov 2025");
});

test("a window of a year has the months, and says which year begins", () => {
  for (const [width, months] of [
    [1200, 2],
    [250, 3],
  ]) {
    const step = clockStep(400 * DAY, 10, width);
    const times = clockTimes(NOW - 400 * DAY, NOW, step, "utc");
    const texts = times.map((time) => markText(time, step, "utc", NOW));
    assert.ok(texts.includes("2026") && texts.includes("Jul"), texts.join());
    assert.equal(Math.round((times[1] - times[0]) / (30.4 * DAY)), months);
    assert.ok(times.every((time) => new Date(time * 1000).getUTCDate() === 1));
  }
  inZone("Europe/Berlin", () => {
    const times = clockTimes(NOW - 400 * DAY, NOW, clockStep(400 * DAY, 10, 1200), "local");
    assert.ok(times.every((time) => new Date(time * 1000).getHours() === 0 && new Date(time * 1000).getDate() === 1));
  });
});

test("in a zone that is not whole hours from UTC marks stand on its own hours", () => {
  inZone("Asia/Kathmandu", () => {
    const times = clockTimes(NOW - DAY, NOW, 6 * HOUR, "local");
    const texts = times.map((time) => markText(time, 6 * HOUR, "local", NOW));
    assert.deepEqual(texts, ["06:00", "12:00", "18:00", "27 Nov"]);
  });
});

test("where clocks are set to summer time and back, no hour is made up", () => {
  inZone("Europe/Berlin", () => {
    const of = (from, step) =>
      clockTimes(unix(from), unix(from) + DAY, step, "local").map((t) => markText(t, step, "local", NOW));
    assert.deepEqual(of("2026-03-28T23:00:00Z", 6 * HOUR), ["29 Mar", "06:00", "12:00", "18:00", "30 Mar"]);
    const hours = of("2026-10-24T22:00:00Z", HOUR);
    assert.equal(hours.filter((text) => text === "02:00").length, 2);
    const days = clockTimes(unix("2026-03-27T12:00:00Z"), unix("2026-03-31T12:00:00Z"), DAY, "local");
    assert.deepEqual(
      days.map((t) => new Date(t * 1000).getHours()),
      [0, 0, 0, 0],
    );
  });
});

test("marks move with the window, and are made anew only where others are seen", () => {
  const ticks = new ClockTicks();
  const view = { window: 100, width: 1000, divisions: 10, zone: "utc" };
  const at = (edge) => ticks.update(view, (x) => edge + x, NOW);
  const edge = unix("2026-11-26T19:00:05Z");
  at(edge);
  const { marks } = ticks;
  assert.equal(marks.length, 10);
  assert.ok(Math.abs(marks.at(-1).x + 5) < 1e-3);
  at(edge + 1.5);
  assert.equal(ticks.marks, marks);
  assert.ok(Math.abs(marks.at(-1).x + 6.5) < 1e-3);
  at(edge + 6);
  assert.notEqual(ticks.marks, marks);
  assert.equal(ticks.marks.at(-1).text, "19:00:10");
});

test("a clock that was set within the window leaves every mark at its own time", () => {
  for (const jump of [30, -30, 4000, -4000]) {
    const edge = unix("2026-11-26T19:00:05Z");
    const wall = (x) => edge + x - (x < -40 ? jump : 0);
    const ticks = new ClockTicks().update({ window: 100, width: 1000, divisions: 10, zone: "utc" }, wall, NOW);
    const seen = ticks.marks.filter(({ x }) => !Number.isNaN(x));
    assert.ok(seen.length >= 4);
    for (const { x, text } of seen) assert.equal(new Date(wall(x) * 1000 + 1).toISOString().slice(11, 19), text);
  }
});

test("nothing is said of times that are not known", () => {
  assert.equal(
    new ClockTicks().update({ window: 100, width: 900, divisions: 10, zone: "utc" }, () => NaN, NOW),
    null,
  );
  assert.equal(instantText(NaN, "utc", NOW), "–");
  assert.equal(dayText(NaN, "utc", NOW), "–");
});

test("what is marked is the day where it is not today, and UTC where it is that", () => {
  const noteOf = (edge, zone) => {
    const ticks = new ClockTicks();
    ticks.update({ window: 600, width: 1000, divisions: 10, zone }, (x) => edge + x, NOW);
    return ticks.note;
  };
  inZone("Europe/Berlin", () => {
    assert.equal(noteOf(NOW, "local"), "");
    assert.equal(noteOf(NOW, "utc"), "UTC");
    assert.equal(noteOf(NOW - DAY, "local"), "25 Nov");
    assert.equal(noteOf(NOW - 400 * DAY, "utc"), "22 Oct 2025 UTC");
  });
});

test("a clock has the date of what is older than today, a file always, with its zone", () => {
  const then = unix("2026-11-24T18:03:27.482Z");
  inZone("Asia/Tokyo", () => {
    assert.equal(instantText(then, "utc", NOW), "24 Nov 18:03:27.482");
    assert.equal(instantText(NOW + 0.25, "utc", NOW), "20:00:00.250");
    assert.equal(instantText(then, "local", NOW), "25 Nov 03:03:27.482");
    assert.equal(fullInstant(then, "local"), "2026-11-25 03:03:27.482 UTC+09:00");
    assert.equal(fullInstant(then, "utc"), "2026-11-24 18:03:27.482 UTC");
    assert.equal(fileStamp(then, "local"), "2026-11-25T030327+0900");
    assert.equal(fileStamp(then, "utc"), "2026-11-24T180327Z");
  });
  inZone("America/St_Johns", () => assert.equal(fileStamp(then, "local"), "2026-11-24T143327-0330"));
});

test("the axis says the time of day from ten seconds a division on, unless it counts from a trigger", () => {
  const zone = new ClockZone();
  assert.deepEqual(
    [5, 10, 60].map((seconds) => zone.isOnAxis(seconds, false)),
    [false, true, true],
  );
  assert.equal(zone.isOnAxis(10, true), false);
  zone.axis = zone.nextAxis;
  assert.deepEqual([zone.axis, zone.isOnAxis(1, true)], ["clock", true]);
  zone.axis = zone.nextAxis;
  assert.deepEqual([zone.axis, zone.isOnAxis(60, false)], ["seconds", false]);
  const other = new ClockZone();
  other.restore(zone.state());
  assert.equal(other.axis, "seconds");
  assert.deepEqual(new ClockZone().state(), {});
});

test("an instant that is typed is read in the zone of the page, or is none", () => {
  assert.equal(typedInstant("2026-11-28 14:02", "utc"), unix("2026-11-28T14:02:00Z"));
  assert.equal(typedInstant("2026-11-28T14:02:03.5", "utc"), unix("2026-11-28T14:02:03.5Z"));
  assert.equal(typedInstant("2026-11-28", "utc"), unix("2026-11-28T00:00:00Z"));
  inZone("Europe/Berlin", () => assert.equal(typedInstant("2026-06-28 14:02", "local"), unix("2026-06-28T12:02:00Z")));
  for (const text of ["", "yesterday", "2026-02-30 10:00", "2026-13-01", "2026-11-28 24:00"]) {
    assert.equal(typedInstant(text, "utc"), null, text);
  }
});
