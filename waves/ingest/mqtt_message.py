"""Messages of MQTT: plain numbers and texts, and JSON, every value in which is one of a signal.

A payload has values by their paths: ``ENERGY.Power`` is that in ``{"ENERGY": {"Power": 5}}``,
``temps.0`` the first of a list, and a plain value has none. A topic has the name under which these
stand: what the wildcards of the subscription stand for, without wildcards its last level.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson

from waves.exceptions import IngestError
from waves.ingest.batch import MOST_SIGNALS, Value
from waves.ingest.readings import Reading, numeric
from waves.protocol.plaintext import is_control

#: Bytes of a payload. One of a device has a few thousand; pictures and firmware are none of ours.
MOST_BYTES = 64 * 1024
#: Levels of JSON that are looked into: devices have two or three.
DEEPEST = 16
#: Characters of a topic, as MQTT has it.
LONGEST_TOPIC = 65_535
#: The shortest text that is taken for a time, such as 2026-11-27T16:00.
SHORTEST_TIME = 16


def parse(payload: bytes) -> dict[str, Value]:
    """The values of a payload by their paths; "" is that of a plain one. Raises IngestError."""
    try:
        text = payload.decode().strip().strip("\0")
    except UnicodeDecodeError as error:
        raise IngestError("This is no UTF-8.", column=error.start + 1) from None
    if not text:
        raise IngestError("The message is empty.")
    plain = numeric(text)
    if plain is not None:
        return {"": plain}
    values: dict[str, Value] = {}
    for path, value in _values(_loaded(text), "", 0):
        if len(values) >= MOST_SIGNALS:
            raise IngestError(f"A message has {MOST_SIGNALS} values at most.")
        values[path] = value
    if not values:
        raise IngestError("There is no value in this.")
    return values


def _loaded(text: str) -> Any:
    """What JSON says; a text that is none stands for itself."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        if text[0] not in '{["':
            return text
        raise IngestError(
            f"This is no JSON ({error.msg}).", line=error.lineno, column=error.colno
        ) from None


def _values(value: Any, path: str, depth: int) -> Iterator[tuple[str, Value]]:
    if depth > DEEPEST:
        raise IngestError(f"{path[:40]} lies more than {DEEPEST} levels deep.")
    if isinstance(value, Mapping):
        parts: Iterator[tuple[Any, Any]] = iter(value.items())
    elif isinstance(value, list):
        parts = enumerate(value)
    else:
        if isinstance(value, int | float):
            yield path, float(value)
        elif isinstance(value, str) and not _is_time(value):
            yield path, value
        return
    for key, each in parts:
        yield from _values(each, f"{path}.{key}" if path else str(key), depth + 1)


def _is_time(text: str) -> bool:
    """Whether a text is a date with a time: each would be a state of its own."""
    if len(text) < SHORTEST_TIME or not text[:4].isdigit():
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


class Topics:
    """The subscriptions of a stream, in their order. Raises ValueError where one is none."""

    def __init__(self, text: str) -> None:
        entries = (entry.strip() for entry in text.replace("\n", ",").split(","))
        self.filters: Sequence[str] = [entry for entry in entries if entry]
        if not self.filters:
            raise ValueError("A topic is missing: name one, such as sensors/+/temperature.")
        self._levels = [_levels(entry) for entry in self.filters]
        lasts = [_last(entry) for entry in self.filters if not has_wildcard(entry)]
        #: Last levels that more than one topic has: these go by their whole topics.
        self._shared = {last for last in lasts if lasts.count(last) > 1}

    def reading(self, topic: str, payload: bytes) -> Reading:
        """The values of a message, by the names of their signals. Raises IngestError."""
        values = parse(payload)
        name, is_only = self._name(topic)
        return Reading(None, {_joined(name, path, is_only): each for path, each in values.items()})

    def _name(self, topic: str) -> tuple[str, bool]:
        """What stands before the paths of a topic, and whether it goes without saying."""
        levels = topic.split("/")
        for entry, wanted in zip(self.filters, self._levels, strict=True):
            parts = matched(wanted, levels)
            if parts is None:
                continue
            if has_wildcard(entry):
                return "/".join(parts) or _last(topic), False
            last = _last(topic)
            return topic if last in self._shared else last, len(self.filters) == 1
        return topic, False  # of a subscription that the broker still knows


def _joined(name: str, path: str, is_only: bool) -> str:
    if not path:
        return name
    return path if is_only else f"{name}/{path}"


def has_wildcard(entry: str) -> bool:
    """Whether a subscription is for more than one topic."""
    return "+" in entry or "#" in entry


def _last(topic: str) -> str:
    """The last level that is not empty."""
    return topic.rstrip("/").rpartition("/")[2] or topic


def _levels(entry: str) -> list[str]:
    levels = entry.split("/")
    is_known = (
        all(level in ("+", "#") or not has_wildcard(level) for level in levels)
        and "#" not in levels[:-1]
    )
    if not is_known or any(map(is_control, entry)) or len(entry.encode()) > LONGEST_TOPIC:
        raise ValueError(
            f"“{entry[:60]}” is no topic: + stands for one whole level, and # for all the rest at "
            "the end, as in sensors/+/temperature and sensors/#."
        )
    if levels[0] == "$share":
        raise ValueError(f"“{entry[:60]}” is shared with others, who would get half of it.")
    return levels


def matched(wanted: Sequence[str], levels: Sequence[str]) -> list[str] | None:
    """What the wildcards of a subscription stand for in a topic; None where it is not for it."""
    parts: list[str] = []
    # Topics of the broker itself are for those only who name them.
    if levels[0].startswith("$") and wanted[0] != levels[0]:
        return None
    for at, level in enumerate(wanted):
        if level == "#":
            return [*parts, *levels[at:]]
        if at >= len(levels) or level not in ("+", levels[at]):
            return None
        if level == "+":
            parts.append(levels[at])
    return parts if len(wanted) == len(levels) else None
