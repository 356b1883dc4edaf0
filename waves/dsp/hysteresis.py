"""The hysteresis of a trigger that nobody chose: as much as the noise of the signal asks for.

``static/waves/js/samples/noise.js`` and ``trigger/hysteresis.js`` are the same for the page.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from waves.dsp.trigger import TriggerSettings, Values

#: Differences of these orders are looked at: the signal only adds to them, so the least is noise.
ORDERS = (1, 2, 3, 5, 10)
#: Places that are looked at: the answer is then within about a tenth.
PLACES = 256
#: Places follow each other by this share of the length, so that no period of the signal can hide.
GOLDEN = 0.6180339887498949
#: Where the highest order has less than this of the one before, the signal still shrinks.
SETTLED = 0.7
#: The median of normal noise, sign left out, against its standard deviation.
MEDIAN = 0.6744897501960817
#: What looks like noise of more than this share of the deviation is the signal itself.
MOST_NOISE = 0.35
#: Samples that are looked at: together, for the noise; spread over all, for the span.
MEASURED = 8192
#: Of the span of a signal without noise: what is below it nobody sees.
LEAST = 0.02
#: Deviations of noise: on a slow edge it goes five below the level, and then not five above it.
REACH = 10.0
#: The noise is taken off the extremes by so many deviations, to see where the signal itself turns.
CREST = 3.0
#: Of the way from the level to where the signal turns: it has to get there in every period.
MOST = 0.9


def noise_of(values: Values) -> float:
    """The standard deviation of white noise in a signal (1-D, NaN where a sample is missing).

    0 where there is none, or too few samples to tell. A signal whose period has fewer than three
    samples is taken for noise itself.
    """
    room = values.size - ORDERS[-1]
    if room < 2 * ORDERS[-1]:
        return 0.0
    places = (np.arange(PLACES) * GOLDEN % 1 * room).astype(np.intp)
    runs = values[places[:, None] + np.arange(ORDERS[-1] + 1)].astype(np.float64)
    runs = runs[np.isfinite(runs).all(axis=1)]
    if len(runs) < ORDERS[-1]:
        return 0.0
    deviations = [_deviation(runs, order) for order in ORDERS]
    settled = deviations[-1] >= SETTLED * deviations[-2]
    return min(deviations) if settled else 0.0


def _deviation(runs: NDArray[np.float64], order: int) -> float:
    """Of the noise that the differences of an order mean."""
    sizes = np.abs(np.diff(runs, order)[:, 0])
    return float(np.median(sizes)) / MEDIAN / math.sqrt(math.comb(2 * order, order))


def hysteresis_of(settings: TriggerSettings, values: Values) -> float:
    """What keeps noise from triggering on the wrong edge of a signal, of which these are samples.

    In the unit of the signal; 0 where nothing is known of it.
    """
    spread = values[:: max(1, values.size // MEASURED)].astype(np.float64)
    spread = spread[np.isfinite(spread)]
    if not spread.size:
        return 0.0
    low, high = float(spread.min()), float(spread.max())
    noise = noise_of(values[-MEASURED:])
    if noise >= MOST_NOISE * float(spread.std()):
        noise = 0.0
    least = LEAST * (high - low)
    room = MOST * _room(settings, low + CREST * noise, high - CREST * noise)
    return min(max(least, REACH * noise), room) if room > 0 else least


def _room(settings: TriggerSettings, low: float, high: float) -> float:
    """How far the signal goes beyond the level, to where a crossing is armed."""
    if settings.kind == "window":
        width = settings.high - settings.low
        if settings.direction == "leaving":
            return width
        return min(width, settings.low - low, high - settings.high)
    below, above = settings.level - low, high - settings.level
    if settings.kind == "edge" and settings.slope != "either":
        return below if settings.slope == "rising" else above
    return min(below, above)
