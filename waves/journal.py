"""What happens, in the log: an event by its name, words for a person, and fields for programs.

In a text log the fields stand behind the words; ``waves.web.logs.JsonFormatter`` makes keys of
them. Never a field: payloads, keys, cookies, what stands behind the ``?`` of an address.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable, Mapping

logger = logging.getLogger("waves")

Field = str | int | float
#: A bound on what is told lasts this long, in seconds.
SPAN = 1.0


class _Shown:
    """Fields as text, made only where the line is written."""

    def __init__(self, fields: Mapping[str, Field]) -> None:
        self._fields = fields

    def __str__(self) -> str:
        return " ".join(f"{name}={value}" for name, value in self._fields.items() if value != "")


def tell(event: str, words: str, fields: Mapping[str, Field], level: int = logging.INFO) -> None:
    """Write one event."""
    extra = {"event": event, "words": words, "fields": fields}
    logger.log(level, "%s %s", words, _Shown(fields), extra=extra)


class Bounded:
    """Tells at most ``most`` events of a name a second, and then how many it left out.

    Whoever can cause an event could else fill the disk with it.
    """

    def __init__(self, most: int, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._monotonic = monotonic
        self._until = 0.0
        self._told: Counter[str] = Counter()
        self._left_out: Counter[tuple[str, int]] = Counter()

    def tell(
        self, event: str, words: str, fields: Mapping[str, Field], level: int = logging.INFO
    ) -> None:
        """Write an event, or count it."""
        now = self._monotonic()
        if now >= self._until:
            self.catch_up()
            self._until = now + SPAN
        self._told[event] += 1
        if self._told[event] <= self._most:
            tell(event, words, fields, level)
            return
        if not self._left_out:
            asyncio.get_running_loop().call_later(self._until - now, self.catch_up)
        self._left_out[event, level] += 1

    def catch_up(self) -> None:
        """Say how many were left out, and begin anew."""
        left_out, self._left_out = self._left_out, Counter()
        self._told.clear()
        for (event, level), count in left_out.items():
            words = "More of the same were left out of the log."
            tell("left_out", words, {"of": event, "count": count}, level)
