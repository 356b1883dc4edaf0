"""The bounds of a stream, with the sentences that say them and why."""

from __future__ import annotations

import sys

from waves.conf import get_config
from waves.protocol.block import SAMPLE_TYPES

MIN_RATE = 0.01
MAX_RATE = 2_000_000.0
#: Below 1 the page would stutter; above 60 nobody sees the difference, and every frame costs.
MIN_FRAMES, MAX_FRAMES = 1.0, 60.0
#: Ten divisions of a microsecond, and of 40 days: a recording goes back a year and more.
MIN_WINDOW, MAX_WINDOW = 1e-5, 400 * 86_400.0
MIN_HISTORY, MAX_HISTORY = 1.0, 86_400.0
#: Seconds without a sample beyond which there is a hole: a microsecond to some three years.
MIN_INTERVAL, MAX_INTERVAL = 1e-6, 1e8
#: Of a recording: a minute to 400 years, a mebibyte to a pebibyte.
MIN_KEEP, MAX_KEEP = 60.0, 1.3e10
MIN_KEEP_BYTES, MAX_KEEP_BYTES = 2**20, 2**50
#: What a recording takes beside its samples: minima and maxima at all levels (1 %), and the rows'
#: own columns and index.
RECORDING_OVERHEAD = 1.03
#: Samples, and the envelopes (tiers) that the hub keeps beside them.
HISTORY_OVERHEAD = 1.13


def history_bytes(rate: float, signals: int, sample_type: str, history: float) -> int:
    """Memory in bytes of a stream's history, in each server process: Hz × signals × bytes × s."""
    size = SAMPLE_TYPES[sample_type].itemsize if sample_type in SAMPLE_TYPES else 8
    needed = rate * max(signals, 1) * size * history * HISTORY_OVERHEAD
    return int(needed) if abs(needed) < sys.maxsize else sys.maxsize


def recording_bytes(rate: float, signals: int, sample_type: str, *, timed: bool = False) -> float:
    """Disk in bytes a second that a recording of a stream takes: Hz × (signals × bytes + times)."""
    size = SAMPLE_TYPES[sample_type].itemsize if sample_type in SAMPLE_TYPES else 8
    return rate * (max(signals, 1) * size + 8 * timed) * RECORDING_OVERHEAD


def history_problem(rate: float, signals: int, sample_type: str, history: float) -> str | None:
    """Why a history is too long, and what would fit; None where it fits."""
    bound = get_config().max_history_bytes
    needed = history_bytes(rate, signals, sample_type, history)
    if needed <= bound:
        return None
    fits = history * bound / needed
    return (
        f"{history:g} s of history take {megabytes(needed)} of memory in each server process; "
        f"the bound is {megabytes(bound)} (WAVES_MAX_HISTORY_BYTES). "
        f"At this rate {fits:.3g} s fit."
    )


def streams_problem(count: int) -> str | None:
    """Why no stream may be added to so many; None where one may."""
    bound = get_config().max_streams
    if count < bound:
        return None
    # The bound, and not how many there are: whoever is told may not see all of them.
    return f"There may be {bound:,} streams, and there are as many (WAVES_MAX_STREAMS)."


def rate_problem(rate: float, signals: int) -> str | None:
    """Why a rate is too high for so many signals; None where it is not."""
    bound = get_config().max_values_per_second
    signals = max(signals, 1)
    if rate * signals <= bound:
        return None
    return (
        f"{rate:,.10g} Hz × {signals} signals are {rate * signals:,.10g} values a second; "
        f"the bound is {bound:,} (WAVES_MAX_VALUES_PER_SECOND), "
        "so that one stream cannot starve the others."
    )


def total_problems(values: float, history: int) -> dict[str, str]:
    """Why the enabled streams may not make so many values a second, or take so many bytes of memory
    for their histories, together; by the field that a form shows it at."""
    config, problems = get_config(), {}
    if values > (most := config.max_total_values_per_second):
        problems["rate"] = (
            f"With this one the enabled streams make {values:,.10g} values a second together; "
            f"the bound is {most:,} (WAVES_MAX_TOTAL_VALUES_PER_SECOND). "
            "Stop another stream, or lower a rate."
        )
    if history > (most := config.max_total_history_bytes):
        problems["history"] = (
            f"With this one the histories of the enabled streams take {megabytes(history)} in each "
            f"server process; the bound is {megabytes(most)} (WAVES_MAX_TOTAL_HISTORY_BYTES). Stop "
            "another stream, or shorten a history."
        )
    return problems


def recorded_problem(size: int) -> str | None:
    """Why nothing more is recorded, in words that end a sentence; None where more is."""
    bound = get_config().max_recorded_bytes
    if size < bound:
        return None
    return (
        f"all recordings together take {megabytes(size)}, and may take {megabytes(bound)} "
        "(WAVES_MAX_RECORDED_BYTES)"
    )


def megabytes(size: int) -> str:
    """A size in bytes, as people say it."""
    if size < 1024:
        return "Less than 1 KiB"
    return f"{size / 2**20:,.1f} MiB" if size >= 2**20 else f"{size / 1024:,.0f} KiB"
