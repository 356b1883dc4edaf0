"""Whoever asks for much of what is recorded waits for that, and nobody else does."""

import asyncio

import pytest

from waves.exceptions import ServiceUnavailableError
from waves.hub.account import MOST_READ_EACH, Account
from waves.server import pasts
from waves.tests.web.recorded_stream import FIRST, values_of


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
    assert (found.held, found.refused) == (pasts.MOST_WAITING + 8, 0)


async def test_who_has_used_up_the_share_is_told_and_nobody_else_waits(monkeypatch):
    monkeypatch.setattr(pasts, "ANSWER_SECONDS", 0.05)
    found, spent = pasts.Pasts(), account()
    spent.take(1.0)
    with pytest.raises(ServiceUnavailableError, match="Ask again in a moment"):
        async with found.turn(spent):
            pytest.fail("it had its turn")
    for caller in (account(), None):
        async with found.turn(caller):
            pass
    assert (found.held, found.refused) == (1, 1)


@pytest.mark.django_db(transaction=True, databases=["default", "recordings"])
async def test_what_is_read_is_counted_as_of_the_caller(stream):
    caller = account()
    past = pasts.Pasts().of(caller)
    read = await past.frames(stream.row.pk, FIRST, 100, 2100, 1, 256)
    (frame,) = read.frames
    assert (frame.values[:, :2000] == values_of(FIRST, frame.sample, frame.sample + 2000)).all()
    assert 0 < 0.5 - caller.level < 10
