"""The demo of the `python` source: a steam boiler, as a function of time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from waves.sources import SignalInfo, stream

#: Seconds from one start of the burner to the next, and how long the heat takes to arrive.
CYCLE, DELAY = 20.0, 3.0


# The demo stream in the fixture uses this function, so that none is made a second time.
@stream(
    signals=[
        SignalInfo("temperature", "temperature", "°C"),
        SignalInfo("pressure", "pressure", "bar"),
    ],
    rate=100,
    window=30,
    create=False,
)
def boiler(t: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """A boiler whose burner goes on and off; the pressure follows the temperature."""
    noise = np.random.default_rng().normal(size=(2, t.size))
    temperature = 165.0 + 3.0 * np.sin(2 * np.pi * t / CYCLE)
    earlier = 165.0 + 3.0 * np.sin(2 * np.pi * (t - DELAY) / CYCLE)
    # Saturated steam (Antoine equation, in mmHg for °C from 99 to 374), less the air's 1.013 bar.
    pressure = 10 ** (8.14019 - 1810.94 / (244.485 + earlier)) / 750.06 - 1.013
    return {
        "temperature": temperature + 0.1 * noise[0],
        "pressure": pressure + 0.01 * noise[1],
    }
