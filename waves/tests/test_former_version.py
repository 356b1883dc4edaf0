"""In a rolling upgrade servers and workers of two versions share the channel layer for a while.

`former_messages.json` is what a worker and a server of the version before sent (commit 8d1c098, of
2026-11-29; a sine of 100 Hz). A release keeps there what the one before it sent.
"""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from waves.bus import Publisher
from waves.protocol.description import brief, describe
from waves.protocol.frames import Frame, encode, parse
from waves.protocol.spec import SignalSpec, StreamSpec
from waves.tests.hub.fakes import Server
from waves.tests.worker.fakes import HERE

SINE = StreamSpec(1, "sine", "Sine", "generator", 100.0, (SignalSpec("sine", "Sine", "V"),))
EPOCH = 218_113_811


def former() -> list[dict[str, Any]]:
    text = (Path(__file__).parent / "former_messages.json").read_text()
    messages = json.loads(text)
    for message in messages:
        if "data" in message:
            message["data"] = bytes.fromhex(message["data"])
    return messages


def frames_of(messages: list[dict[str, Any]]) -> list[Frame]:
    return [frame for m in messages if m["type"] == "waves.frame" for frame in parse(m["data"])]


def with_more(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same of a version that says more than is known here."""
    messages = copy.deepcopy(messages)
    for message in messages:
        message["added"] = {"later": True}
        for told in (message.get("description"), *message.get("streams", ())):
            if told is not None:
                told["added"] = "later"
    return [*messages, {"type": "waves.added", "what": 1}]


@pytest.mark.parametrize("of_them", [list, with_more], ids=["the former", "a later one"])
async def test_a_server_understands_what_another_version_sends(of_them):
    server = Server()
    messages = of_them(former())
    server.hub.receive(messages[0])
    peer = server.peer()
    message = peer.session.take('{"type": "subscribe", "stream": "sine"}')
    peer.session.subscribe(1, message, {**describe(SINE, EPOCH, SINE.signals), "state": "stale"})
    for message in messages:
        server.hub.receive(message)
    await server.send()
    assert peer.indices() == list(range(31))
    values = np.concatenate([frame.values[0] for frame in peer.frames()])
    np.testing.assert_allclose(values, np.sin(2 * np.pi * np.arange(31) / 50), atol=1e-3)
    assert server.board.description(1)["name"] == "Sine"
    assert server.board.viewers(1) == 3
    counted = {kind: n for kind, n in server.hub.counts.items() if n}
    unknown = {"unknown messages": 1} if of_them is with_more else {}
    assert counted == {"frames": 4, **unknown}


class Kept:
    """A channel layer that keeps what is sent."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        self.messages.append(message)


async def sent_now() -> list[dict[str, Any]]:
    """What this version sends of the same."""
    layer = Kept()
    publisher = Publisher(layer)
    publisher.identify(HERE)
    description = {**describe(SINE, EPOCH, SINE.signals), "state": "live"}
    await publisher.description(description)
    for frame in frames_of(former()):
        await publisher.frame(1, (frame.epoch, frame.sample), encode(frame))
    await publisher.status([description])
    await publisher.status([brief(description)], {"id": "w", "name": "lab"})
    await publisher.viewers("hub-1", {1: 3}, {"id": "s"})
    await publisher.deleted(99)
    return layer.messages


async def test_what_is_sent_has_all_that_the_former_version_reads():
    now, before = await sent_now(), former()
    by_kind = {kind_of(message): message for message in now}
    for message in before:
        assert_has(by_kind[kind_of(message)], message, kind_of(message))
    assert [m["data"] for m in now if "data" in m] == [m["data"] for m in before if "data" in m]


def kind_of(message: dict[str, Any]) -> str:
    streams = message.get("streams", [{}])
    return f"{message['type']} {'whole' if 'signals' in streams[0] else 'brief'}"


def assert_has(now: Any, before: Any, where: str) -> None:
    """Every field is still there, and holds what it held: more may be beside it."""
    if isinstance(before, dict):
        for name, value in before.items():
            assert name in now, f"{where} has no “{name}” any more"
            assert_has(now[name], value, f"{where}.{name}")
    elif isinstance(before, list | tuple) and before and now:
        assert_has(now[0], before[0], f"{where}[0]")
    elif before is not None:
        kinds = (int, float) if isinstance(before, int | float) else type(before)
        assert isinstance(now, kinds), f"{where} was {before!r}, and is {now!r}"
