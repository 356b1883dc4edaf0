"""The trigger in the plainest words: sample by sample, without numpy and without blocks."""

import math
from itertools import pairwise


def triggers(settings, rate, samples, first=0):
    """What ``Trigger`` must find in ``samples``, as (index, fraction)."""
    crossings = sorted(
        crossing
        for level, rising in levels(settings)
        for crossing in level_crossings(samples, level, settings.hysteresis, rising)
    )
    ends = [(end, index, fraction) for end, index, fraction, _ in crossings]
    if settings.kind == "pulse":
        ends = [pulse[1][:3] for pulse in pulses(settings, rate, crossings, samples)]
    kept = []
    for _, index, fraction in ends:
        if not kept or distance(kept[-1], (index, fraction)) >= settings.holdoff * rate:
            kept.append((index, fraction))
    return [(first + index, fraction) for index, fraction in kept]


def levels(settings):
    if settings.kind == "window":
        entering = settings.direction == "entering"
        return [(settings.low, entering), (settings.high, not entering)]
    slopes = {"rising": [True], "falling": [False], "either": [True, False]}
    both = settings.kind == "pulse"
    return [(settings.level, rising) for rising in slopes["either" if both else settings.slope]]


def level_crossings(samples, level, hysteresis, rising):
    """(completing sample, index, fraction, rising) of every crossing."""
    sign = 1 if rising else -1
    armed = False
    for at, value in enumerate(samples):
        if not math.isfinite(value):
            armed = False
        elif sign * value < sign * level - hysteresis:
            armed = True
        elif armed and sign * value >= sign * level:
            armed = False
            before = samples[at - 1]
            fraction = (level - before) / (value - before)
            yield (at, at - 1, fraction, rising) if fraction < 1 else (at, at, 0.0, rising)


def pulses(settings, rate, crossings, samples):
    for begin, end in pairwise(crossings):
        whole = all(map(math.isfinite, samples[begin[0] : end[0]]))
        positive = begin[3] and not end[3]
        negative = end[3] and not begin[3]
        width = distance(begin[1:3], end[1:3])
        shorter = math.inf if settings.shorter is None else settings.shorter * rate
        if (
            whole
            and (positive if settings.polarity == "positive" else negative)
            and settings.longer * rate < width < shorter
        ):
            yield begin, end


def distance(former, later):
    return (later[0] - former[0]) + (later[1] - former[1])
