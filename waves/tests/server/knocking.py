"""Handshakes written by hand, as no library would send them, and what a server answers."""

import asyncio
import contextlib
import json
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

KEY = "dGhlIHNhbXBsZSBub25jZQ=="
#: In the order in which a client sends them; a test leaves out, doubles or changes some.
USUAL = [
    ("Upgrade", "websocket"),
    ("Connection", "Upgrade"),
    ("Sec-WebSocket-Key", KEY),
    ("Sec-WebSocket-Version", "13"),
    ("Sec-WebSocket-Protocol", "waves.v1"),
]


@dataclass
class Answer:
    """The status of the HTTP answer (0: none came), the texts, and how the socket was closed."""

    status: int = 0
    said: list[dict] = field(default_factory=list)
    code: int | None = None
    reason: str = ""

    @property
    def let_in(self) -> bool:
        return bool(self.said) and self.said[0]["type"] == "hello"

    @property
    def error(self) -> str:
        return "".join(told["message"] for told in self.said if told["type"] == "error")


def masked(payload: bytes, opcode: int = 1, final: bool = True) -> bytes:
    """A frame of a client, with a mask that changes nothing."""
    n, first = len(payload), opcode | (0x80 if final else 0)
    if n < 126:
        head = struct.pack("!BB", first, 0x80 | n)
    elif n < 65536:
        head = struct.pack("!BBH", first, 0x80 | 126, n)
    else:
        head = struct.pack("!BBQ", first, 0x80 | 127, n)
    return head + bytes(4) + payload


async def read_frame(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """Opcode and payload of a frame of a server."""
    first, n = await reader.readexactly(2)
    if n > 125:
        n = int.from_bytes(await reader.readexactly(2 if n == 126 else 8))
    return first & 0x0F, await reader.readexactly(n)


@asynccontextmanager
async def handshake(
    address: str, path: str, headers: list[tuple[str, str]]
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection over which a handshake was sent; nothing was read yet."""
    reader, writer = await asyncio.open_connection(*address.split(":"))
    lines = [f"GET {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers)]
    writer.write("".join(f"{line}\r\n" for line in [*lines, ""]).encode("latin1"))
    try:
        async with asyncio.timeout(20):
            yield reader, writer
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


async def read_answer(reader: asyncio.StreamReader, enough: Callable[[Answer], bool]) -> Answer:
    """Read until there is enough, or the socket is closed; 1006 where it is, without a code."""
    return await read_on(reader, await read_head(reader), enough)


async def read_head(reader: asyncio.StreamReader) -> Answer:
    """The HTTP answer."""
    return Answer(int((await reader.readuntil(b"\r\n\r\n")).split()[1]))


async def read_on(
    reader: asyncio.StreamReader, answer: Answer, enough: Callable[[Answer], bool]
) -> Answer:
    """What is said after it."""
    try:
        while answer.status == 101 and answer.code is None and not enough(answer):
            opcode, payload = await read_frame(reader)
            if opcode == 8:
                answer.code, answer.reason = int.from_bytes(payload[:2]), payload[2:].decode()
            elif opcode == 1:
                answer.said.append(json.loads(payload))
    except (asyncio.IncompleteReadError, ConnectionError):
        answer.code = 1006
    return answer


async def knock(address: str, path: str, headers: list[tuple[str, str]]) -> Answer:
    """Send a handshake; read until the server lets in, or refuses and closes."""
    async with handshake(address, path, headers) as (reader, _):
        return await read_answer(reader, lambda answer: answer.let_in)
