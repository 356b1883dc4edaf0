"""A batch as bytes and back, for its way from a server process to a worker."""

from __future__ import annotations

import struct

import numpy as np
import orjson

from waves.exceptions import IngestError
from waves.ingest.batch import Batch

_LENGTH = struct.Struct("<I")


def pack(batch: Batch) -> bytes:
    """A header as JSON, and the arrays behind it."""
    texts = {
        name: {str(at): text for at, text in found.items()} for name, found in batch.texts.items()
    }
    header = orjson.dumps(
        {
            "names": batch.names,
            "n": batch.n,
            "timed": batch.times is not None,
            "numbered": batch.lines is not None,
            "texts": texts,
            "units": dict(batch.units),
            "first": batch.first,
        }
    )
    parts = [_LENGTH.pack(len(header)), header, batch.values.astype("<f8").tobytes()]
    if batch.times is not None:
        parts.append(batch.times.astype("<f8").tobytes())
    if batch.lines is not None:
        parts.append(batch.lines.astype("<i8").tobytes())
    return b"".join(parts)


def unpack(data: bytes) -> Batch:
    """The batch of these bytes. Raises IngestError where they are none: another version wrote
    them."""
    try:
        (length,) = _LENGTH.unpack_from(data)
        at = _LENGTH.size + length
        header = orjson.loads(data[_LENGTH.size : at])
        names, n = tuple(header["names"]), int(header["n"])
        values = np.frombuffer(data, "<f8", len(names) * n, at).reshape(len(names), n)
        at += values.nbytes
        times = np.frombuffer(data, "<f8", n, at) if header["timed"] else None
        at += 8 * n if header["timed"] else 0
        lines = np.frombuffer(data, "<i8", n, at) if header["numbered"] else None
        texts = {
            name: {int(place): text for place, text in found.items()}
            for name, found in header["texts"].items()
        }
        return Batch(names, values, times, texts, lines, header["units"], header["first"])
    except (ValueError, KeyError, TypeError, AttributeError, struct.error) as error:
        raise IngestError(f"What was sent came to the worker garbled ({error}).") from None
