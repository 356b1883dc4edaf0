"""Real ports for the tests of sources that read them: a socket, and a terminal as the board."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import socket
import tty
from collections.abc import AsyncIterator
from pathlib import Path

from waves.tests.sources.fed import SOON, Fed, fed


def free_port() -> int:
    """One on which nobody listens."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def is_open(port: int) -> bool:
    """Whether somebody listens, without a word to them."""
    return f" 0100007F:{port:04X} 00000000:0000 " in Path("/proc/net/udp").read_text()


@contextlib.asynccontextmanager
async def listening(port: int, *keys: str, **options) -> AsyncIterator[tuple[Fed, socket.socket]]:
    """A source that listens, and a socket that sends to it."""
    more = {name: options.pop(name) for name in ("inbox", "reorder_window") if name in options}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        out.connect(("127.0.0.1", port))
        async with fed("udp", {"port": port, **options}, *keys, **more) as run:
            async with asyncio.timeout(SOON):
                while not is_open(port):  # noqa: ASYNC110  the system tells nobody
                    await asyncio.sleep(0.005)
            yield run, out


class Plug:
    """A board behind a path that stays the same: plugged in, it has another terminal each time."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._ends: list[int] = []

    def plug_in(self) -> None:
        board, port = os.openpty()
        tty.setraw(port)
        self._ends = [board, port]
        self.path.symlink_to(os.ttyname(port))

    def unplug(self) -> None:
        self.path.unlink()
        while self._ends:
            os.close(self._ends.pop())

    def print(self, *lines: bytes) -> None:
        os.write(self._ends[0], b"".join(line + b"\r\n" for line in lines))


@contextlib.asynccontextmanager
async def reading(plug: Plug, *keys: str, **more):
    """A source that reads the port, and is open already."""
    options = {"port": str(plug.path), **more.pop("options", {})}
    async with fed("serial", options, *keys, serial_ports=[str(plug.path)], **more) as run:
        await run.until(lambda: run.source.was_open)
        yield run


def printed(sketch: str) -> list[bytes]:
    """The lines that a sketch prints at first; what it measures is 512."""
    text = ""
    for end, said in re.findall(r"Serial\.print(ln)?\((.*)\);", sketch):
        text += (said.strip('"') if '"' in said else "512") + ("\n" if end else "")
    return text.encode().splitlines()
