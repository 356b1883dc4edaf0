"""Pseudo-random binary sequences: the longest that a shift register of a given length makes."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from waves.dsp.parameters import PeriodicWaveform, parameter
from waves.dsp.phase import Floats

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


class Prbs(PeriodicWaveform):
    """A pseudo-random sequence of bits that holds every pattern; the frequency is the bit rate."""

    label = "Pseudo-random bits (PRBS)"
    line = "step"
    formula = (
        "y = 2 bit[n] − 1, where n = floor((2^order − 1) p),\n"
        "bit[n + order] = bit[n] ⊕ bit[n + a] ⊕ bit[n + b] ⊕ …, with the taps a, b, …\n"
        "of a primitive polynomial, from a register full of ones"
    )
    #: With 16 bits, float32 positions would move the edges.
    precise = True

    order: int = parameter(
        7,
        "Order",
        "Length of the shift register; the sequence repeats after 2^order - 1 bits.",
        why="a register of one bit makes no sequence, and 2^16 bits fill any window",
        ge=2,
        le=16,
    )

    def values(self, cycles: Floats, step: float) -> Floats:
        bits = sequence(self.order)
        index = (cycles * len(bits)).astype(np.intp)
        return bits.take(index, mode="clip")

    def periods_per_second(self, frequency: float) -> Fraction:
        return Fraction(frequency) / len(sequence(self.order))
