"""Sockets as they come and go: counted for the metrics, and told in the log."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Mapping
from typing import Any

from waves.conf import get_config
from waves.journal import Bounded, Field
from waves.protocol import messages
from waves.protocol.plaintext import shown
from waves.web.clientaddress import scope_address

#: What the codes mean with which this server closes, as metrics and log name it.
REASONS = {
    messages.CLOSE_BAD_MESSAGE: "bad_message",
    messages.CLOSE_REFUSED: "refused",
    messages.CLOSE_UNKNOWN: "unknown_stream",
    messages.CLOSE_SLOW: "slow",
    messages.CLOSE_OVERLOAD: "overload",
    messages.CLOSE_IDLE: "idle",
    messages.CLOSE_RESTART: "restart",
    messages.CLOSE_FAULT: "fault",
}
#: Those after which nobody is refused anything: a server that ends, a viewer who does not read.
_NO_REFUSALS = (messages.CLOSE_RESTART, messages.CLOSE_SLOW, messages.CLOSE_IDLE)
#: Codes whose reason is in words of ours alone. In those of the others may stand what was sent.
_TOLD = (messages.CLOSE_REFUSED, messages.CLOSE_OVERLOAD, messages.CLOSE_RESTART)
#: Characters of an address or a reason in the log.
MOST_WORDS = 160

#: Sockets that were let in, and closes by this server, by code: since this process began.
handshakes: Counter[str] = Counter(view=0, send=0)
closes: Counter[int] = Counter(dict.fromkeys(REASONS, 0))
#: Sockets that were let in and are open.
open_now: Counter[str] = Counter(view=0, send=0)

#: 200 sockets are let in a second: at worst a megabyte of log a minute.
_goings = Bounded(20)
_refusals = Bounded(5)


def is_full() -> bool:
    """Whether this process has all the sockets that it takes, to view and to send together."""
    return open_now.total() >= get_config().max_connections


class Attendance:
    """One socket. It knows nothing of the connection, which may hold it."""

    def __init__(self, scope: Mapping[str, Any], kind: str = "view") -> None:
        route = scope.get("url_route") or {}
        self._who: dict[str, str] = {
            "address": shown(scope_address(scope), MOST_WORDS),
            "socket": kind,
            "stream": shown(str(route.get("kwargs", {}).get("slug", "")), MOST_WORDS),
        }
        self._kind = kind
        self._since: float | None = None
        self._code = 0
        self._by = "viewer"

    def admitted(self, protocol: str) -> None:
        """It was let in."""
        self._since = time.monotonic()
        handshakes[self._kind] += 1
        open_now[self._kind] += 1
        _goings.tell("connect", "A socket was opened.", {**self._who, "protocol": protocol})

    def closing(self, code: int, reason: str) -> None:
        """This side closes it."""
        closes[code] += 1
        self._code, self._by = code, "server"
        if self._since is None or code not in _NO_REFUSALS:
            said = shown(reason, MOST_WORDS) if code in _TOLD else ""
            told: dict[str, Field] = {"code": code, "reason": REASONS.get(code, ""), "why": said}
            _refusals.tell("refuse", "A socket is refused.", {**self._who, **told}, logging.WARNING)

    def left(self, code: int | None) -> None:
        """The server that we run under says that it is closed."""
        if not self._code:
            self._code = code or 1005  # RFC 6455: no code was given

    def ended(self) -> None:
        """Nothing of it is left."""
        if self._since is not None:
            open_now[self._kind] -= 1
            seconds = round(time.monotonic() - self._since, 3)
            told: dict[str, Field] = {
                "code": self._code or 1006,
                "by": self._by,
                "seconds": seconds,
            }
            _goings.tell("close", "A socket was closed.", {**self._who, **told})
