"""Rows of the database as arrays, and back."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from waves.exceptions import BlockError
from waves.recorded import RecordedRow, RecordedTail
from waves.recording.levels import ColumnRow, Samples, Times

NANOSECOND = np.dtype("<i8")


def array_bytes(values: NDArray[Any]) -> bytes:
    """An array as it is stored: little-endian, row after row."""
    return np.ascontiguousarray(values, values.dtype.newbyteorder("<")).tobytes()


def times_bytes(times: Times | None) -> bytes | None:
    """Times as they are stored; None on a regular clock."""
    return None if times is None else np.ascontiguousarray(times, NANOSECOND).tobytes()


def row_fields(stretch: int, samples: Samples) -> dict[str, Any]:
    """Samples as the fields of a row."""
    return {
        "stretch_id": stretch,
        "first": samples.first,
        "n": samples.n,
        "t0": samples.t0,
        "times": times_bytes(samples.times),
        "payload": array_bytes(samples.values),
    }


def samples_of(row: RecordedRow | RecordedTail, dtype: np.dtype[Any]) -> Samples:
    """The samples of a row. Raises BlockError where it is damaged."""
    values = _values(row, dtype).reshape(-1, row.n)
    return Samples(row.first, row.t0, values, _times(row))


def column_row(row: RecordedRow, dtype: np.dtype[Any]) -> ColumnRow:
    """The columns of a row. Raises BlockError where it is damaged."""
    values = _values(row, dtype, 2).reshape(-1, 2, row.n)
    return ColumnRow(row.level, row.first, row.t0, values, _times(row))


def _values(row: RecordedRow | RecordedTail, dtype: np.dtype[Any], each: int = 1) -> NDArray[Any]:
    data = bytes(row.payload)
    size = row.n * each * dtype.itemsize
    if row.n < 1 or not data or len(data) % size:
        raise BlockError(f"The row from {row.first} is damaged: it has {len(data)} bytes.")
    return np.frombuffer(data, dtype)


def _times(row: RecordedRow | RecordedTail) -> Times | None:
    if row.times is None:
        return None
    data = bytes(row.times)
    if len(data) != row.n * NANOSECOND.itemsize:
        raise BlockError(f"The row from {row.first} is damaged: its times have {len(data)} bytes.")
    return np.frombuffer(data, NANOSECOND)
