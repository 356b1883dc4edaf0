"""The client's side of a WebSocket (RFC 6455) as pure functions: no socket, no copies."""

from __future__ import annotations

import base64
import os
import struct

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10

#: No server here sends messages as long as this; a longer one means that the framing was lost.
MAX_MESSAGE = 64 * 1024 * 1024

Buffer = bytes | bytearray | memoryview


class FramingError(ValueError):
    """Bytes that no server may send to us."""


def handshake(host: str, path: str, subprotocols: tuple[str, ...] = (), *more: str) -> bytes:
    """The opening request, asking for ``subprotocols`` in this order; ``more`` are further header
    lines."""
    key = base64.b64encode(os.urandom(16)).decode()
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: {host}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {key}",
        "Sec-WebSocket-Version: 13",
        *more,
    ]
    if subprotocols:
        lines.append("Sec-WebSocket-Protocol: " + ", ".join(subprotocols))
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def status_of(answer: bytes) -> int:
    """The HTTP status of the answer to a handshake; 0 where it is none."""
    words = answer.split(b" ", 2)
    return int(words[1]) if len(words) > 1 and words[1].isdigit() else 0


def next_message(buffer: Buffer, at: int, end: int) -> tuple[int, int, int] | None:
    """The message that begins at ``at``: opcode, start and stop of its payload in ``buffer``.

    None where it is not complete yet. Raises FramingError for what a server may not send, and for
    fragments, which none of the servers measured here makes.
    """
    if end - at < 2:
        return None
    first, length = buffer[at], buffer[at + 1]
    start = at + 2
    if length == 126:
        if end < at + 4:
            return None
        length, start = int.from_bytes(buffer[at + 2 : at + 4], "big"), at + 4
    elif length == 127:
        if end < at + 10:
            return None
        length, start = int.from_bytes(buffer[at + 2 : at + 10], "big"), at + 10
    elif length > 127:
        raise FramingError("A server's frame is not masked.")
    if first < 0x81 or first & 0x70:
        raise FramingError(f"Frame begins with {first:#04x}: a fragment, or an extension.")
    if length > MAX_MESSAGE:
        raise FramingError(f"A message of {length} bytes.")
    stop = start + length
    return (first & 0x0F, start, stop) if stop <= end else None


def masked(opcode: int, payload: bytes) -> bytes:
    """A client's frame: masked, as the protocol demands. ``payload`` is under 64 KiB."""
    mask = os.urandom(4)
    size = len(payload)
    stretched = (mask * (size // 4 + 1))[:size]
    body = int.from_bytes(payload, "big") ^ int.from_bytes(stretched, "big")
    if size < 126:
        head = struct.pack("!BB", 0x80 | opcode, 0x80 | size)
    else:
        head = struct.pack("!BBH", 0x80 | opcode, 0x80 | 126, size)
    return head + mask + body.to_bytes(size, "big")


def unmasked(opcode: int, payload: bytes) -> bytes:
    """A server's frame, for the senders that the load generator is proved against."""
    size = len(payload)
    if size < 126:
        return struct.pack("!BB", 0x80 | opcode, size) + payload
    if size < 65536:
        return struct.pack("!BBH", 0x80 | opcode, 126, size) + payload
    return struct.pack("!BBQ", 0x80 | opcode, 127, size) + payload
