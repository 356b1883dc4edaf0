"""Pseudo-random binary sequences: the longest that a shift register of a given length makes."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from waves.dsp.shapes import Floats

#: Bits of the register that are added (modulo 2) to the one that leaves it, by length: primitive
#: polynomials, the same as those of ``scipy.signal.max_len_seq``. 16 bits make 65,535 values.
TAPS: dict[int, tuple[int, ...]] = {
    2: (1,),
    3: (2,),
    4: (3,),
    5: (3,),
    6: (5,),
    7: (6,),
    8: (7, 6, 1),
    9: (5,),
    10: (7,),
    11: (9,),
    12: (11, 10, 4),
    13: (12, 11, 8),
    14: (13, 12, 2),
    15: (14,),
    16: (15, 13, 4),
}


@lru_cache(maxsize=len(TAPS))
def sequence(order: int) -> NDArray[np.float32]:
    """The 2^order - 1 values of the sequence, -1 or 1, from a register full of ones. Read only."""
    length = 2**order - 1
    bits = [1] * order
    for i in range(length - order):
        bit = bits[i]
        for tap in TAPS[order]:
            bit ^= bits[i + tap]
        bits.append(bit)
    values = np.array(bits, dtype=np.float32) * np.float32(2.0) - np.float32(1.0)
    values.flags.writeable = False
    return values


def prbs(cycles: Floats, order: int = 7) -> NDArray[np.float32]:
    """The sequence of 2^order - 1 bits once a period, -1 or 1, each for the same time.

    ``cycles`` should be float64: with 16 bits, float32 positions would move the edges.
    """
    values = sequence(order)
    index = (cycles * len(values)).astype(np.intp)
    return values.take(index, mode="clip")
