"""Texts that a source yields, as states: each name has a code, which is what a sample holds."""

from __future__ import annotations

import math
from collections.abc import Mapping

from waves.protocol.plaintext import one_line
from waves.protocol.reading import HIGHEST_CODE, MOST_STATES, STATE_NAME

#: Bytes that the names of all signals of a stream take together, of the 64 KiB of its description.
MOST_BYTES = 48 * 1024
#: The beginning of a text that tells it from others: nobody reads further.
LONGEST_TEXT = 4096

FALSE_AND_TRUE = {0: "false", 1: "true"}


class Room:
    """What the names of a stream may still take, in bytes."""

    def __init__(self) -> None:
        self._bytes = MOST_BYTES

    def take(self, name: str) -> bool:
        """Whether there is room for a name; then it is taken."""
        size = len(name.encode()) + 16  # its code, quotes and commas
        if size > self._bytes:
            return False
        self._bytes -= size
        return True


class States:
    """What the values of one signal are, and the names of its states with their codes.

    A code, once given, stays for the epoch. ``taken`` are names by code that are known before:
    a text of one of these names gets its code. ``kind`` is "" until there was a value, then
    "number", "boolean" or "name".
    """

    def __init__(self, taken: Mapping[int, str], room: Room) -> None:
        self.kind = ""
        #: Names by code that texts were given, in this epoch.
        self.given: dict[int, str] = {}
        self._taken = dict(taken)
        self._codes = {name: code for code, name in reversed(self._taken.items())}
        self._room = room

    def code(self, text: str) -> float | None:
        """The code of a text: NaN where it is blank, None where it can be no state (any more)."""
        known = self._codes.get(text)
        if known is None:
            line = one_line(text, LONGEST_TEXT)
            if not line:
                return math.nan
            known = self._codes.get(line)
        else:
            line = text
        if known is None:
            known = self._new(line)
        return None if known is None else float(known)

    def number(self, value: float) -> float | None:
        """A number as it is; None where it would be taken for the name that a text was given."""
        if not self.given or math.isnan(value) or value in self._taken:
            return value
        return None

    def _new(self, line: str) -> int | None:
        code = max(-1, *self._taken, *self.given, -1) + 1
        full = len(self._taken) + len(self.given) >= MOST_STATES
        # A number that came before would be given the name afterwards.
        mixed = self.kind in ("number", "boolean") and not self._taken
        if full or mixed or code > HIGHEST_CODE:
            return None
        name = self._shown(line)
        if not self._room.take(name):
            return None
        self.given[code] = name
        self._codes[line] = code
        self.kind = self.kind or "name"
        return code

    def _shown(self, line: str) -> str:
        """At most STATE_NAME characters, that no other state has."""
        name, number = line, 1
        known = {*self._taken.values(), *self.given.values()}
        while len(name) > STATE_NAME or name in known:
            end = "…" if number == 1 else f"…{number}"
            name, number = line[: STATE_NAME - len(end)] + end, number + 1
        return name
