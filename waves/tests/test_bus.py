"""The channel layer: a hang is noticed, what cannot be read counted, what is foreign refused."""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import asynccontextmanager

import pytest

from waves import bus as module
from waves.bus import Publisher, Receiver
from waves.database.installation import Installation
from waves.exceptions import ServiceUnavailableError
from waves.hub.hub import Hub
from waves.hub.pump import Pump
from waves.hub.status import StatusBoard
from waves.tests.worker.fakes import HERE, Layer


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    for name, seconds in {
        "ANSWER_SECONDS": 0.1,
        "BEAT_SECONDS": 0.01,
        "DEAF_SECONDS": 0.15,
        "RETRY_SECONDS": (0.0,),
        "PROBE_SECONDS": 0.05,
    }.items():
        monkeypatch.setattr(module, name, seconds)


class Receiving:
    """A hub, fed through a layer of which a test decides."""

    def __init__(self) -> None:
        self.layer = Layer()
        self.publisher = Publisher(self.layer)
        self.publisher.identify(HERE)
        self.board = StatusBoard()
        self.hub = Hub(Pump(), self.board)
        self.receiver = Receiver(self.hub, self.publisher, self.layer, everything=False)

    async def until(self, condition) -> None:
        async with asyncio.timeout(10):
            while not condition():  # noqa: ASYNC110  what is waited for has no event
                await asyncio.sleep(0.001)

    def bring(self, **message) -> None:
        self.layer.queue.put_nowait({"from": HERE.sender, **message})

    def count(self, hub: str, viewers: int) -> None:
        self.bring(type="waves.viewers", hub=hub, counts={"1": viewers})


@pytest.fixture
async def receiving():
    async with _receiving() as made:
        yield made


@asynccontextmanager
async def _receiving():
    made = Receiving()
    task = asyncio.create_task(made.receiver.run())
    await made.until(lambda: made.layer.connected)
    try:
        yield made
    finally:
        task.cancel()
        await asyncio.wait({task}, timeout=5)
    assert task.done()


async def test_a_message_that_cannot_be_decoded_is_counted_told_once_and_passed_over(
    receiving, caplog
):
    for _ in range(3):
        receiving.layer.queue.put_nowait(ValueError("unpack(b) received extra data."))
    receiving.count("other", 5)
    await receiving.until(lambda: receiving.board.viewers(1) == 5)
    assert receiving.receiver.counts["undecodable messages"] == 3
    assert caplog.text.count("undecodable messages") == 1
    assert receiving.layer.connected == 1


@pytest.mark.parametrize(
    "message",
    [
        [],
        None,
        7,
        {"no": "type"},
        {"type": "waves.viewers", "from": HERE.sender},
        {"type": "waves.viewers", "from": HERE.sender, "hub": "x", "counts": {"a": "b"}},
        {"type": "waves.stream", "from": HERE.sender, "description": {"handle": "x"}},
        {"type": "waves.status", "from": HERE.sender, "streams": [3]},
        {"type": "waves.frame", "from": HERE.sender, "data": 3},
        {"type": "waves.beat", "beat": "x"},
    ],
)
async def test_a_message_that_makes_no_sense_is_counted_and_passed_over(receiving, message):
    receiving.layer.queue.put_nowait(message)
    receiving.count("other", 5)
    await receiving.until(lambda: receiving.board.viewers(1) == 5)
    assert receiving.receiver.counts["malformed messages"] == 1


async def test_a_layer_that_brings_nothing_usable_any_more_is_connected_to_anew(receiving):
    for _ in range(module.MOST_UNUSABLE + 2):
        receiving.layer.queue.put_nowait(ValueError("garbage"))
    await receiving.until(lambda: receiving.layer.connected == 2)


async def test_a_hub_that_hears_nothing_connects_anew_and_says_so_once(receiving, caplog):
    receiving.layer.deaf = True
    await receiving.until(lambda: receiving.layer.connected >= 3)
    assert "Nothing is received" in receiving.receiver.problem
    receiving.layer.deaf = False
    await receiving.until(lambda: not receiving.receiver.problem)
    assert caplog.text.count("Nothing is received") == 1


async def test_a_layer_that_hangs_is_noticed_and_received_from_again(receiving):
    receiving.layer.hangs = True
    await receiving.until(lambda: receiving.receiver.problem)
    receiving.layer.hangs = False
    receiving.count("other", 5)
    await receiving.until(lambda: receiving.board.viewers(1) == 5)
    await receiving.until(lambda: not receiving.receiver.problem)


async def test_what_the_layer_lost_is_told_and_counted(receiving, caplog):
    receiving.layer.deaf = True
    await asyncio.sleep(0.05)  # less than a hub is patient, more than a beat
    receiving.layer.deaf = False
    await receiving.until(lambda: receiving.receiver.counts["interruptions"])
    assert "lost messages to it" in caplog.text


async def test_messages_of_another_installation_are_refused_and_counted(receiving, caplog):
    other = Installation("elsewhere", ("seal",))
    for sender in (other.sender, "", "here"):
        receiving.bring(type="waves.viewers", hub="x", counts={"1": 9}, **{"from": sender})
    receiving.count("other", 5)
    await receiving.until(lambda: receiving.board.viewers(1) == 5)
    assert receiving.receiver.counts["foreign messages"] == 3
    assert caplog.text.count("another installation") == 1


async def test_a_process_with_another_secret_is_refused_and_told_while_it_is_there(
    receiving, monkeypatch
):
    receiving.bring(type="waves.viewers", hub="x", counts={"1": 9}, **{"from": "here:other seal"})
    await receiving.until(lambda: receiving.receiver.counts["foreign messages"])
    assert "another SECRET_KEY" in receiving.receiver.stranger
    assert receiving.board.viewers(1) == 0
    monkeypatch.setattr(module, "STRANGER_SECONDS", 0.0)
    assert not receiving.receiver.stranger


async def test_a_process_with_the_former_secret_is_understood(receiving):
    former = "here:former seal"
    receiving.bring(type="waves.viewers", hub="x", counts={"1": 9}, **{"from": former})
    await receiving.until(lambda: receiving.board.viewers(1) == 9)


async def test_another_identity_of_the_database_is_followed(receiving):
    receiving.publisher.identify(Installation("moved", ("seal",)))
    await receiving.until(lambda: "waves.moved.status" in receiving.layer.groups)


async def test_a_layer_that_hangs_keeps_no_sender_and_is_told_once_each_way(caplog):
    layer = Layer()
    publisher = Publisher(layer)
    publisher.identify(HERE)
    layer.hangs = True
    caplog.set_level(logging.WARNING)
    for _ in range(20):
        with pytest.raises(ServiceUnavailableError):
            await publisher.frame(1, (1, 0), b"")
    assert layer.sent == 1  # the others were refused at once, not sent
    assert "Is Redis running?" in publisher.problem
    layer.hangs = False
    async with asyncio.timeout(10):
        while publisher.problem:
            try:
                await publisher.frame(1, (1, 0), b"")
            except ServiceUnavailableError:
                await asyncio.sleep(0.01)
    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING"]


async def test_nothing_is_sent_before_it_is_known_who_we_are():
    with pytest.raises(ServiceUnavailableError, match="which installation"):
        await Publisher(Layer()).frame(1, (1, 0), b"")


async def test_a_process_that_stood_still_does_not_blame_the_layer(receiving, caplog):
    time.sleep(0.4)  # noqa: ASYNC251  as a stopped process: the whole event loop stands
    receiving.count("other", 5)
    await receiving.until(lambda: receiving.board.viewers(1) == 5)
    for _ in range(5):
        await asyncio.sleep(0.02)
    assert receiving.layer.connected == 1
    assert "Nothing is received" not in caplog.text


class WrittenLog:
    """A log that takes everything from now on, and what it took."""

    def __init__(self) -> None:
        self.is_away = True
        self.places: list[tuple[int, int]] = []

    async def begin(self, identity, description) -> None:
        if self.is_away:
            raise ConnectionError("away")
        self.places.append((description["epoch"], -1))

    async def append(self, identity, handle, place, data, keys, settled) -> None:
        self.places.append(place)


async def test_an_epoch_that_began_while_redis_was_away_is_described_before_its_frames():
    log = WrittenLog()
    publisher = Publisher(Layer(), log)
    publisher.identify(HERE)
    with pytest.raises(ServiceUnavailableError):
        await publisher.description({"handle": 1, "epoch": 7})
    log.is_away = False
    with pytest.raises(ServiceUnavailableError, match="described"):
        await publisher.frame(1, (7, 0), b"")
    await asyncio.sleep(module.PROBE_SECONDS)
    await publisher.description({"handle": 1, "epoch": 7})
    await publisher.frame(1, (7, 40), b"")
    assert log.places == [(7, -1), (7, 40)]
