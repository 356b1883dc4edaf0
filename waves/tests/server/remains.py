"""The project's application, which tells what is left of sockets, and never collects garbage."""

import gc
from typing import Any

from livestream_project.asgi import application as served

#: What one socket of daphne is, by the names of its classes.
PARTS = ("WebSocketProtocol", "WebRequest", "HTTPChannel", "Inflow", "Connection")

gc.disable()


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if scope.get("path") != "/remains":
        await served(scope, receive, send)
        return
    kinds = [type(part).__name__ for part in gc.get_objects()]
    counts = " ".join(f"{name}:{kinds.count(name)}" for name in PARTS)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": counts.encode()})
