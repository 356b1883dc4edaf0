"""What is told of a stream: names before frames, counts at once, and to all servers little."""

from __future__ import annotations

import asyncio
from typing import ClassVar

import numpy as np
import pytest

from waves import specs
from waves.exceptions import ClockStepError, ServiceUnavailableError
from waves.hub.status import StatusBoard
from waves.protocol.block import SampleBlock
from waves.protocol.description import (
    LOG_LENGTH,
    LOG_LINES,
    MAX_DESCRIPTION,
    NAMES_LEFT_OUT,
    brief,
    describe,
    same_for_viewers,
    size_of,
)
from waves.protocol.spec import SignalSpec, StreamSpec
from waves.sources.base import SignalInfo
from waves.tests.worker.fakes import Publisher, ToldSource
from waves.worker import runner as module
from waves.worker.rate import RateMeter
from waves.worker.runner import Runner, resolve_signals
from waves.worker.worker import REPEAT_ANNOUNCEMENTS, Worker

SPEC = StreamSpec(1, "one", "One", "told", 10.0)


class Clock:
    now = 100.0

    def monotonic(self) -> float:
        return self.now

    def time(self) -> float:
        return 1e9


class NamingSource(ToldSource):
    """Each block names one more state than the one before."""

    named: dict[int, str]
    clock = "timed"

    @property
    def signals(self):
        return (SignalInfo("s", "S", states=dict(self.named)),)

    async def blocks(self):
        index = 0
        while True:
            name = await self.let.get()
            if isinstance(name, Exception):
                raise name
            self.named[index] = name
            self.context.late(2)
            if name == "refused":
                self.context.nameless(1, "S: 'refused' can be no state.")
            if name == "read":
                self.context.left_out(3)
                for k in range(LOG_LINES + 1):
                    self.context.log(f"line {k}" + "\x1b" + "x" * LOG_LENGTH)
                self.context.note("Unplugged.")
            values, times = np.array([[float(index)]]), np.array([0.0])
            yield SampleBlock(self.context.epoch, index, 1e9 + index, 0.0, values, times)
            index += 1


@pytest.fixture
def source(monkeypatch):
    class Naming(NamingSource):
        let = asyncio.Queue()
        named: ClassVar[dict[int, str]] = {}

    numbers = iter(range(7, 100))
    monkeypatch.setattr(module, "source_class", lambda kind: Naming)
    monkeypatch.setattr(specs, "next_epoch", lambda handle, above: next(numbers))
    return Naming


class InOrder(Publisher):
    """Keeps how many states were described when a frame came."""

    def __init__(self) -> None:
        super().__init__()
        self.described: list[int] = []

    async def frame(self, *frame) -> None:
        (signal,) = self.descriptions[-1]["signals"]
        self.described.append(len(signal.get("states", {})))
        await super().frame(*frame)


async def test_a_name_is_described_before_the_first_frame_that_has_it(source):
    publisher = InOrder()
    runner = Runner(SPEC, publisher, Clock())
    for name in ("idle", "busy", "done"):
        source.let.put_nowait(name)
    await publisher.until(lambda: len(publisher.frames) == 3)
    await runner.stop()
    assert publisher.described == [1, 2, 3]
    (signal,) = publisher.descriptions[-1]["signals"]
    assert signal["states"] == {"0": "idle", "1": "busy", "2": "done"}


async def test_late_samples_and_nameless_texts_are_counted_and_told(source):
    publisher = Publisher()
    runner = Runner(SPEC, publisher, Clock())
    for name in ("idle", "refused"):
        source.let.put_nowait(name)
    await publisher.until(lambda: len(publisher.frames) == 2)
    await runner.announce()
    said = publisher.descriptions[-1]
    await runner.stop()
    assert (said["late"], said["nameless"]) == (4, 1)
    assert (said["state"], said["message"]) == ("live", "S: 'refused' can be no state.")


async def test_what_came_and_is_no_sample_is_counted_and_its_last_lines_are_told(source):
    publisher = Publisher()
    clock = Clock()
    runner = Runner(SPEC, publisher, clock)
    source.let.put_nowait("read")
    await publisher.until(lambda: len(publisher.frames) == 1)
    await runner.announce()
    said = publisher.descriptions[-1]
    assert (said["left_out"], said["message"]) == (3, "Unplugged.")
    assert len(said["log"]) == LOG_LINES
    assert said["log"][0].startswith("line 1␛xx")
    assert {len(line) for line in said["log"]} == {LOG_LENGTH}
    assert same_for_viewers(said, {**said})
    assert not same_for_viewers(said, {**said, "log": []})
    clock.now += 60
    await runner.announce()
    said = publisher.descriptions[-1]
    assert (said["state"], said["message"]) == ("silent", "Unplugged. No samples for 60 s.")
    # Lines outlive the epoch: they may be what was printed as it began.
    source.let.put_nowait(ClockStepError("The times went back."))
    source.let.put_nowait("idle")
    await publisher.until(lambda: len(publisher.frames) == 2)
    await runner.announce()
    await runner.stop()
    assert publisher.descriptions[-1]["epoch"] == 8
    assert len(publisher.descriptions[-1]["log"]) == LOG_LINES
    assert publisher.descriptions[-1]["left_out"] == 0


async def test_a_clock_that_was_set_back_begins_a_new_epoch_at_once(source):
    publisher = Publisher()
    runner = Runner(SPEC, publisher, Clock())
    for told in ("idle", ClockStepError("The times went back."), "busy"):
        source.let.put_nowait(told)
    await publisher.until(lambda: len(publisher.frames) == 2)
    await runner.stop()
    running = publisher.descriptions[:-1]
    assert {said["state"] for said in running} == {"live"}
    assert [running[0]["epoch"], running[-1]["epoch"]] == [7, 8]


def test_late_samples_are_news_for_viewers_and_measured_rates_are_not():
    said = describe(SPEC, 1, [SignalSpec("a", "A")], "timed")
    assert not same_for_viewers(said, {**said, "late": 1})
    assert not same_for_viewers(said, {**said, "nameless": 1})
    assert same_for_viewers(said, {**said, "measured_rate": 9.9})


@pytest.mark.parametrize(
    ("clock", "longest", "expected"),
    [
        ("timed", None, 0.5),
        ("timed", 2.0, 2.0),
        ("timed", float("inf"), None),
        ("regular", None, None),
    ],
)
def test_the_longest_interval_is_five_periods_unless_another_is_told(clock, longest, expected):
    spec = StreamSpec(1, "one", "One", "told", 10.0, longest_interval=longest)
    assert describe(spec, 1, [], clock)["longest_interval"] == expected


def test_what_goes_without_saying_is_not_said():
    plain, told = describe(
        SPEC,
        1,
        [
            SignalSpec("a", "A", line="linear", missing="hole"),
            SignalSpec("b", "B", line="step", missing="held", states={0: "off"}),
        ],
    )["signals"]
    assert set(plain) == {"key", "name", "unit", "colour"}
    assert (told["line"], told["missing"], told["states"]) == ("step", "held", {"0": "off"})


def test_a_description_is_never_longer_than_its_bound():
    states = {code: f"{'ü' * 36}{code}" for code in range(64)}
    signals = [SignalSpec(f"s{k}", f"S{k}", line="step", states=states) for k in range(64)]
    said = describe(SPEC, 1, signals)
    assert size_of(said) <= MAX_DESCRIPTION
    assert said["message"] == NAMES_LEFT_OUT
    assert said["signals"][0]["line"] == "step"
    assert "states" not in said["signals"][0]


class Declared:
    """A source whose rows override what it declares, or are its signals."""

    def __init__(self, rows="overrides"):
        self.rows = rows


def test_the_admin_decides_before_the_code_field_by_field():
    info = SignalInfo("a", "a", "V", "step", "held", {0: "off", 1: "on"})
    row = SignalSpec("a", "Pump", line="points", states={1: "running"})
    spec = StreamSpec(1, "one", "One", "told", 10.0, (row,))
    (signal,) = resolve_signals(spec, Declared(), (info,))
    assert (signal.name, signal.unit, signal.line, signal.missing) == (
        "Pump",
        "V",
        "points",
        "held",
    )
    assert signal.states == {0: "off", 1: "running"}
    blank = StreamSpec(1, "one", "One", "told", 10.0, (SignalSpec("a", "Square"),))
    (signal,) = resolve_signals(blank, Declared("waveforms"), (info,))
    assert (signal.name, signal.line) == ("Square", "step")


class Everywhere(Publisher):
    def __init__(self) -> None:
        super().__init__()
        self.told: list[list[dict]] = []

    async def status(self, descriptions, worker=None) -> None:
        self.told.append([dict(description) for description in descriptions])


async def test_all_servers_are_told_state_and_counts_and_the_rest_when_it_changes():
    publisher, board = Everywhere(), StatusBoard(lambda: 1000.0)
    worker = Worker(publisher)
    states = {0: "off", 1: "on"}
    said = describe(SPEC, 3, [SignalSpec("a", "A", states=states)])

    async def tell(description):
        publisher.told.clear()
        await worker._tell_all([description])
        for message in publisher.told:
            board.hear(message)
        return ["signals" in description for message in publisher.told for description in message]

    assert await tell(said) == [True, False]
    for late in range(1, 5):
        assert await tell({**said, "late": late, "state": "silent"}) == [False]
    known = board.description(1)
    assert (known["late"], known["state"], known["signals"]) == (4, "silent", said["signals"])
    assert await tell({**said, "window": 5.0}) == [True, False]
    assert await tell({**said, "window": 5.0, "epoch": 4}) == [True, False]
    repeated = [
        await tell({**said, "window": 5.0, "epoch": 4}) for _ in range(REPEAT_ANNOUNCEMENTS)
    ]
    assert repeated.count([True, False]) == 1
    assert len(str(brief(said))) < 400


def test_a_server_that_heard_only_state_and_counts_knows_no_signals_of_another_epoch():
    board = StatusBoard(lambda: 1000.0)
    said = describe(SPEC, 3, [SignalSpec("a", "A")])
    board.hear([said])
    board.hear([brief({**said, "epoch": 4})])
    assert "signals" not in board.description(1)
    assert board.handle_of("one") == 1


def block(sample, n, t0=0.0, times=None):
    return SampleBlock(1, sample, t0, 0.0 if times is not None else 0.1, np.zeros((1, n)), times)


@pytest.mark.parametrize("rate", [0.01, 0.1, 0.87, 10.0, 1e6])
def test_a_regular_rate_is_measured_by_when_blocks_come(rate):
    meter, n = RateMeter(), max(1, int(rate / 25))
    for k in range(300):
        meter.add(block(k * n, n), k * n / rate)
        if k:
            assert meter.at(k * n / rate) == pytest.approx(rate, rel=1e-6)
    assert meter.at(300 * n / rate + 1000.0) == 0.0


@pytest.mark.parametrize("rate", [0.02, 1.0, 40.0])
def test_a_timed_rate_is_measured_after_twenty_intervals(rate):
    meter = RateMeter()
    for k in range(60):
        meter.add(block(k, 1, 1e9 + k / rate, np.zeros(1)), k / rate)
        measured = meter.at(k / rate)
        assert measured == (0.0 if k < 20 else pytest.approx(rate, rel=1e-4))


class Forgetful(Publisher):
    """Takes the end of a stream only where it is reached."""

    def __init__(self) -> None:
        super().__init__()
        self.ended: list[int] = []

    async def deleted(self, handle: int) -> None:
        if self.hangs:
            raise ServiceUnavailableError("It hangs.")
        self.ended.append(handle)


async def test_a_deletion_that_nobody_could_be_told_is_told_later():
    publisher = Forgetful()
    worker = Worker(publisher)
    publisher.hangs = True
    await worker._delete(7)
    publisher.hangs = False
    await worker._delete(8)
    assert sorted(publisher.ended) == [7, 8]
    await worker._tell_gone()
    assert len(publisher.ended) == 2
