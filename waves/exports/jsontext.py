"""Frames as the ``data`` message of ``waves.v1.json``, written in pieces."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import orjson

from waves.exports import Epoch, Export
from waves.protocol.frames import Frame, as_mapping

#: Numbers that are written at a time: half a millisecond.
VALUES = 8192
#: A piece has so many bytes at least, where there are as many.
LEAST = 32 * 1024


class JsonExport(Export):
    """One message, with a comma between its frames; a list of such, where epochs are crossed."""

    content_type = "application/json"
    saved = False
    #: Who parses it holds all of it at once.
    max_values = 1_000_000

    def __init__(self, signals: Iterable[Mapping[str, Any]], *, columns: bool) -> None:
        super().__init__(signals, columns=columns)
        self._comma = b""
        self._end = b""

    def head(self) -> bytes:
        """The beginning of the message."""
        return b'{"type":"data","epochs":[' if self.crosses else b'{"type":"data","frames":['

    def begin(self, epoch: Epoch) -> bytes:
        """The beginning of the message of an epoch, where there are several."""
        super().begin(epoch)
        if not self.crosses:
            return b""
        former = self._end + b"," if self._end else b""
        self._comma, self._end = b"", b"]}"
        return former + orjson.dumps(_told(epoch))[:-1] + b',"frames":['

    def pieces(self, frame: Frame) -> Iterator[bytes]:
        """One frame of the message."""
        comma, self._comma = self._comma, b","
        return _joined(_parts(frame, comma))

    def tail(self) -> bytes:
        """The end of the message."""
        return self._end + b"]}"


def _told(epoch: Epoch) -> dict[str, Any]:
    return {
        "type": "data",
        "epoch": epoch.number,
        "from": epoch.since,
        "rate": epoch.rate,
        "clock": epoch.clock,
        "sample_type": epoch.sample_type,
        "signals": epoch.signals,
        "why": epoch.why,
    }


def _joined(parts: Iterator[bytes]) -> Iterator[bytes]:
    """Small parts together: each piece is a turn of a thread."""
    joined = b""
    for part in parts:
        joined += part
        if len(joined) >= LEAST:
            yield joined
            joined = b""
    if joined:
        yield joined


def _parts(frame: Frame, comma: bytes) -> Iterator[bytes]:
    mapping = as_mapping(frame)
    arrays = {key: value for key, value in mapping.items() if isinstance(value, np.ndarray)}
    facts = {key: value for key, value in mapping.items() if key not in arrays}
    yield comma + orjson.dumps(facts)[:-1]
    for key, array in arrays.items():
        yield f',"{key}":['.encode()
        yield from _numbers(array)
        yield b"]"
    yield b"}"


def _numbers(array: np.ndarray[Any, Any]) -> Iterator[bytes]:
    """The elements of an array of one dimension, or the rows of one of two."""
    width = array.shape[1] if array.ndim == 2 else 1
    step = max(1, VALUES // width)
    for first in range(0, len(array), step):
        part = np.ascontiguousarray(array[first : first + step])
        text = orjson.dumps(part, option=orjson.OPT_SERIALIZE_NUMPY)[1:-1]
        yield b"," + text if first else text
