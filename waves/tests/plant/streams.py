import time
from collections.abc import Iterator

import numpy as np

from waves.sources import stream


@stream(rate=100, name="Broken")
def broken(t: np.ndarray) -> np.ndarray:
    """Raises at once."""
    return t / (1 // 0)


@stream(rate=100, name="Blocking")
def blocking() -> Iterator[float]:
    """Blocks its thread for long."""
    yield 1.0
    while True:
        time.sleep(3600)


@stream(rate=100, name="Infinite")
def infinite(t: np.ndarray) -> np.ndarray:
    """Yields values that are none."""
    return np.where(np.arange(len(t)) % 2, np.inf, 1.0)
