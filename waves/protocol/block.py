"""A block of samples: what a source yields and what a frame carries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from waves.exceptions import BlockError

Values = NDArray[np.floating[Any]]

#: Sample types of the wire, by name. Names are numpy's.
SAMPLE_TYPES: dict[str, np.dtype[Any]] = {
    "float32": np.dtype("<f4"),
    "float64": np.dtype("<f8"),
}


@dataclass(frozen=True, slots=True, eq=False)
class SampleBlock:
    """Consecutive samples of every signal of a stream.

    ``values`` has the shape ``[signals, n]`` with n >= 1, in the stream's sample type. ``sample``
    is the index of the first sample in ``epoch``; ``t0`` its wall time in unix seconds (a label,
    never used to place a sample). On a regular clock ``dt`` is the period in seconds and ``times``
    is None; on a timed clock ``dt`` is 0 and ``times`` holds ``n`` float64 seconds after ``t0``.

    Raises BlockError where shape, type or clock are wrong.
    """

    epoch: int
    sample: int
    t0: float
    dt: float
    values: Values
    times: NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        values = self.values
        if values.ndim != 2 or values.shape[0] < 1 or values.shape[1] < 1:
            raise BlockError(f"A block has the shape [signals, n], not {list(values.shape)}.")
        if values.dtype not in SAMPLE_TYPES.values():
            raise BlockError(f"A block holds float32 or float64, not {values.dtype}.")
        if self.epoch < 0 or self.sample < 0:
            raise BlockError("Epoch and sample index of a block are not negative.")
        if (self.times is None) == (self.dt == 0.0):
            raise BlockError("A regular block has a period, a timed one has times, never both.")
        if self.times is not None and self.times.shape != (values.shape[1],):
            raise BlockError("A timed block has one time for each sample.")

    @property
    def n(self) -> int:
        """Samples per signal."""
        return int(self.values.shape[1])

    @property
    def next(self) -> int:
        """Index of the first sample after this block."""
        return self.sample + self.n
