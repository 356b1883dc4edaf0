"""A WebSocket to an ASGI application, without a server: what goes in, and what comes out."""

import asyncio
import json
from typing import Any

SECONDS = 10


class Peer:
    """Opens a path, and keeps what it is sent."""

    def __init__(self, application: Any, path: str, cookie: str = "", **scope: Any) -> None:
        self.scope = {
            "type": "websocket",
            "path": path,
            "query_string": b"",
            "headers": [(b"host", b"localhost"), (b"cookie", cookie.encode())],
            "subprotocols": ["waves.v1.json"],
            "server": ("localhost", 80),
            "client": ("127.0.0.1", 5000),
            **scope,
        }
        self.told: list[dict] = []
        self.closed: int | None = None
        self._application = application
        self._incoming: asyncio.Queue = asyncio.Queue()
        self._news = asyncio.Event()

    async def __aenter__(self) -> "Peer":
        self._incoming.put_nowait({"type": "websocket.connect"})
        running = self._application(self.scope, self._incoming.get, self._send)
        self.task = asyncio.create_task(running)
        return self

    async def __aexit__(self, *error: object) -> None:
        self._incoming.put_nowait({"type": "websocket.disconnect", "code": 1000})
        await asyncio.wait_for(self.task, SECONDS)

    async def _send(self, event: dict) -> None:
        if event["type"] == "websocket.send":
            self.told.append(json.loads(event["text"]) if event.get("text") else event)
        elif event["type"] == "websocket.close":
            self.closed = event["code"]
        self._news.set()

    def say(self, **message: Any) -> None:
        event = {"type": "websocket.receive", "text": json.dumps(message)}
        self._incoming.put_nowait(event)

    async def until(self, condition: Any) -> Any:
        """Wait until something is so, and return it."""
        async with asyncio.timeout(SECONDS):
            while not (found := condition()):
                self._news.clear()
                waits = asyncio.create_task(self._news.wait())
                await asyncio.wait({waits, self.task}, return_when=asyncio.FIRST_COMPLETED)
                waits.cancel()
                assert not self.task.done() or condition(), self.told
        return found

    async def until_closed(self) -> tuple[int, str]:
        """The code of the close, and the words that came before it."""
        code = await self.until(lambda: self.closed)
        return code, self.of_type("error")[-1]["message"]

    def of_type(self, kind: str) -> list[dict]:
        return [told for told in self.told if told["type"] == kind]
