"""Whether a server says that it is ready, asked as an orchestrator would ask."""

from __future__ import annotations

import asyncio
import json
import time
from contextlib import suppress

#: How often it is asked, and how long an answer is awaited.
ASK_SECONDS, ANSWER_SECONDS = 0.5, 3.0


async def get(address: str, path: str, seconds: float = ANSWER_SECONDS) -> tuple[int, str]:
    """Status and body of a page; raises OSError or TimeoutError."""
    host, port = address.split(":")
    async with asyncio.timeout(seconds):
        reader, writer = await asyncio.open_connection(host, int(port))
        try:
            writer.write(f"GET {path} HTTP/1.0\r\nHost: {address}\r\n\r\n".encode())
            answer = await reader.read()
        finally:
            writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/"):
        raise ConnectionError("There was no answer.")
    return int(head.split()[1]), body.decode(errors="replace")


class Readiness:
    """What one server answered, and when."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.status = 0
        self.asked_at = 0.0
        self.forget()

    def forget(self) -> None:
        """The fault begins: earlier answers do not count."""
        #: When it first was not ready, and everything that it said of it.
        self.unready_at: float | None = None
        self.words: set[str] = set()

    def is_ready(self, since: float) -> bool:
        """Whether the last answer was 200, to a question asked since."""
        return self.status == 200 and self.asked_at > since

    async def follow(self) -> None:
        """Ask for ever."""
        while True:
            asked_at = time.monotonic()
            status, body = 0, "no answer"
            with suppress(OSError, TimeoutError):
                status, body = await get(self.address, "/healthz/ready")
            self.status, self.asked_at = status, asked_at
            if self.status != 200:
                self.unready_at = self.unready_at or time.monotonic()
                self._remember(body)
            await asyncio.sleep(ASK_SECONDS)

    def _remember(self, body: str) -> None:
        try:
            self.words.update(json.loads(body)["problems"])
        except (ValueError, KeyError):
            self.words.add(body[:200])
