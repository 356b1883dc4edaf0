"""What is recorded of a stream as frames: unbroken runs, and columns, as long as a frame may be."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np

from waves.protocol.block import SampleBlock
from waves.protocol.frames import ANSWER, INCOMPLETE, Frame, capacity, split
from waves.recording.past import Past, Span
from waves.recording.pieces import Columns

NANO = 1e-9
#: A label that differs by less from the line of the frame before goes on with it, in seconds.
SAME_LABEL = 1e-6


def seconds(label: int) -> float:
    """A label of the recording as unix seconds."""
    return label / 1e9


def nanoseconds(unix: float) -> int:
    """Unix seconds as a label, within what 64 bits hold: a time may be as far away as a float."""
    return round(min(max(unix, -9e9), 9e9) * 1e9)


def frames(
    past: Past,
    handle: int,
    span: Span,
    stride: int,
    first: int,
    end: int,
    least: float = SAME_LABEL,
) -> Iterator[Frame]:
    """Samples, or columns of ``stride`` samples, that touch ``[first, end)`` of a stretch.

    Labels that leave the line of those before by more than ``least`` seconds begin another frame.
    A column of which the stretch lacks samples at its ends is a frame by itself, and says so.
    """
    if stride == 1:
        yield from _joined(_of_blocks(past.blocks(span, first, end), handle), least)
        return
    found = _of_columns(past.columns(span, stride, first, end), handle, span)
    yield from _joined(_marked(found, span), max(least, 1e-3 * stride / span.rate))


def _of_blocks(blocks: Iterable[SampleBlock], handle: int) -> Iterator[Frame]:
    for block in blocks:
        for piece in split(block):
            yield Frame.of(piece, handle, ANSWER)


def _of_columns(columns: Iterable[Columns], handle: int, span: Span) -> Iterator[Frame]:
    for found in columns:
        timed = found.times is not None
        dt = 0.0 if timed else found.stride / span.rate
        yield from _pieces(
            Frame(
                handle,
                found.epoch,
                found.first,
                seconds(found.t0),
                dt,
                found.minima,
                found.maxima,
                found.stride,
                times=None if found.times is None else found.times.astype(np.float64) * NANO,
                flags=ANSWER,
            )
        )


def _pieces(frame: Frame) -> Iterator[Frame]:
    timed, signals = frame.times is not None, frame.values.shape[0]
    most = capacity(signals, frame.values.dtype, timed=timed, envelope=True)
    for first in range(0, frame.n, most):
        yield frame.part(first, min(frame.n, first + most))


def _marked(found: Iterable[Frame], span: Span) -> Iterator[Frame]:
    """Columns across an end of the stretch by themselves: they lack samples."""
    for frame in found:
        a = 1 if frame.sample < span.first else 0
        b = frame.n - 1 if frame.next > span.next and frame.n > a else frame.n
        if a:
            yield _incomplete(frame.part(0, 1))
        if b > a:
            yield frame.part(a, b)
        if frame.n > b:
            yield _incomplete(frame.part(b, frame.n))


def _incomplete(frame: Frame) -> Frame:
    return replace(frame, flags=frame.flags | INCOMPLETE)


def _joined(found: Iterable[Frame], least: float) -> Iterator[Frame]:
    """Frames that follow one another, as one, as long as a frame may be."""
    gathered: list[Frame] = []
    n = 0
    for frame in found:
        if gathered and not (_follows(gathered, n, frame, least) and _fits(n, frame)):
            yield _one(gathered)
            gathered, n = [], 0
        gathered.append(frame)
        n += frame.n
    if gathered:
        yield _one(gathered)


def _follows(gathered: list[Frame], n: int, frame: Frame, least: float) -> bool:
    head = gathered[0]
    if gathered[-1].next != frame.sample or head.flags != frame.flags:
        return False
    if frame.flags & INCOMPLETE:
        return False
    return head.times is not None or abs(head.t0 + n * head.dt - frame.t0) <= least


def _fits(n: int, frame: Frame) -> bool:
    signals, timed = frame.values.shape[0], frame.times is not None
    envelope = frame.maxima is not None
    return n + frame.n <= capacity(signals, frame.values.dtype, timed=timed, envelope=envelope)


def _one(gathered: list[Frame]) -> Frame:
    head = gathered[0]
    if len(gathered) == 1:
        return head
    maxima = [frame.maxima for frame in gathered if frame.maxima is not None]
    times = [frame.times + (frame.t0 - head.t0) for frame in gathered if frame.times is not None]
    return replace(
        head,
        values=np.concatenate([frame.values for frame in gathered], axis=1),
        maxima=np.concatenate(maxima, axis=1) if maxima else None,
        times=np.concatenate(times) if times else None,
    )


def spans_of(past: Past, epoch: int, first: int, end: int, most: int = 1000) -> list[Span]:
    """The stretches of an epoch that reach into samples ``[first, end)``, in order."""
    found: list[Span] = []
    at = first
    while at < end and len(found) < most:
        span = past.span_at(epoch, at)
        if span is None or span.first >= end:
            break
        found.append(span)
        at = max(span.next, at + 1)
    return found


def hair_of(span: Span, t0: float) -> int:
    """What the text of a label, and float64, may take from it, in nanoseconds: as in memory."""
    if span.clock == "timed":
        return 500
    period = 1 / span.rate
    return int(1e9 * min(0.49 * period, max(2e-3 * period, 4 * math.ulp(t0))))


def labelled(past: Past, span: Span, begin: float | None, to: float | None) -> tuple[int, int]:
    """Samples ``[first, next)`` of a stretch with labels from ``begin`` to ``to``, in unix seconds.

    Labels that were copied from an answer name their samples, as far as text and float64 hold them.
    """
    a = None if begin is None else nanoseconds(begin) - hair_of(span, begin)
    b = None if to is None else nanoseconds(to) + hair_of(span, to)
    if (a is None or a <= span.begin) and (b is None or b >= span.end):
        return span.first, span.next
    return past.range_of(span, a, b)


def epoch_frames(
    past: Past, handle: int, epoch: int, stride: int, first: int, end: int, least: float
) -> Iterator[Frame]:
    """What is recorded of ``[first, end)`` of an epoch, over all of its stretches.

    A column that two stretches share is folded from both: a clock that was set ends a stretch.
    """
    former: Frame | None = None
    before: Span | None = None
    for span in spans_of(past, epoch, first, end):
        begin, stop = max(first, span.first), min(end, span.next)
        for frame in frames(past, handle, span, stride, begin, stop, least):
            if former is not None and before is not None and frame.sample < former.next:
                former = _folded(former, frame, before, span)
                continue
            if former is not None:
                yield former
            former = frame
        before = span
    if former is not None:
        yield former


def _folded(former: Frame, later: Frame, before: Span, after: Span) -> Frame:
    """One column of two stretches: complete where nothing lies outside of both."""
    if former.maxima is None or later.maxima is None:
        return later
    begins, ends = before.first <= former.sample, after.next >= former.next
    is_whole = begins and ends and before.next == after.first
    return replace(
        former,
        values=np.fmin(former.values, later.values),
        maxima=np.fmax(former.maxima, later.maxima),
        flags=ANSWER if is_whole else ANSWER | INCOMPLETE,
    )
