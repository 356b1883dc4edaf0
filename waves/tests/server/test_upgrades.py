"""Requests that become WebSockets are taken one after another, and others have their turn."""

import asyncio
from types import SimpleNamespace

from twisted.web.http_headers import Headers

from waves.server.daphne_bounds import _let_go


def request(*headers: str, is_gone: bool = False) -> SimpleNamespace:
    held = Headers()
    for header in headers:
        held.addRawHeader(header, "websocket")
    channel = SimpleNamespace(requests=["held"])
    return SimpleNamespace(requestHeaders=held, _disconnected=is_gone, channel=channel, transport=1)


async def test_of_many_at_once_one_is_taken_in_a_turn_of_the_event_loop() -> None:
    taken: list[SimpleNamespace] = []

    def process(each: SimpleNamespace) -> None:
        each.transport = None
        taken.append(each)

    take = _let_go(process)
    many = [request("Upgrade") for _ in range(50)]
    many[20]._disconnected = True
    for each in many:
        take(each)
    plain = request()
    take(plain)
    assert taken == [plain]
    before, turns = 1, 0
    while len(taken) < len(many):
        await asyncio.sleep(0)
        assert len(taken) - before in (0, 1)
        before, turns = len(taken), turns + 1
    assert turns >= 49
    assert many[20] not in taken
    assert all(each.channel.requests == [] for each in taken)
