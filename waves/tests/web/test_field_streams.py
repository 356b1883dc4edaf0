"""Signals as people have them, from their function to the API: what it says of them is true."""

import asyncio
import csv
import io
import itertools
import json

import numpy as np
import pytest
from django.test import AsyncRequestFactory

from waves import specs
from waves.models import Stream
from waves.protocol.description import Description
from waves.sources import declarations
from waves.specs import stream_spec
from waves.tests.sources.fakes import FakeClock
from waves.web import api
from waves.worker.runner import Runner

HANDLE = 1


class ToHub:
    """A publisher whose channel layer is the hub of this process."""

    def __init__(self, hub) -> None:
        self._hub = hub
        self.descriptions: list[Description] = []
        self.came = asyncio.Event()

    async def frame(self, handle, place, data, keys=(), settled=None) -> None:
        self._hub.receive({"type": "waves.frame", "data": data})
        self.came.set()

    async def description(self, description) -> None:
        self.descriptions.append({**description})
        self._hub.receive({"type": "waves.stream", "description": {**description}})


class Field:
    """One function as a stream, on a clock that a sleep moves at once, and the API's answers."""

    def __init__(self, hub) -> None:
        self.clock = FakeClock()
        self._hub = hub
        self._publisher = ToHub(hub)
        self.runner: Runner | None = None

    async def run(self, function, samples, **declared) -> Description:
        """Run it until there are so many samples; return how it is described."""
        declarations.stream(**declared)(function)
        (path,) = declarations.registered()
        row = Stream(
            pk=HANDLE,
            name="Field",
            slug="field",
            source="python",
            options={"function": path},
            rate=declared["rate"],
            history=max(1.0, min(1000.0, 4 * samples / declared["rate"])),
        )
        self.runner = Runner(stream_spec(row, ()), self._publisher, self.clock)
        async with asyncio.timeout(120):
            while self._kept() is None or self._kept().history.next < samples:
                self._publisher.came.clear()
                await self._publisher.came.wait()
        await self.runner.announce()
        said = self._publisher.descriptions[-1]
        await self.runner.stop()
        return said

    def _kept(self):
        live = self._hub.streams.get(HANDLE)
        return live.kept if live else None

    async def ask(self, **query) -> str:
        request = AsyncRequestFactory().get("/api/v1/streams/field/samples", query)
        answer = await api.samples(request, slug="field")
        assert answer.status_code == 200, answer.content
        return b"".join([part async for part in answer.streaming_content]).decode()

    async def frames(self, **query) -> list[dict]:
        return json.loads(await self.ask(**query))["frames"]

    async def rows(self, **query) -> list[list[str]]:
        text = await self.ask(format="csv", **query)
        return list(csv.reader(io.StringIO(text, newline="")))

    async def values(self) -> list[list[float | None]]:
        frames = await self.frames()
        signals = zip(*(frame["values"] for frame in frames), strict=True)
        return [list(itertools.chain(*rows)) for rows in signals]

    @property
    def states(self) -> set[str]:
        """Every state that the stream was in while it ran."""
        return {said["state"] for said in self._publisher.descriptions[:-1]}

    @property
    def epochs(self) -> set[int]:
        return {said["epoch"] for said in self._publisher.descriptions}


@pytest.fixture
async def field(running, monkeypatch):
    monkeypatch.setattr(declarations, "_declarations", {})
    numbers = iter(range(5, 100))
    monkeypatch.setattr(specs, "next_epoch", lambda handle, above: next(numbers))

    async def find(slug, viewer=None):
        return HANDLE, None

    monkeypatch.setattr(api, "find_stream", find)
    return Field(running.hub)


async def pause(field, seconds):
    field.clock.now += seconds
    await asyncio.sleep(0)


async def test_f01_sensors_that_report_in_turn_keep_their_holes_and_say_how_they_join(field):
    async def two():
        k = 0
        while True:
            yield (1.0, None) if k % 2 else (None, 2.0)
            k += 1
            await pause(field, 0.25)

    said = await field.run(two, 20, signals={"a": "V", "b": "V"}, rate=4, missing="joined")
    assert [signal["missing"] for signal in said["signals"]] == ["joined", "joined"]
    first, second = await field.values()
    assert first[:4] == [None, 1.0, None, 1.0]
    assert second[:4] == [2.0, None, 2.0, None]


async def test_f05_uneven_samples_have_their_own_times(field):
    async def pump():
        while True:
            for level, seconds in ((1.0, 0.1), (0.0, 0.3)):
                for _ in range(10):
                    yield level
                    await pause(field, seconds)

    await field.run(pump, 200, rate=5, signals={"pump": "V"})
    rows = (await field.rows(last=160))[1:]
    times, values = np.array([[float(row[1]), float(row[2])] for row in rows]).T
    weights = np.diff(times)
    assert np.sum(weights * values[:-1]) / np.sum(weights) == pytest.approx(0.25, abs=0.001)


@pytest.mark.parametrize("sample_type", ["float32", "float64"])
async def test_f07_f08_little_on_much_is_exact_as_float64_and_said_to_be_float32_else(
    field, sample_type
):
    count = 2.0**53 - 100_000

    def counter(t):
        return count + np.round(t * 20)

    said = await field.run(counter, 200, rate=20, sample_type=sample_type)
    assert said["sample_type"] == sample_type
    values = (await field.values())[0][:100]
    exact = [count + k for k in range(100)]
    assert (values == exact) is (sample_type == "float64")
    if sample_type == "float64":
        assert [float(row[2]) for row in (await field.rows())[1:101]] == exact


async def test_f09_a_relay_is_a_step_whose_states_have_names(field):
    async def relay():
        on = False
        while True:
            yield on
            on = not on
            await pause(field, 6)

    named = {0: "closed", 1: "open"}
    said = await field.run(relay, 10, rate=0.5, signals={"relay": ""}, states=named)
    (signal,) = said["signals"]
    assert (signal["line"], signal["states"]) == ("step", {"0": "closed", "1": "open"})
    assert [row[2] for row in (await field.rows())[1:4]] == ["closed", "open", "closed"]
    assert (await field.values())[0][:4] == [0, 1, 0, 1]


async def test_texts_are_states_whose_names_are_described(field):
    async def machine():
        k = 0
        while True:
            yield field.clock.time(), ("idle", "busy", None, "=done")[k % 4]
            k += 1
            await pause(field, 1)

    said = await field.run(machine, 12, rate=1, signals={"mode": ""})
    assert said["signals"][0]["states"] == {"0": "idle", "1": "busy", "2": "=done"}
    assert [row[2] for row in (await field.rows())[1:5]] == ["idle", "busy", "", "'=done"]


@pytest.mark.parametrize("late", ["drop", "reorder"])
async def test_f10_late_samples_are_counted_or_put_into_their_place_and_the_stream_goes_on(
    field, late
):
    async def sensor():
        k = 0
        while True:
            k += 1
            yield field.clock.time() - (0.15 if k % 30 == 0 else 0), float(k)
            await pause(field, 0.1)

    window = {"reorder_window": 0.5} if late == "reorder" else {}
    said = await field.run(sensor, 300, rate=10, late=late, **window)
    assert (field.states, field.epochs) == ({"live"}, {5})
    times = [float(row[1]) for row in (await field.rows())[1:]]
    assert times == sorted(times)
    if late == "drop":
        assert said["late"] >= 300 // 30
        assert 30.0 not in (await field.values())[0]
    else:
        assert said["late"] == 0
        assert (await field.values())[0][27:31] == [28.0, 30.0, 29.0, 31.0]


@pytest.mark.parametrize("kind", ["generator", "async generator", "arrays"])
async def test_f11_nothing_read_is_no_value(field, kind):
    def read():
        k = 0
        while True:
            k += 1
            yield None if k % 20 == 0 else float(k)

    async def waited():
        for value in read():
            yield value
            await pause(field, 0.1)

    async def arrays():
        readings = read()
        while True:
            yield [next(readings) for _ in range(5)]

    clock = {"clock": "regular"} if kind == "arrays" else {}
    function = {"generator": read, "async generator": waited, "arrays": arrays}[kind]
    await field.run(function, 60, rate=10, **clock)
    assert field.states == {"live"}
    assert (await field.values())[0][18:21] == [19.0, None, 21.0]
    assert [row[2] for row in (await field.rows())[19:22]] == ["19.0", "", "21.0"]


@pytest.mark.parametrize(("told", "expected"), [(None, 0.5), (2.0, 2.0), (float("inf"), None)])
async def test_f12_a_timed_stream_says_what_is_a_silence(field, told, expected):
    async def irregular():
        while True:
            yield 1.0
            await pause(field, 0.1)

    said = await field.run(irregular, 30, rate=10, longest_interval=told)
    assert said["longest_interval"] == expected


async def test_f16_each_sample_has_a_time_of_its_own_and_is_found_by_it(field):
    def fast(t):
        return np.sin(2 * np.pi * 1000 * t)

    await field.run(fast, 200_000, rate=2_000_000)
    (frame,) = await field.frames(first=1000, last=3000)
    rows = (await field.rows(first=1000, last=3000))[1:]
    assert len({row[1] for row in rows}) == len(rows) == 2001
    named = {"from": frame["t0"] + 10 * frame["dt"], "to": frame["t0"] + 20 * frame["dt"]}
    found = (await field.rows(**named))[1:]
    assert (found[0][0], found[-1][0]) == ("1010", "1020")


async def test_f17_a_slow_stream_has_its_rate(field):
    def slow(t):
        return 20 + (t / 10) % 5

    said = await field.run(slow, 12, rate=0.1)
    assert said["measured_rate"] == pytest.approx(0.1, rel=0.002)


async def test_times_copied_from_an_answer_name_their_samples_after_the_clock_was_set(field):
    stepped = []

    def slow(t):
        if t[0] > 20 and not stepped:
            stepped.append(True)
            field.clock.wall -= 3600.0
        return t

    await field.run(slow, 600, rate=10)
    rows = (await field.rows())[1:]
    times = [float(row[1]) for row in rows]
    assert min(np.diff(times)) < -3500
    for i, j in ((5, 500), (100, 150), (450, 590), (0, 599)):
        indices = [int(r[0]) for r in (await field.rows(**{"from": times[i], "to": times[j]}))[1:]]
        assert i in indices
        assert j in indices


async def test_columns_cover_the_whole_range_and_flag_the_last(field):
    def ramp(t):
        return np.round(t * 1000)

    await field.run(ramp, 4321, rate=1000)
    frames = await field.frames(first=0, last=4320, columns=20)
    stride = frames[0]["stride"]
    rows = await field.rows(columns=20)
    last = (await field.rows())[-1]
    assert float(rows[-1][3]) == float(last[2])
    assert sum(len(frame["max"][0]) for frame in frames) * stride > 4320
