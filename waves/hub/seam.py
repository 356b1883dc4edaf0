"""Where the recording ends and memory goes on, in a range of the epoch that memory has.

Columns that lie whole in memory are memory's, those before are the recording's. The one between,
of which memory has the end only, is folded from both, so that nothing is there twice or missing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from waves.hub.kept import Kept
from waves.protocol.frames import ANSWER, INCOMPLETE, Frame


class Seam(NamedTuple):
    """Where a range goes over from the recording to memory, in samples.

    Columns below ``recorded`` are the recording's, those from ``kept`` on are memory's; ``half`` is
    what memory has of the column between, and None where there is none.
    """

    recorded: int
    kept: int
    half: Frame | None


def seam_of(kept: Kept, stride: int) -> Seam:
    """The seam of the epoch that memory has, at a stride, as it is now."""
    history = kept.history
    first = history.first
    recorded, whole = first // stride * stride, -(-first // stride) * stride
    if recorded == whole:
        return Seam(recorded, whole, None)
    return Seam(recorded, whole, _half(kept, stride, recorded))


def _half(kept: Kept, stride: int, sample: int) -> Frame:
    history = kept.history
    first, last = history.first, min(sample + stride, history.next)
    minima, maxima = history.extremes(first, last)
    return Frame(
        kept.handle,
        history.epoch,
        sample,
        history.t0(sample),
        history.dt * stride,
        minima,
        maxima,
        stride,
        times=np.zeros(1) if history.is_timed else None,
        flags=ANSWER if last == sample + stride else ANSWER | INCOMPLETE,
    )


def folded(recorded: Frame | None, half: Frame) -> Frame:
    """The column between as a whole: what is recorded of it (one column), and what memory has."""
    if recorded is None or recorded.maxima is None or half.maxima is None:
        return half
    return replace(
        half,
        t0=recorded.t0,
        values=np.fmin(recorded.values, half.values),
        maxima=np.fmax(recorded.maxima, half.maxima),
    )
