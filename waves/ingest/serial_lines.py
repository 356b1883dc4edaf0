"""Lines from a serial port, as boards print them: numbers, pairs, Teleplot's lines or JSON.

A line is

- numbers, apart by comma, semicolon, tab or blank: ``23.5, 40`` (nothing between two commas is no
  value). Their names are those of a line of labels before the first of them, where it has as
  many, else ``Signal 1``, ``Signal 2``;
- ``name:value`` or ``name = value``, one or several, also beside numbers, and each with a short
  unit after it: ``Temperature: 23.6 °C, Humidity: 40 %``;
- Teleplot's, after a ``>``; or an object of JSON.

Every other line is a message.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import orjson

from waves.exceptions import IngestError
from waves.ingest import json_text, teleplot
from waves.ingest.batch import MOST_SIGNALS
from waves.ingest.readings import Reading, numeric

#: Bytes of a line; what is longer is no text, or another baud rate.
LONGEST_LINE = 4096
#: Values that a line may have, each with its unit: more are no line of them.
MOST_WORDS = 2 * MOST_SIGNALS
#: Characters of a unit, such as "hPa" or "m/s²": a longer word is one.
LONGEST_UNIT = 5

#: Characters of a line, or a part of one, whose values are remembered, and how many of them: a
#: megabyte of such says the same often.
SHORT, MOST_KNOWN = 32, 4096

#: What lines of Teleplot and of JSON begin with.
_TELEPLOT, _JSON = ">", "{["
_SIGNS = _TELEPLOT + _JSON
#: What every number has, nothing and infinity among them.
_DIGIT, _NO_DIGITS = re.compile(r"\d"), re.compile(r"nan|inf|ovf", re.IGNORECASE)
_ENDS = re.compile(rb"\r\n|\r|\n")
#: Between values: one comma, semicolon or tab with the blanks about it. Looked for from the first
#: of these blanks only: else a long run of them takes the square of its length.
_STRONG = re.compile(r"(?<!\s)\s*[,;\t]\s*")
_JOIN = re.compile(r"(?<!\s)\s*[:=]\s*")
#: A number with its unit, such as 40%.
_WITH_UNIT = re.compile(r"([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)([^\s\d.,:=+-]{1,5})")


class Column(NamedTuple):
    """One value of a line. ``name`` is empty where only its place names it."""

    name: str
    value: float
    unit: str = ""


class Lines:
    """Makes lines of bytes as they come. None of them is longer than LONGEST_LINE."""

    def __init__(self) -> None:
        self._rest = b""
        #: The beginning of a line that is too long was given; its rest is thrown away.
        self._is_cut = False

    def take(self, data: bytes) -> list[str]:
        """The lines that end in these bytes, without those that are blank."""
        *ended, self._rest = _ENDS.split(self._rest + data)
        lines = []
        for line in ended:
            if not self._is_cut:
                lines.append(line[:LONGEST_LINE])
            self._is_cut = False
        if len(self._rest) > LONGEST_LINE:
            if not self._is_cut:
                lines.append(self._rest[:LONGEST_LINE])
            self._rest, self._is_cut = b"", True
        # A byte that is 0 stands for nothing: boards send some as they start.
        texts = b"\n".join(lines).decode(errors="replace").split("\n")
        return [text for line in texts if (text := line.strip(" \t\0"))]


class Grammar:
    """Reads lines one after the other; it knows the labels that stood before the numbers."""

    def __init__(self) -> None:
        self._labels: Sequence[str] = ()
        self._had_columns = False
        #: What short lines say.
        self._known: dict[str, list[Reading] | None] = {}

    def begin(self) -> None:
        """The port was opened anew: labels may come again, and hold until then."""
        self._had_columns = False
        self._known.clear()

    def read(self, line: str) -> list[Reading] | None:
        """The samples of a line that is not blank; None where it is a message, or labels."""
        if line in self._known:
            return self._known[line]
        try:
            readings = self._read(line) or None
        except IngestError:
            readings = None
        # Before the first numbers any other line may be labels.
        if len(line) <= SHORT and (self._had_columns or line[0] in _SIGNS):
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            self._known[line] = readings
        return readings

    def _read(self, line: str) -> list[Reading]:
        if line[0] == _TELEPLOT:
            return [*teleplot.readings(line[1:])]
        if line[0] in _JSON:
            try:
                value = orjson.loads(line)
            except orjson.JSONDecodeError:
                return []
            return json_text.readings(value)
        columns = _of_short_line(line) if len(line) <= SHORT else _of_line(line)
        if columns is None:
            if not self._had_columns:
                self._labels = _labels_of(line) or self._labels
            return []
        return self._named(columns) if 0 < len(columns) <= MOST_SIGNALS else []

    def _named(self, columns: Sequence[Column]) -> list[Reading]:
        """The samples of a line; a name that is there twice is that of two samples."""
        names: Sequence[str] = [column.name for column in columns]
        if not any(names):
            self._had_columns = True
            if len(self._labels) == len(columns):
                names = self._labels
        if len(columns) == 1:
            (_, value, unit), name = columns[0], names[0] or "Signal 1"
            return [Reading(None, {name: value}, {name: unit} if unit else {})]
        readings: list[Reading] = []
        fields: dict[str, float] = {}
        units: dict[str, str] = {}
        for place, (name, column) in enumerate(zip(names, columns, strict=True), start=1):
            name = name or f"Signal {place}"
            if not readings or name in fields:
                fields, units = {}, {}
                readings.append(Reading(None, fields, units))
            fields[name] = column.value
            if column.unit:
                units[name] = column.unit
        return readings


@lru_cache(256)
def _labels_of(line: str) -> Sequence[str]:
    """Names, perhaps, of as many numbers as follow; none where the same word stands twice."""
    labels = _STRONG.split(line) if _STRONG.search(line) else line.split()
    return labels if len(set(labels)) == len(labels) and all(labels) else ()


def _of_line(line: str) -> Sequence[Column] | None:
    """The values of a line, none where it has separators only; None where it is no line of them."""
    if (value := numeric(line)) is not None:
        return [Column("", value)]
    if not (_DIGIT.search(line) or _NO_DIGITS.search(line)):
        return None if line.strip(",; \t") else []
    if not ("," in line or ";" in line or "\t" in line):
        return _in_words(line)
    parts = _STRONG.split(line)
    if parts[-1] == "":
        parts.pop()  # a separator ends the line
    columns: list[Column] = []
    for part in parts:
        found = _columns(part)
        if found is None:
            return None
        columns += found
    return columns


_of_short_line = lru_cache(MOST_KNOWN)(_of_line)


def _columns(part: str) -> Sequence[Column] | None:
    """The values between two separators; None where anything else stands there."""
    return _of_short_part(part) if len(part) <= SHORT else _of_part(part)


def _of_part(part: str) -> Sequence[Column] | None:
    value = math.nan if part == "" else numeric(part)
    return _in_words(part) if value is None else [Column("", value)]


def _in_words(part: str) -> Sequence[Column] | None:
    """Pairs and numbers with their units; None where a word is neither."""
    found: list[Column] = []
    words = (_JOIN.sub(":", part) if ":" in part or "=" in part else part).split()
    if len(words) > MOST_WORDS:
        return None
    for word in words:
        column = _short_word(word) if len(word) <= SHORT else _column(word)
        if column is not None:
            found.append(column)
        elif found and not found[-1].unit and len(word) <= LONGEST_UNIT and ":" not in word:
            found[-1] = found[-1]._replace(unit=word)
        else:
            return _labelled(part)
    return found


_of_short_part = lru_cache(MOST_KNOWN)(_of_part)


def _labelled(part: str) -> list[Column] | None:
    """A label of several words with its value."""
    if not (":" in part or "=" in part):
        return None
    label, *values = _JOIN.split(part)
    found = _columns(values[0]) if label and len(values) == 1 and values[0] else None
    if not found or len(found) > 1 or found[0].name:
        return None
    return [found[0]._replace(name=label)]


def _column(word: str) -> Column | None:
    label, colon, text = word.rpartition(":")
    if colon and (not label or ":" in label or numeric(label) is not None):
        return None
    value, unit = numeric(text), ""
    if value is None and (parts := _WITH_UNIT.fullmatch(text)):
        value, unit = float(parts[1]), parts[2]
    return None if value is None else Column(label, value, unit)


_short_word = lru_cache(MOST_KNOWN)(_column)
