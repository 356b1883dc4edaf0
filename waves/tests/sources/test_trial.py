"""What a source gives in a moment, told in words: samples, new signals, nothing, a fault."""

import asyncio
import socket

from waves.protocol.spec import SignalSpec, StreamSpec
from waves.sources.trial import Trial

SINE = SignalSpec("a", "A", waveform="dc", parameters={"amplitude": 2.5})


def spec(source: str, rate: float = 1000.0, signals=(), **options) -> StreamSpec:
    return StreamSpec(1, "s", "S", source, rate, signals=tuple(signals), options=options)


async def tried(given: StreamSpec, seconds: float = 0.3) -> str:
    return await Trial(given, seconds=seconds).run()


async def test_samples_and_the_last_values_are_told():
    said = await tried(spec("generator", signals=[SINE]))
    assert said.startswith("Within 0.3 s came ")
    assert said.endswith("samples, the last one A 2.5.")


async def test_a_fault_is_told_in_its_words():
    said = await tried(spec("python", 100, function="waves.tests.plant.streams.nothing_there"))
    assert said.startswith("It cannot be read: No function")


async def test_a_port_that_is_silent_and_one_that_speaks():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        assert "Something else listens" in await tried(spec("udp", 10, port=port))
    assert await tried(spec("udp", 10, port=port), 0.1) == "Nothing came within 0.1 s."
    trial = asyncio.create_task(tried(spec("udp", 10, port=port), 20))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as board:
        while not trial.done():
            board.sendto(b"inlet:60.1", ("127.0.0.1", port))
            await asyncio.sleep(0.01)
    assert await trial == "Samples come of signals that would be added: inlet."


async def test_what_is_pushed_is_not_fetched():
    assert "Save it, and send" in await tried(spec("push", 10))
