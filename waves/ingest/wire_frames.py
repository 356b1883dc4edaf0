"""Frames of ``waves.v1``, as docs/protocol.md has them: the fastest way in.

Handle and epoch are 0, the signals are those of the stream, by their places. The index numbers the
writer's own samples.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from waves.exceptions import IngestError, WireError
from waves.ingest.batch import MOST_VALUES, Batch
from waves.protocol.frames import parse as parse_frames


def parse(message: bytes, names: Sequence[str]) -> Batch:
    """The samples of all frames of a message. Raises IngestError."""
    try:
        frames = parse_frames(message)
    except WireError as error:
        raise IngestError(f"These are no frames: {error}") from None
    timed = frames[0].times is not None
    for number, frame in enumerate(frames, start=1):
        if frame.maxima is not None:
            raise IngestError(f"Frame {number} holds columns: samples are pushed.")
        if len(frame.values) != len(names):
            raise IngestError(
                f"Frame {number} holds {len(frame.values)} signals; the stream has {len(names)}."
            )
        if (frame.times is not None) != timed:
            raise IngestError("Frames with times and without do not go together.")
        if number > 1 and frame.sample != frames[number - 2].next:
            raise IngestError(f"Frame {number} does not follow on the one before it.")
    values = np.concatenate([frame.values for frame in frames], axis=1, dtype=np.float64)
    if values.size > MOST_VALUES:
        raise IngestError(f"More than {MOST_VALUES:,} values in one request: send fewer.")
    times = None
    if timed:
        times = np.concatenate(
            [frame.t0 + frame.times for frame in frames if frame.times is not None]
        )
        if not np.isfinite(times).all():
            raise IngestError("A time is a finite number.")
    return Batch(tuple(names), values, times, first=frames[0].sample)
