"""The project's application, which tells what is left of sockets, and never collects garbage."""

import gc
from typing import Any

from livestream_project.asgi import application as served

#: What one socket of daphne is, by the names of its classes.
PARTS = ("WebSocketProtocol", "WebRequest", "HTTPChannel", "Inflow", "Connection")
#: Whose classes these are: SQLite, too, has a Connection.
PACKAGES = ("daphne", "twisted", "waves")

gc.disable()


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if scope.get("path") != "/remains":
        await served(scope, receive, send)
        return
    named = [kind for kind in map(type, gc.get_objects()) if kind.__name__ in PARTS]
    kinds = [kind.__name__ for kind in named if kind.__module__.partition(".")[0] in PACKAGES]
    counts = " ".join(f"{name}:{kinds.count(name)}" for name in PARTS)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": counts.encode()})
