"""A relay that can delay: each byte comes to the other end so much later, in both directions.

``python -m benchmarks.faults.delay NEAR FAR`` passes on what comes to a port of 127.0.0.1. By
SIGUSR1 it begins to delay, by SIGUSR2 it ends.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from contextlib import suppress

from benchmarks.faults.link import Relay

#: Each way (s): an answer takes half a second more.
DELAY = 0.25
#: Pieces of up to 64 KiB that are under way in one direction: far more than half a second holds.
PIECES = 4096


class SlowRelay(Relay):
    """Stands for a link whose other end is far away, once it is told to be ``slow``."""

    def __init__(self, number: int) -> None:
        super().__init__(module=__name__)

    def slow(self) -> None:
        """What is sent from now on comes late."""
        self.signal(signal.SIGUSR1)

    def quick(self) -> None:
        """It comes at once, after what is under way."""
        self.signal(signal.SIGUSR2)


class Line:
    """What all connections of a relay have in common: how long a piece is under way."""

    def __init__(self, far: int) -> None:
        self.far, self.delay = far, 0.0

    def set(self, seconds: float) -> None:
        """So long from now on."""
        self.delay = seconds

    async def connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Both directions of one connection, until either end closes."""
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.far)
        ways = ((reader, far_writer), (far_reader, writer))
        jobs = [asyncio.create_task(self._pass_on(*way)) for way in ways]
        await asyncio.wait(jobs, return_when=asyncio.FIRST_COMPLETED)
        for job in jobs:
            job.cancel()
        await asyncio.gather(*jobs, return_exceptions=True)
        far_writer.close()
        writer.close()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        pieces: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(PIECES)
        sending = asyncio.create_task(self._send(pieces, writer))
        try:
            while data := await reader.read(65536):
                await pieces.put((asyncio.get_running_loop().time() + self.delay, data))
            await pieces.join()
        finally:
            sending.cancel()

    async def _send(
        self, pieces: asyncio.Queue[tuple[float, bytes]], writer: asyncio.StreamWriter
    ) -> None:
        while True:
            due, data = await pieces.get()
            await asyncio.sleep(due - asyncio.get_running_loop().time())
            writer.write(data)
            with suppress(OSError):
                await writer.drain()
            pieces.task_done()


async def main(near: int, far: int) -> None:
    """Pass on until the process ends."""
    line, loop = Line(far), asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGUSR1, line.set, DELAY)
    loop.add_signal_handler(signal.SIGUSR2, line.set, 0.0)
    server = await asyncio.start_server(line.connect, "127.0.0.1", near)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
