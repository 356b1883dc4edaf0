"""Asks a server for windows as a page does, and looks whether what came is true."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection

import numpy as np

from benchmarks.recordings import counts
from benchmarks.recordings.plan import COLUMNS, SECOND, Plan
from waves.protocol.frames import BY_TIME, Frame, parse

#: The longest that an answer is waited for, in seconds.
PATIENCE = 60.0
#: A server ends a connection that nothing comes from; after so many seconds there is a new one.
IDLE = 2.0
#: Columns by time of a frame that are looked at: a whole year's would take minutes to make again.
LOOKED_AT = 40


@dataclass(slots=True)
class Answers:
    """How long each answer took, in milliseconds, and what was wrong."""

    took: list[float] = field(default_factory=list)
    #: The length of each window, in seconds.
    lengths: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def quantile(self, part: float) -> float:
        """A quantile of what the answers took, in milliseconds."""
        return float(np.quantile(self.took, part))


def ask(connection: HTTPConnection, begin: int, end: int, slug: str = "bench") -> bytes:
    """The frames of a window, in nanoseconds. Raises RuntimeError where it is refused."""
    path = f"/api/v1/streams/{slug}/samples?format=waves&columns={COLUMNS}"
    path += f"&from={begin / SECOND:.6f}&to={end / SECOND:.6f}"
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{path} was answered {answer.status}: {body[:200]!r}")
    if problem := answer.headers["Waves-Problem"]:
        raise RuntimeError(f"{path}: {problem}")
    return body


def ask_all(port: int, plan: Plan) -> Answers:
    """Ask one question after the other, and check each answer when its time has been taken."""
    connection, told = HTTPConnection("127.0.0.1", port, timeout=PATIENCE), Answers()
    for begin, end in plan.windows():
        at = time.perf_counter()
        body = ask(connection, begin, end)
        came = time.perf_counter()
        told.took.append((came - at) * 1000)
        told.lengths.append((end - begin) / SECOND)
        if wrong := what_is_wrong(plan, parse(body), begin, end):
            told.wrong.append(f"{begin} to {end}: {wrong}")
        if time.perf_counter() - came > IDLE:
            connection.close()
    connection.close()
    return told


def what_is_wrong(plan: Plan, frames: Sequence[Frame], begin: int, end: int) -> str:
    """What in an answer is not as the signals are; empty where all is."""
    if any(frame.flags & BY_TIME for frame in frames):
        return _by_time(plan, frames, begin, end)
    covered = dict[int, tuple[int, int]]()
    for frame in frames:
        if wrong := _by_index(plan, frame):
            return wrong
        first, last = covered.get(frame.epoch, (frame.sample, frame.sample))
        if frame.sample > last:
            return f"samples {last} to {frame.sample} of epoch {frame.epoch} are missing"
        covered[frame.epoch] = first, max(last, frame.next)
    return _missing(plan, covered, begin, end)


def _missing(plan: Plan, covered: dict[int, tuple[int, int]], begin: int, end: int) -> str:
    """Whether each sample that is due stands in a frame."""
    for stretch in plan.stretches_in(begin, end):
        first, last = plan.range_of(stretch, begin, end)
        if first >= last:
            continue
        a, b = covered.get(plan.epoch(stretch), (0, 0))
        if a > first or b < last:
            return f"epoch {plan.epoch(stretch)} has {a} to {b}, due are {first} to {last}"
    return ""


def _by_index(plan: Plan, frame: Frame) -> str:
    offset = (frame.epoch - 1) * plan.samples
    due = plan.label(frame.epoch - 1, frame.sample) / SECOND
    if abs(frame.t0 - due) > 2e-6:
        return f"sample {frame.sample} of epoch {frame.epoch} is labelled {frame.t0}, not {due}"
    if frame.maxima is None:
        truth = counts.samples(offset + frame.sample, offset + frame.next)
        return "" if np.array_equal(frame.values, truth) else f"samples from {frame.sample} on"
    for column in range(frame.n):
        first = frame.sample // frame.stride * frame.stride + column * frame.stride
        last = min(first + frame.stride, plan.samples)
        low, high = counts.extremes(offset + first, offset + last)
        values = frame.values[:, column], frame.maxima[:, column]
        if not (np.array_equal(values[0], low) and np.array_equal(values[1], high)):
            return f"column {column} of stride {frame.stride} from sample {frame.sample} on"
    return ""


def _by_time(plan: Plan, frames: Sequence[Frame], begin: int, end: int) -> str:
    """Columns by time hold the extremes of all that lies in them, whatever epoch it is of."""
    reach = (frames[0].t0, frames[-1].t0 + frames[-1].n * frames[-1].dt)
    if reach[0] > begin / SECOND or reach[1] < end / SECOND:
        return f"columns by time reach from {reach[0]} to {reach[1]}"
    for frame in frames:
        width = round(frame.dt * SECOND)
        start = round(frame.t0 * SECOND / width) * width
        for column in range(0, frame.n, max(1, frame.n // LOOKED_AT)):
            a = start + column * width
            low, high = _extremes(plan, a, a + width - 1)
            values, maxima = frame.values[:, column], frame.maxima
            assert maxima is not None
            if not np.array_equal(values, low, equal_nan=True) or not np.array_equal(
                maxima[:, column], high, equal_nan=True
            ):
                return f"the column of {width} ns from {a} on"
    return ""


def _extremes(plan: Plan, begin: int, end: int) -> tuple[counts.Values, counts.Values]:
    low = np.full(counts.SIGNALS, np.nan)
    high = low.copy()
    for stretch in plan.stretches_in(begin, end):
        first, last = plan.range_of(stretch, begin, end)
        if first < last:
            offset = stretch * plan.samples
            a, b = counts.extremes(offset + first, offset + last)
            low, high = np.fmin(low, a), np.fmax(high, b)
    return low, high
