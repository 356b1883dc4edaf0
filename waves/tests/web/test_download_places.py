"""So many downloads at once, so many that wait, and a place that is given back once."""

import asyncio
from collections.abc import Callable, Coroutine
from itertools import count
from typing import Any

import pytest

from waves.exceptions import BusyError
from waves.web import downloads
from waves.web.downloads import MOST_OPEN, MOST_WAITING, Places

_numbers = count()


class Many(Places):
    """Whoever asks is somebody else."""

    def take(self, name: str = "") -> Coroutine[Any, Any, Callable[[], None]]:
        return super().take(name or f"caller {next(_numbers)}")


async def full() -> tuple[Places, list]:
    places = Many()
    return places, [await places.take() for _ in range(MOST_OPEN)]


async def turn() -> None:
    """Let whoever can go on do so."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_who_waits_is_next():
    places, held = await full()
    waiting = asyncio.create_task(places.take())
    await turn()
    assert not waiting.done()
    held[0]()
    assert callable(await waiting)


async def test_a_place_is_given_back_once():
    places, held = await full()
    first, second = (asyncio.create_task(places.take()) for _ in range(2))
    await turn()
    held[0]()
    held[0]()
    await turn()
    assert first.done()
    assert not second.done()
    second.cancel()


async def test_beyond_so_many_who_wait_a_request_is_told_so_at_once():
    places, _ = await full()
    waiting = [asyncio.create_task(places.take()) for _ in range(MOST_WAITING)]
    await turn()
    with pytest.raises(BusyError, match="ask again"):
        await places.take()
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)


async def test_who_has_waited_long_is_told_so(monkeypatch):
    monkeypatch.setattr(downloads, "WAIT_SECONDS", 0.01)
    places, held = await full()
    with pytest.raises(BusyError):
        await places.take()
    held[0]()
    await places.take()


@pytest.mark.parametrize("after_its_turn", [False, True])
async def test_who_goes_away_while_waiting_keeps_no_place(after_its_turn):
    places, held = await full()
    waiting = asyncio.create_task(places.take())
    await turn()
    if after_its_turn:
        held.pop()()
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    for give_back in held:
        give_back()
    again = [await asyncio.wait_for(places.take(), 1) for _ in range(MOST_OPEN)]
    assert len(again) == MOST_OPEN
