"""What a ``history`` request is answered with: of memory alone, or of memory and recording as one.

What memory has is copied at once, and only then is the rest read, so that an answer that waits for
a database lacks nothing that memory gave up meanwhile.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from waves.exceptions import ServiceUnavailableError, TooMuchError
from waves.history.past import Extent, KeptPast, Read
from waves.hub.kept import FRAMING, Kept, Piece
from waves.hub.plan import column_stride
from waves.hub.ranges import Range, kept_range, pieces
from waves.hub.seam import Seam, folded, seam_of
from waves.protocol.block import SAMPLE_TYPES
from waves.protocol.frames import INCOMPLETE, MAX_PAYLOAD, Frame
from waves.protocol.messages import HistoryRequest

#: Bytes of the values of one answer. Two columns a pixel of 60 signals fit, and a socket that does
#: not read holds no more than this.
MAX_HISTORY_BYTES = 1536 * 1024
#: Frames of one answer: between two gaps there is one each, and to copy it takes 10 µs.
MAX_HISTORY_FRAMES = 256
#: Seconds: a step of the wall clock of less is no frame of its own in an answer.
LEAST_STEP = 1e-3


@dataclass(frozen=True, slots=True)
class Composed:
    """The frames of an answer, in order, and in words what could not be read."""

    frames: list[Frame]
    problem: str = ""


def is_recorded(description: Mapping[str, Any] | None) -> bool:
    """Whether anything of a stream is recorded, or about to be, as its description says."""
    if description is None:
        return False
    return bool(description.get("record")) or description.get("recorded_since") is not None


def lacks(kept: Kept, request: HistoryRequest) -> bool:
    """Whether memory lacks a part of what is asked for, which may be recorded."""
    history = kept.history
    if not history.started or history.epoch != request.epoch:
        return True
    first, end = max(request.first, history.first), min(request.last + 1, history.next)
    stride = 1 if request.columns is None else column_stride(end - first, request.columns)
    return request.first // stride * stride < history.first


def history_pieces(kept: Kept, request: HistoryRequest, room: int) -> list[Piece]:
    """What a ``history`` request is answered with: nothing where that epoch is gone.

    ``room`` bounds a frame, in bytes. Raises TooMuchError for more than an answer holds.
    """
    history = kept.history
    if request.epoch != history.epoch or not history.started:
        return []
    wanted = kept_range(kept, request.first, request.last + 1, request.columns)
    column_bytes = kept.sample_bytes * min(wanted.stride, 2)
    if wanted.columns * column_bytes > MAX_HISTORY_BYTES:
        raise _too_many(column_bytes)
    found: list[Piece] = []
    # Where there are too many steps of the wall clock, samples go before their labels.
    for least in (LEAST_STEP, math.inf):
        all_pieces = pieces(kept, wanted, kept.fitting(wanted.stride, room), least)
        found = list(islice(all_pieces, MAX_HISTORY_FRAMES + 1))
        if len(found) <= MAX_HISTORY_FRAMES:
            break
    if len(found) > MAX_HISTORY_FRAMES:
        raise _too_many_gaps()
    return found


async def composed(kept: Kept, request: HistoryRequest, past: KeptPast) -> Composed:
    """What a request is answered with, of memory and recording. Raises TooMuchError.

    Where the recording cannot be read it is what memory has, and the problem.
    """
    try:
        extent = await past.extent(kept.handle, request.epoch, request.first, request.last + 1)
        if extent is not None:
            return await _joined_past(kept, request, past, extent)
    except ServiceUnavailableError as error:
        return Composed(_of_memory(kept, request), str(error))
    return Composed(_of_memory(kept, request))


def _of_memory(kept: Kept, request: HistoryRequest) -> list[Frame]:
    return [kept.frame(piece) for piece in history_pieces(kept, request, MAX_PAYLOAD)]


async def _joined_past(
    kept: Kept, request: HistoryRequest, past: KeptPast, extent: Extent
) -> Composed:
    history = kept.history
    in_memory = history.started and history.epoch == request.epoch
    oldest, newest = extent.first, extent.end
    if in_memory:
        oldest, newest = min(extent.first, history.first), history.next
    first, end = max(request.first, oldest), min(request.last + 1, newest)
    if end <= first:
        return Composed([])
    stride = 1 if request.columns is None else column_stride(end - first, request.columns)
    begin, stop = first // stride * stride, end // stride * stride
    if not in_memory:
        # Nothing comes any more that would complete its last column.
        stop = -(-end // stride) * stride
    _check_size((stop - begin) // stride, stride, extent)
    if not in_memory:
        read = await past.frames(
            kept.handle, request.epoch, begin, stop, stride, MAX_HISTORY_FRAMES
        )
        return Composed(read.frames, read.problem)
    seam, edge = seam_of(kept, stride), history.first
    newer = _newer(kept, Range(request.epoch, stride, max(begin, seam.kept), stop))
    until = min(stop, edge)
    read = Read([])
    if begin < until:
        read = await past.frames(
            kept.handle, request.epoch, begin, until, stride, MAX_HISTORY_FRAMES
        )
    frames = spliced(read.frames, seam, begin, stop) + newer
    if len(frames) > MAX_HISTORY_FRAMES:
        raise _too_many_gaps()
    return Composed(frames, read.problem)


def _newer(kept: Kept, wanted: Range) -> list[Frame]:
    found = pieces(kept, wanted, kept.fitting(wanted.stride, MAX_PAYLOAD), LEAST_STEP)
    return [kept.frame(piece) for piece in islice(found, MAX_HISTORY_FRAMES + 1)]


def spliced(
    recorded: list[Frame], seam: Seam, begin: int, stop: int, *, partial: bool = False
) -> list[Frame]:
    """Recorded frames up to the seam, and the column between from both sides.

    Where that column is not complete it is left out, unless ``partial``.
    """
    older, between = _apart(recorded, seam.recorded)
    half = seam.half
    if half is None or not begin <= half.sample < stop:
        return older
    if half.flags & INCOMPLETE and not partial:
        return older
    return [*older, folded(between, half)]


def _apart(recorded: list[Frame], at: int) -> tuple[list[Frame], Frame | None]:
    """The frames before an index, and the column that begins there."""
    older: list[Frame] = []
    between = None
    for frame in recorded:
        n = (at - frame.sample) // frame.stride
        if n >= frame.n:
            older.append(frame)
            continue
        if n > 0:
            older.append(frame.part(0, n))
        if n >= 0:
            between = frame.part(n, n + 1)
    return older, between


def _check_size(columns: int, stride: int, extent: Extent) -> None:
    column = extent.signals * SAMPLE_TYPES[extent.sample_type].itemsize * min(stride, 2)
    if columns * column > MAX_HISTORY_BYTES:
        raise _too_many(column)


def _too_many(column_bytes: int) -> TooMuchError:
    return TooMuchError(
        f"history: one answer holds at most {MAX_HISTORY_BYTES // column_bytes} of these; ask "
        "for a shorter range, or for fewer columns."
    )


def _too_many_gaps() -> TooMuchError:
    return TooMuchError(
        f"history: there are more than {MAX_HISTORY_FRAMES} gaps in this; ask for a shorter "
        "range, or for fewer columns."
    )


def fitting(answer: Composed, room: int) -> Composed:
    """An answer whose frames take at most ``room`` bytes each. Raises TooMuchError."""
    frames = [part for frame in answer.frames for part in _parts(frame, room)]
    if len(frames) > MAX_HISTORY_FRAMES:
        raise _too_many_gaps()
    return Composed(frames, answer.problem)


def _parts(frame: Frame, room: int) -> Iterator[Frame]:
    if frame.room <= room:
        yield frame
        return
    most = max(1, frame.n * (room - FRAMING) // frame.room)
    for first in range(0, frame.n, most):
        yield frame.part(first, min(frame.n, first + most))


def joined(frames: Iterable[Frame], most: int) -> list[list[Frame]]:
    """Frames in groups whose messages have room."""
    groups: list[list[Frame]] = []
    room = 0
    for frame in frames:
        if not groups or frame.room > room:
            groups.append([])
            room = most
        groups[-1].append(frame)
        room -= frame.room
    return groups
