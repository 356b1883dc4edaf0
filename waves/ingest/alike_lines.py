"""Line protocol whose lines differ in their numbers only, as most batches are, read at once.

What stands between the numbers of the first line is looked for in the whole text, and replaced by
a letter of its own. If each is there once for each line, and nothing but these letters in their
order is left beside the numbers, then every line is as the first: the numbers are a list of JSON.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import orjson
from numpy.typing import NDArray

from waves.ingest.batch import MOST_VALUES

#: Fewer lines are read as quickly one by one.
LEAST_LINES = 8

#: A line without quotes and escapes: measurement and tags, fields with numbers, a time or none.
_LINE = re.compile(rb"([^\s\\\"#,][^\s\\\"]* +)([^\s\\\"]+)( +-?[0-9]+)?\n")
_FIELD = re.compile(rb"([^,=]+)=-?[0-9][-+.0-9eE]*(i?)")
_NUMERIC = b"0123456789+-.eE"
#: E is in numbers.
_LETTERS = b"ABCDFGHIJKLMNOPQRSTUVWXYZ"
_TO_COMMAS = bytes.maketrans(_LETTERS, b"," * len(_LETTERS))


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """``values`` are float64 ``[fields, lines]``; ``stamps`` int64, None where no line has one.

    ``first`` is the first line, and ``fields`` are as it has them.
    """

    first: str
    fields: tuple[str, ...]
    values: NDArray[np.float64]
    stamps: NDArray[np.int64] | None


def columns(text: bytes) -> Columns | None:
    """The numbers of a text whose lines are alike; None of any other text, right or wrong."""
    text = text.rstrip(b"\n") + b"\n"
    n, line = text.count(b"\n"), _LINE.match(text)
    if n < LEAST_LINES or line is None:
        return None
    fields = [_FIELD.fullmatch(field) for field in line[2].split(b",")]
    names = [field[1] for field in fields if field]
    if len(set(names)) < len(fields) or len(fields) >= len(_LETTERS):
        return None
    if n * len(fields) > MOST_VALUES:
        return None
    is_whole = [bool(field and field[2]) for field in fields]
    numbers = _numbers(text, n, _between(line, names, is_whole))
    if numbers is None:
        return None
    if line[3]:
        is_whole.append(True)
    try:
        rows = [np.array(each) for each in numbers]
        first = line[0].decode().rstrip("\n")
    except (OverflowError, UnicodeDecodeError):
        return None
    expected = ["i" if is_one else "fi" for is_one in is_whole]
    if any(row.dtype.kind not in kinds for row, kinds in zip(rows, expected, strict=True)):
        return None
    stamps = rows.pop() if line[3] else None
    values = np.array(rows, np.float64)
    return Columns(first, tuple(name.decode() for name in names), values, stamps)


def _between(
    line: re.Match[bytes], names: Sequence[bytes], is_whole: Sequence[bool]
) -> list[bytes]:
    """What stands before each number of a line, from the last number of the line before."""
    ends = [b"i" if is_one else b"" for is_one in is_whole]
    before = [end + b"," + name + b"=" for end, name in zip(ends, names[1:], strict=False)]
    if line[3]:
        before.append(ends.pop() + line[3][: len(line[3]) - len(line[3].lstrip())])
        ends.append(b"")
    return [ends[-1] + b"\n" + line[1] + names[0] + b"=", *before]


def _numbers(text: bytes, n: int, between: Sequence[bytes]) -> list[list[float]] | None:
    """The numbers of ``n`` lines, by their places in a line; None where the lines differ."""
    end = between[0].partition(b"\n")[0] + b"\n"
    if not text.endswith(end):
        return None
    rest, letters = end + text[: -len(end)], _LETTERS[: len(between)]
    for place, words in enumerate(between):
        shorter = rest.replace(words, letters[place : place + 1])
        if len(rest) - len(shorter) != n * (len(words) - 1) or (
            len(words) == 1 and rest.count(words) != n
        ):
            return None
        rest = shorter
    if rest.translate(None, _NUMERIC) != letters * n:
        return None
    try:
        found = orjson.loads(b"[" + rest[1:].translate(_TO_COMMAS) + b"]")
    except orjson.JSONDecodeError:  # a number that JSON writes otherwise
        return None
    return [found[place :: len(between)] for place in range(len(between))]
