"""One stream: it waits for a locked database, says when its source hangs, and always ends."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager

import pytest
from django.db import OperationalError

from waves import specs
from waves.exceptions import FinishedError
from waves.protocol.spec import SignalSpec, StreamSpec
from waves.tests.worker.fakes import Publisher, ToldSource
from waves.worker import runner as module
from waves.worker.runner import Runner

SPEC = StreamSpec(1, "one", "One", "told", 10.0, (SignalSpec("s", "S"),))


class Clock:
    """Moved by hand."""

    now = 100.0

    def monotonic(self) -> float:
        return self.now

    def time(self) -> float:
        return 1e9


@pytest.fixture
def source(monkeypatch) -> type[ToldSource]:
    class Told(ToldSource):
        let = asyncio.Queue()

    monkeypatch.setattr(module, "source_class", lambda kind: Told)
    return Told


@pytest.fixture
def numbers(monkeypatch) -> list[Exception | int]:
    """What the database answers when it is asked for an epoch; then 7, 8, 9 …"""
    answers: list[Exception | int] = []
    following = iter(range(7, 100))

    def next_epoch(handle: int, above: int) -> int:
        answer = answers.pop(0) if answers else next(following)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(specs, "next_epoch", next_epoch)
    monkeypatch.setattr(module, "DATABASE_SECONDS", 0.0)
    monkeypatch.setattr(module, "BACKOFF_SECONDS", (0.0,))
    return answers


@asynccontextmanager
async def running(clock: Clock, publisher: Publisher):
    runner = Runner(SPEC, publisher, clock)
    try:
        yield runner
    finally:
        await runner.stop()


async def test_a_stream_begins_as_soon_as_the_locked_database_is_free(source, numbers):
    numbers += [OperationalError("database is locked")] * 50
    publisher = Publisher()
    async with running(Clock(), publisher) as runner:
        source.let.put_nowait(1.0)
        await publisher.until(lambda: publisher.frames)
        assert (runner.description["state"], runner.epoch) == ("live", 7)


async def test_an_edit_while_the_database_is_locked_ends_in_one_new_epoch(source, numbers):
    publisher = Publisher()
    async with running(Clock(), publisher) as runner:
        source.let.put_nowait(1.0)
        await publisher.until(lambda: publisher.frames)
        numbers += [OperationalError("database is locked")] * 3
        for rate in (20.0, 30.0):
            await runner.update(StreamSpec(1, "one", "One", "told", rate, SPEC.signals))
        source.let.put_nowait(2.0)
        await publisher.until(lambda: len(publisher.frames) == 2)
        assert runner.description["state"] == "live"
        assert runner.description["rate"] == 30.0


async def test_a_database_error_of_the_source_is_the_sources(source, numbers):
    publisher = Publisher()
    async with running(Clock(), publisher):
        source.let.put_nowait(OperationalError("no such sensor"))
        failed = lambda: [d for d in publisher.descriptions if d["state"] == "failed"]  # noqa: E731
        await publisher.until(failed)
        assert "no such sensor" in failed()[0]["message"]


async def test_a_source_that_has_finished_is_stopped_for_good(source, numbers, monkeypatch):
    answers, stopped = [OperationalError("database is locked")], []

    def stop(handle: int, epoch: int) -> None:
        if answers:
            raise answers.pop()
        stopped.append((handle, epoch))

    monkeypatch.setattr(specs, "stop", stop)
    publisher = Publisher()
    async with running(Clock(), publisher) as runner:
        (task,) = (task for task in asyncio.all_tasks() if task.get_name() == "runner one")
        source.let.put_nowait(1.0)
        source.let.put_nowait(FinishedError("The file ended."))
        await asyncio.wait_for(task, 10)
        assert stopped == [(1, 7)]
        said = publisher.descriptions[-1]
        assert said["state"] == "stopped"
        assert said["message"] == runner.ending == "The file ended. This stream is stopped."


async def test_one_that_was_started_again_before_its_end_was_seen_begins_anew(
    source, numbers, monkeypatch
):
    monkeypatch.setattr(specs, "stop", lambda handle, epoch: None)
    publisher = Publisher()
    async with running(Clock(), publisher) as runner:
        before = time.monotonic()
        source.let.put_nowait(FinishedError("The file ended."))
        await publisher.until(lambda: any(d["state"] == "stopped" for d in publisher.descriptions))
        runner.begin_again(before)  # what the database said before it was stopped there
        source.let.put_nowait(1.0)
        runner.begin_again(time.monotonic())
        await publisher.until(lambda: publisher.frames)
        assert (runner.epoch, runner.description["state"]) == (8, "live")


async def test_a_source_that_hangs_is_silent_until_it_yields(source, numbers):
    clock, publisher = Clock(), Publisher()
    async with running(clock, publisher) as runner:
        source.let.put_nowait(1.0)
        await publisher.until(lambda: publisher.frames)
        clock.now += 2.0
        await runner.announce()
        assert publisher.descriptions[-1]["state"] == "live"
        clock.now += 4.0
        await runner.announce()
        said = publisher.descriptions[-1]
        assert (said["state"], said["message"]) == ("silent", "No samples for 6 s.")
        source.let.put_nowait(2.0)
        await publisher.until(lambda: len(publisher.frames) == 2)
        assert publisher.descriptions[-1]["state"] == "live"


async def test_a_slow_source_is_silent_by_its_own_period(source, numbers, monkeypatch):
    clock, publisher = Clock(), Publisher()
    slow = StreamSpec(1, "one", "One", "told", 0.1, SPEC.signals)
    runner = Runner(slow, publisher, clock)
    source.let.put_nowait(1.0)
    await publisher.until(lambda: publisher.frames)
    for seconds, state in ((40.0, "live"), (20.0, "silent")):
        clock.now += seconds
        await runner.announce()
        assert publisher.descriptions[-1]["state"] == state
    await runner.stop()


async def test_a_source_that_does_not_end_is_left_and_publishes_no_more(
    source, numbers, monkeypatch, caplog
):
    monkeypatch.setattr(module, "END_SECONDS", 0.05)
    source.stubborn = True
    publisher = Publisher()
    runner = Runner(SPEC, publisher, Clock())
    (left,) = (task for task in asyncio.all_tasks() if task.get_name() == "runner one")
    source.let.put_nowait(1.0)
    await publisher.until(lambda: publisher.frames)
    await runner.stop()
    assert "does not end" in caplog.text
    assert publisher.descriptions[-1]["state"] == "stopped"
    source.let.put_nowait(2.0)
    await asyncio.wait({left}, timeout=5)
    assert left.done()
    assert len(publisher.frames) == 1
    # Nor does it say anything of the stream, which may run in another task by now.
    assert publisher.descriptions[-1]["state"] == "stopped"
    assert "failed" not in caplog.text


async def test_frames_that_the_layer_does_not_take_are_counted(source, numbers):
    publisher = Publisher()
    async with running(Clock(), publisher) as runner:
        source.let.put_nowait(1.0)
        await publisher.until(lambda: publisher.frames)
        publisher.hangs = True
        source.let.put_nowait(2.0)
        source.let.put_nowait(3.0)
        while runner.unpublished < 2:  # noqa: ASYNC110  a count has no event
            await asyncio.sleep(0)
        publisher.hangs = False
        await runner.announce()
        assert publisher.descriptions[-1]["unpublished"] == 2
