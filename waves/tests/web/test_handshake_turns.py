"""Sockets are opened one after another, and look-ups end whatever the database does."""

import asyncio

import pytest

from waves.exceptions import ServiceUnavailableError
from waves.server import handshakes
from waves.server.handshakes import Turns
from waves.web import lookup


async def test_each_handshake_has_its_turn_and_the_last_of_too_many_are_turned_away(
    monkeypatch,
) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr(handshakes.asyncio, "sleep", sleep)
    turns = Turns(lambda: 100.0)
    let_in = [await turns.wait() for _ in range(1100)]
    number = len(slept)
    assert number == pytest.approx(handshakes.LONGEST_WAIT / handshakes.SPACING, abs=1)
    assert let_in == [True] * number + [False] * (1100 - number)
    assert slept == pytest.approx([i * handshakes.SPACING for i in range(number)])


async def test_a_database_that_hangs_is_told_after_a_while(monkeypatch) -> None:
    monkeypatch.setattr(lookup, "LOOKUP_SECONDS", 0.01)
    monkeypatch.setattr(lookup, "in_thread", lambda function: hang)
    with pytest.raises(ServiceUnavailableError, match="does not answer"):
        await lookup.find_stream("nowhere")


async def hang(slug: str) -> None:
    await asyncio.Event().wait()


async def test_no_more_than_two_look_ups_are_under_way_at_once(monkeypatch) -> None:
    under_way = most = 0

    async def look_up(slug: str) -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0)
        under_way -= 1
        raise ServiceUnavailableError("no")

    monkeypatch.setattr(lookup, "in_thread", lambda function: look_up)
    monkeypatch.setattr(lookup, "_lookups", asyncio.Semaphore(2))
    asked = [lookup.find_stream(f"nowhere-{i}") for i in range(20)]
    await asyncio.gather(*asked, return_exceptions=True)
    assert most == 2
