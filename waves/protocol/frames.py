"""Frames: blocks and envelopes as bytes, and back. The layout stands in docs/protocol.md.

Encoding and parsing copy nothing but the values; a parser that is given anything else than
well-formed frames raises WireError, and never allocates on the word of a length field.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from waves.exceptions import WireError
from waves.protocol.block import SAMPLE_TYPES, SampleBlock, Values

MAGIC = b"WAV\x01"
HEADER = struct.Struct("<4sBBBBHHIIIIIQdd")
#: A frame's payload stays under this; a larger block becomes several frames of one tick.
MAX_PAYLOAD = 192 * 1024
#: A message of joined frames stays under this (daphne closes a socket on one over 1 MiB).
MAX_MESSAGE = 256 * 1024

SAMPLES, ENVELOPE = 1, 2
REGULAR, TIMED = 0, 1
#: Flags: sent in answer to subscribe, view or history; a sweep; a column that is not complete;
#: columns by time, across epochs.
ANSWER, SWEEP, INCOMPLETE, BY_TIME = 1, 2, 4, 8
#: The stride of columns by time, which have no samples of one epoch: it says nothing.
TIME_STRIDE = 1 << 20

_TYPE_CODES = {1: SAMPLE_TYPES["float32"], 2: SAMPLE_TYPES["float64"]}
_CODES = {dtype: code for code, dtype in _TYPE_CODES.items()}
_KIND_NAMES = {SAMPLES: "samples", ENVELOPE: "envelope"}


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One parsed frame, or one about to be encoded.

    A frame of samples has ``values`` ``[signals, n]``; an envelope has ``values`` as the minima
    and ``maxima``, both ``[signals, n]``, and ``stride`` samples in a column. ``sample`` is the
    index of the first sample, ``t0`` its unix seconds, ``dt`` seconds between columns, and
    ``times`` ``[n]`` seconds after ``t0`` on a timed clock (``dt`` is 0 there).
    """

    handle: int
    epoch: int
    sample: int
    t0: float
    dt: float
    values: Values
    maxima: Values | None = None
    stride: int = 1
    times: NDArray[np.float64] | None = None
    flags: int = 0

    @property
    def n(self) -> int:
        """Columns per signal (samples, where the stride is 1)."""
        return int(self.values.shape[1])

    @property
    def next(self) -> int:
        """Index of the first sample after this frame."""
        return self.sample + self.n * self.stride

    @property
    def room(self) -> int:
        """Bytes that it takes at most, encoded."""
        maxima = 0 if self.maxima is None else self.maxima.nbytes
        times = 0 if self.times is None else 8 * self.n
        return HEADER.size + 7 + self.values.nbytes + maxima + times

    def part(self, first: int, last: int) -> Frame:
        """Its columns ``[first, last)``, as a frame by itself."""
        t0, times = self.t0 + first * self.dt, self.times
        if times is not None:
            t0 = self.t0 + float(times[first])
            times = times[first:last] - times[first]
        return replace(
            self,
            sample=self.sample + first * self.stride,
            t0=t0,
            values=self.values[:, first:last],
            maxima=None if self.maxima is None else self.maxima[:, first:last],
            times=times,
        )

    @classmethod
    def of(cls, block: SampleBlock, handle: int, flags: int = 0) -> Frame:
        """The frame that carries a block."""
        return cls(
            handle,
            block.epoch,
            block.sample,
            block.t0,
            block.dt,
            block.values,
            times=block.times,
            flags=flags,
        )


def encode(frame: Frame) -> bytes:
    """The bytes of one frame: header, times on a timed clock, values, padding to 8."""
    values, maxima = frame.values, frame.maxima
    if maxima is not None:
        # The n minima and then the n maxima of each signal.
        values = np.stack((values, maxima), axis=1)
    body = np.ascontiguousarray(values, dtype=values.dtype.newbyteorder("<")).tobytes()
    if frame.times is not None:
        body = frame.times.astype("<f8").tobytes() + body
    padding = -len(body) % 8
    header = HEADER.pack(
        MAGIC,
        SAMPLES if maxima is None else ENVELOPE,
        _CODES[frame.values.dtype],
        REGULAR if frame.times is None else TIMED,
        frame.flags,
        frame.values.shape[0],
        0,
        frame.handle,
        frame.n,
        frame.stride,
        frame.epoch,
        len(body) + padding,
        frame.sample,
        frame.t0,
        frame.dt,
    )
    return b"".join((header, body, b"\0" * padding))


def split(block: SampleBlock) -> Iterator[SampleBlock]:
    """A block, in pieces whose frames stay under MAX_PAYLOAD."""
    most = capacity(block.values.shape[0], block.values.dtype, timed=block.times is not None)
    if block.n <= most:
        yield block
        return
    for first in range(0, block.n, most):
        piece = slice(first, min(first + most, block.n))
        times, t0 = block.times, block.t0 + first * block.dt
        if times is not None:
            t0 = block.t0 + float(times[first])
            times = times[piece] - times[first]
        yield replace(
            block, sample=block.sample + first, t0=t0, values=block.values[:, piece], times=times
        )


def capacity(signals: int, dtype: np.dtype[Any], *, timed: bool, envelope: bool = False) -> int:
    """How many columns of ``signals`` signals a frame holds at most (at least one)."""
    column = signals * dtype.itemsize * (2 if envelope else 1) + (8 if timed else 0)
    return max(1, MAX_PAYLOAD // column)


def parse(message: bytes | bytearray | memoryview) -> list[Frame]:
    """Every frame of a message, their values as views into it. Raises WireError."""
    view = memoryview(message)
    if not view.nbytes:
        raise WireError("The message is empty.")
    frames, offset = [], 0
    while offset < view.nbytes:
        frame, offset = _parse_one(view, offset)
        frames.append(frame)
    return frames


def _parse_one(view: memoryview, offset: int) -> tuple[Frame, int]:
    if view.nbytes - offset < HEADER.size:
        raise WireError("The message ends within a header.")
    header = HEADER.unpack_from(view, offset)
    magic, kind, code, clock, flags, signals, reserved, handle, n, stride, epoch = header[:11]
    payload, sample, t0, dt = header[11:]
    if magic != MAGIC:
        raise WireError("The message is not of version 1 of the protocol.")
    _check_header(kind, code, clock, reserved, signals, n, stride)
    _check_times(clock, t0, dt)
    dtype = _TYPE_CODES[code]
    size = n * (8 * clock + signals * kind * dtype.itemsize)
    if payload != size + -size % 8:
        raise WireError(f"The payload length {payload} does not fit {signals} signals of {n}.")
    start = offset + HEADER.size
    if view.nbytes - start < payload:
        raise WireError("The message ends within a payload.")
    times = None
    at = start
    if clock == TIMED:
        times = np.frombuffer(view, "<f8", n, at)
        at += 8 * n
    values = np.frombuffer(view, dtype, signals * kind * n, at).reshape(signals, kind, n)
    maxima = values[:, 1] if kind == ENVELOPE else None
    frame = Frame(
        handle, epoch, sample, t0, dt, values[:, 0], maxima, stride, times=times, flags=flags
    )
    return frame, start + payload


def _check_header(
    kind: int, code: int, clock: int, reserved: int, signals: int, n: int, stride: int
) -> None:
    if kind not in _KIND_NAMES:
        raise WireError(f"Kind {kind} is unknown.")
    if code not in _TYPE_CODES:
        raise WireError(f"Sample type {code} is unknown.")
    if clock not in (REGULAR, TIMED):
        raise WireError(f"Clock {clock} is unknown.")
    if reserved:
        raise WireError("The reserved field is not 0.")
    if not signals or not n:
        raise WireError("A frame holds at least one signal and one column.")
    if stride < 1 or (kind == SAMPLES and stride != 1) or stride & (stride - 1):
        raise WireError(f"A stride of {stride} is not possible for kind {kind}.")


def _check_times(clock: int, t0: float, dt: float) -> None:
    if not math.isfinite(t0) or not math.isfinite(dt):
        raise WireError("t0 and dt are finite numbers.")
    if dt < 0 or (dt == 0) != (clock == TIMED):
        raise WireError("dt is above 0 on a regular clock and 0 on a timed one.")


def to_json(frames: Iterable[Frame]) -> str:
    """The ``data`` message of ``waves.v1.json``: the same numbers as text, NaN as null."""
    message = {"type": "data", "frames": [as_mapping(frame) for frame in frames]}
    return orjson.dumps(message, option=orjson.OPT_SERIALIZE_NUMPY).decode()


def as_mapping(frame: Frame) -> dict[str, Any]:
    """A frame as JSON has it, with arrays for orjson to write."""
    kind = SAMPLES if frame.maxima is None else ENVELOPE
    mapping: dict[str, Any] = {
        "kind": _KIND_NAMES[kind],
        "handle": frame.handle,
        "epoch": frame.epoch,
        "sample": frame.sample,
        "stride": frame.stride,
        "t0": frame.t0,
        "dt": frame.dt,
        "flags": frame.flags,
    }
    if frame.times is not None:
        mapping["times"] = np.ascontiguousarray(frame.times)
    if frame.maxima is None:
        mapping["values"] = np.ascontiguousarray(frame.values)
    else:
        mapping["min"] = np.ascontiguousarray(frame.values)
        mapping["max"] = np.ascontiguousarray(frame.maxima)
    return mapping
