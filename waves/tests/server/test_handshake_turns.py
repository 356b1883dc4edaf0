"""Sockets are opened one after another."""

import pytest

from waves.server import handshakes
from waves.server.handshakes import Turns


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
