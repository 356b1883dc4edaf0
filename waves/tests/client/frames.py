"""Data messages, binary or JSON, as frames of numpy arrays."""

import math
import struct
from dataclasses import dataclass
from typing import Any

import numpy as np

HEADER = struct.Struct("<4sBBBBHHIIIIIQdd")
MAGIC = b"WAV\x01"
SAMPLES, ENVELOPE = 1, 2
DTYPES = {1: np.dtype("<f4"), 2: np.dtype("<f8")}


class BadFrameError(ValueError):
    """A data message that the page does not describe."""


@dataclass(frozen=True, slots=True)
class Frame:
    """Columns of one stream. `values` is (signals, rows, n): one row, or minima and maxima."""

    handle: int
    epoch: int
    first: int
    stride: int
    t0: float
    dt: float
    flags: int
    values: np.ndarray
    times: np.ndarray | None = None

    @property
    def count(self) -> int:
        return int(self.values.shape[2])

    @property
    def end(self) -> int:
        """The index after the last sample that the frame covers."""
        return self.first + self.count * self.stride


def read_binary(message: bytes) -> list[Frame]:
    """Every frame of a binary message; raises BadFrameError."""
    frames = []
    offset = 0
    while offset < len(message) or not frames:
        frame, offset = _read_one(message, offset)
        frames.append(frame)
    return frames


def _read_one(message: bytes, offset: int) -> tuple[Frame, int]:
    if len(message) - offset < HEADER.size:
        raise BadFrameError("The message ends within a header.")
    (
        magic,
        kind,
        code,
        clock,
        flags,
        signals,
        zero,
        handle,
        n,
        stride,
        epoch,
        size,
        first,
        t0,
        dt,
    ) = HEADER.unpack_from(message, offset)
    _check(magic == MAGIC and zero == 0, "not a frame of version 1")
    _check(kind in (SAMPLES, ENVELOPE) and code in DTYPES and clock in (0, 1), "unknown kind")
    _check(signals > 0 and n > 0 and stride > 0, "an empty frame")
    _check(kind == ENVELOPE or stride == 1, "samples have stride 1")
    _check(math.isfinite(t0) and math.isfinite(dt), "a time that is not a number")
    _check(dt == 0 if clock else dt > 0, "a wrong period")
    body = message[offset + HEADER.size : offset + HEADER.size + size]
    used = 8 * n * clock + signals * kind * n * DTYPES[code].itemsize
    _check(len(body) == size == -(-used // 8) * 8, "a wrong length")
    times = np.frombuffer(body, "<f8", n) if clock else None
    values = np.frombuffer(body, DTYPES[code], signals * kind * n, 8 * n * clock)
    shaped = values.reshape(signals, kind, n)
    frame = Frame(handle, epoch, first, stride, t0, dt, flags, shaped, times)
    return frame, offset + HEADER.size + size


def _check(is_right: bool, fault: str) -> None:
    if not is_right:
        raise BadFrameError(f"Bad frame: {fault}.")


def read_json(message: dict[str, Any]) -> list[Frame]:
    """Every frame of a `data` message of waves.v1.json; null becomes NaN."""
    return [_from_json(fields) for fields in message["frames"]]


def _from_json(fields: dict[str, Any]) -> Frame:
    names = ("values",) if fields["kind"] == "samples" else ("min", "max")
    rows = [np.asarray(fields[name], dtype=np.float64) for name in names]
    times = np.asarray(fields["times"]) if "times" in fields else None
    return Frame(
        *(fields[name] for name in ("handle", "epoch", "sample", "stride", "t0", "dt", "flags")),
        values=np.stack(rows, axis=1),
        times=times,
    )
