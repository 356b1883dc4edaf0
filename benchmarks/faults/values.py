"""What the plant's streams yield: a function of the sample's index, and of the run it belongs to.

A sample that is shifted, doubled, of another run or of another installation cannot go unseen.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

#: Odd, so that no two of 2**24 microseconds have the same mark.
FACTOR, MARK_BITS = 7919, 24
#: Chance in a run's number, below the number of the installation. With the mark that is 52 bits
#: for up to 255 installations: a float64 holds 53 exactly.
RUN_BITS = 20

#: The index of a sample on a timed clock is its time at this rate (Hz): its label is its own.
STAMPED_RATE = 1000.0


def run_number(site: int, chance: int) -> int:
    """The number of a run of an installation (1 to 255)."""
    return site << RUN_BITS | chance


def site_of(run: int) -> int:
    """The installation that a run belongs to."""
    return run >> RUN_BITS


def of(t: Values, run: int) -> Values:
    """``[2, n]``: the times, and their marks."""
    microseconds = np.rint(t * 1e6).astype(np.int64)
    marks = (run << MARK_BITS) + (microseconds * FACTOR & (1 << MARK_BITS) - 1)
    return np.stack([t, marks.astype(np.float64)])


def run_of(mark: float) -> int:
    """The run that a mark belongs to."""
    return int(mark) >> MARK_BITS


def times(first: int, n: int, rate: float) -> Values:
    """The times of samples, in seconds of their epoch, as a source computes them."""
    return np.arange(first, first + n, dtype=np.float64) / rate
