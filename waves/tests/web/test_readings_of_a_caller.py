"""Whoever asks for much of what is recorded waits for that, and nobody else does."""

import asyncio
import threading
import time

import pytest

from waves.exceptions import BusyError, ServiceUnavailableError
from waves.hub.account import MOST_READ_EACH, Account
from waves.server import pasts
from waves.tests.web.recorded_stream import FIRST, values_of
from waves.web import downloads

# A step in a thread closes connections that are old.
pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "recordings"])


@pytest.fixture(autouse=True)
def counted_anew() -> None:
    pasts.counts.clear()


def account() -> Account:
    """Of somebody for whom no time passes: what they have used they owe for ever."""
    return Account(0.25, 0.5, lambda: 0.0)


async def reading(found: pasts.Pasts, caller: Account | None, began: list, may_end) -> None:
    """Read until told to end."""
    async with found.turn(caller):
        began.append(caller)
        await may_end.wait()


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_one_caller_has_two_readings_at_once_and_others_their_turn():
    found, greedy, began, may_end = pasts.Pasts(), account(), [], asyncio.Event()
    other = account()
    async with asyncio.TaskGroup() as group:
        # More than may wait, of all callers together.
        for _ in range(pasts.MOST_WAITING + 10):
            group.create_task(reading(found, greedy, began, may_end))
        await settle()
        assert began == [greedy] * MOST_READ_EACH
        group.create_task(reading(found, other, began, may_end))
        await settle()
        assert began[MOST_READ_EACH:] == [other]
        may_end.set()
    assert len(began) == pasts.MOST_WAITING + 11
    assert pasts.counts == {"held": pasts.MOST_WAITING + 8}


async def test_who_has_used_up_the_share_is_told_and_nobody_else_waits(monkeypatch):
    monkeypatch.setattr(pasts, "ANSWER_SECONDS", 0.05)
    found, spent = pasts.Pasts(), account()
    spent.take(1.0)
    with pytest.raises(ServiceUnavailableError, match="Ask again in a moment"):
        async with found.turn(spent):
            pytest.fail("it had its turn")
    with pytest.raises(ServiceUnavailableError, match="Ask again in a moment"):
        await pasts.Reader(spent).step(lambda: pytest.fail("it was read"))
    for caller in (account(), None):
        async with found.turn(caller):
            pass
    assert pasts.counts == {"held": 2, "refused": 2}


async def test_requests_of_one_caller_leave_a_thread_to_others():
    greedy, may_end = pasts.Reader(account()), threading.Event()
    asking = [asyncio.create_task(greedy.step(lambda: may_end.wait(10))) for _ in range(10)]
    await settle()
    assert await pasts.Reader(account()).step(lambda: "at once") == "at once"
    may_end.set()
    assert all(await asyncio.gather(*asking))


async def test_a_reading_that_is_given_up_is_paid_and_holds_its_turn():
    caller, may_end, works = account(), threading.Event(), threading.Semaphore(0)

    def read() -> None:
        works.release()
        may_end.wait(10)
        began = time.thread_time()
        while time.thread_time() - began < 0.05:
            pass

    given_up = [asyncio.create_task(pasts.Reader(caller).step(read)) for _ in range(MOST_READ_EACH)]
    for _ in given_up:
        await asyncio.to_thread(works.acquire)
    for task in given_up:
        task.cancel()
    await settle()
    assert caller.must_wait
    may_end.set()
    await asyncio.gather(*given_up, return_exceptions=True)
    await settle()
    assert not caller.must_wait
    assert caller.level < 0.5 - 0.04


async def test_what_is_read_is_counted_as_of_the_caller(stream):
    caller = account()
    past = pasts.Pasts().of(caller)
    read = await past.frames(stream.row.pk, FIRST, 100, 2100, 1, 256)
    (frame,) = read.frames
    assert (frame.values[:, :2000] == values_of(FIRST, frame.sample, frame.sample + 2000)).all()
    await asyncio.sleep(0)
    assert 0 < 0.5 - caller.level < 10


async def test_one_caller_has_half_of_the_downloads_and_others_theirs(monkeypatch):
    monkeypatch.setattr(downloads, "WAIT_SECONDS", 0.05)
    places = downloads.Places()
    mine = [await places.take("one") for _ in range(downloads.MOST_EACH)]
    waiting = [asyncio.create_task(places.take("one")) for _ in range(downloads.MOST_WAITING_EACH)]
    await settle()
    with pytest.raises(BusyError, match="ask again"):
        await places.take("one")  # at once: enough of theirs wait
    theirs = await places.take("other")
    mine.pop()()
    gone_on = await waiting[0]
    refused = await asyncio.gather(*waiting[1:], return_exceptions=True)
    assert [type(each) for each in refused] == [BusyError] * len(refused)
    for give_back in (*mine, gone_on, theirs):
        give_back()
    every = [await places.take(str(name)) for name in range(downloads.MOST_OPEN)]
    for give_back in every:
        give_back()
