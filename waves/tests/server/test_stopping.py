"""A server that is told to end does, whatever its peers do."""

import asyncio
from contextlib import AsyncExitStack, suppress

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from waves.server import stopping
from waves.tests.server.knocking import USUAL

HALF_A_POST = b"POST /admin/login/ HTTP/1.1\r\nHost: %s\r\nContent-Length: 1000\r\n\r\nusername="


@pytest.mark.parametrize("server", ["uvicorn", "daphne"])
async def test_half_a_request_and_a_viewer_that_reads_nothing_do_not_hold_it_up(
    site, server
) -> None:
    site.enable("fast")
    with site.serve(server) as process:
        posting = await asyncio.open_connection(*process.address.split(":"))
        posting[1].write(HALF_A_POST % process.address.encode())
        watching = await asyncio.open_connection(*process.address.split(":"), limit=1000)
        lines = [f"Host: {process.address}", *(f"{name}: {value}" for name, value in USUAL)]
        path = "/ws/streams/fast/?window=9"
        watching[1].write("\r\n".join([f"GET {path} HTTP/1.1", *lines, "", ""]).encode())
        await watching[0].readuntil(b"\r\n\r\n")
        process.process.terminate()
        code = await asyncio.to_thread(process.process.wait, 10)
        for _, writer in (posting, watching):
            writer.close()
    assert code in (0, -15, 143)
    assert "Traceback" not in process.printed()


class Ended:
    """A socket that notes when it was told to go."""

    def __init__(self, told: list[float]) -> None:
        self._told = told

    def finish(self, code: int, reason: str = "") -> None:
        assert code == 1012
        self._told.append(asyncio.get_running_loop().time())


@pytest.mark.parametrize("viewers", [0, 1, 300, 3000])
async def test_viewers_are_sent_away_a_few_at_a_time_and_soon(viewers) -> None:
    told: list[float] = []
    await stopping.send_away([Ended(told) for _ in range(viewers)])
    assert len(told) == viewers
    moments = [at for i, at in enumerate(told) if not i or at - told[i - 1] > 0.01]
    most = max(stopping.BATCH, viewers // 40)
    assert len(moments) >= viewers // most
    assert not told or told[-1] - told[0] < 2 * stopping.AWAY_SECONDS


async def test_each_of_many_viewers_is_told_that_the_server_restarts(site) -> None:
    """Beyond the first batch, too: daphne by itself would cut them off without a word."""
    with site.serve("daphne") as process:
        url = f"ws://{process.address}/ws/streams/sine/"
        async with AsyncExitStack() as opened:
            sockets = [
                await opened.enter_async_context(
                    connect(url, subprotocols=["waves.v1"], close_timeout=0.2)
                )
                for _ in range(3 * stopping.BATCH)
            ]
            process.process.terminate()
            readers = [asyncio.create_task(_read_all(socket)) for socket in sockets]
            await asyncio.wait(readers, return_when=asyncio.FIRST_COMPLETED)
            # The others are still to be told; whoever comes back now is for another server.
            with pytest.raises(ConnectionRefusedError):
                await asyncio.open_connection(*process.address.split(":"))
            assert process.process.poll() is None
            codes = await asyncio.gather(*readers)
        assert await asyncio.to_thread(process.process.wait, 10) == 0
    assert set(codes) == {1012}
    assert "Traceback" not in process.printed()


async def _read_all(socket: ClientConnection) -> int | None:
    async with asyncio.timeout(10):
        with suppress(ConnectionClosed):
            while True:
                await socket.recv()
    return socket.close_code
