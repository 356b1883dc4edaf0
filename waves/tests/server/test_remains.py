"""A socket that is over is gone at once, not when garbage is collected: that stalls all others."""

import asyncio
import re
import time

from websockets.asyncio.client import connect

SOCKETS = 20
#: What a socket that is over leaves nothing of.
OVER = ("WebSocketProtocol", "Inflow", "Connection")


async def visit(address: str) -> None:
    async with connect(f"ws://{address}/ws/streams/fast/?window=1") as socket:
        await socket.recv()


async def abandon(address: str) -> None:
    """Go without a word."""
    socket = await connect(f"ws://{address}/ws/streams/fast/?window=1")
    await socket.recv()
    socket.transport.abort()


async def test_nothing_waits_for_a_collection(site) -> None:
    def remains() -> dict[str, int]:
        _, text = server.get("/remains")
        return {name: int(number) for name, number in re.findall(r"(\w+):(\d+)", text)}

    site.enable("fast")
    with site.serve(application="waves.tests.server.remains:application") as server:
        for leave in (visit, abandon):
            await asyncio.gather(*(leave(server.address) for _ in range(SOCKETS)))
        # daphne looks once a second for what is over.
        deadline = time.monotonic() + 10
        while True:
            left = await asyncio.to_thread(remains)
            if not any(left[part] for part in OVER):
                break
            assert time.monotonic() < deadline, left
            await asyncio.sleep(0.2)
    # Of requests some may be under way, like the one that asks.
    assert left["HTTPChannel"] <= SOCKETS / 2
    assert left["WebRequest"] <= SOCKETS / 2
