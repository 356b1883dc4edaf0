"""Readings: samples as a wire brings them, one by one, before they are a batch."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import NamedTuple

from waves.ingest.batch import Value

#: Unix seconds from which on a time can be that of a calendar (1973): what is below counts from
#: the start of a board, whose milliseconds take three years to come there.
EARLIEST = 1e8
#: A board's time that is so many seconds behind what it was first said to be is set anew: the board
#: began anew, or its clock is slow.
MOST_LAG = 1.0


class Reading(NamedTuple):
    """Values of some signals at one time.

    ``time`` is unix seconds, or seconds since the start of a board where it is below EARLIEST; None
    for the moment of arrival. ``units`` are by the name of the signal.
    """

    time: float | None
    fields: Mapping[str, Value]
    units: Mapping[str, str] = {}


class Found(NamedTuple):
    """What a text holds: samples, and lines that are none but meant for people."""

    readings: list[Reading]
    messages: list[str]


class BoardClock:
    """Unix seconds of times that count from the start of a board: the newest is now."""

    def __init__(self) -> None:
        self._offset: float | None = None

    def settle(self, newest: float, arrival: float) -> None:
        """Say when the newest time of those that came together came. None lies ahead of that."""
        lag = math.inf if self._offset is None else arrival - self._offset - newest
        if not 0 <= lag <= MOST_LAG:
            self._offset = arrival - newest

    def unix(self, time: float) -> float:
        """The unix seconds of a time since the start."""
        return time + (self._offset or 0.0)


#: What ``float`` may read. It is looked for first: an error costs five times as much.
_NUMBER = re.compile(
    r"\s*[-+]?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?|nan|inf(?:inity)?)\s*", re.IGNORECASE
)


def numeric(text: str) -> float | None:
    """A number as boards print it; NaN for Arduino's "ovf"; None where it is no number."""
    if _NUMBER.fullmatch(text):
        try:
            return float(text)
        except ValueError:  # of blanks that are none to it
            return None
    return math.nan if text == "ovf" else None
