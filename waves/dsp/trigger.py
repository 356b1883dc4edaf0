"""Where a sweep begins: the trigger of an oscilloscope, over blocks of any size.

``static/waves/js/trigger/trigger.js`` is the same for the page, sample by sample; both read the
cases of ``waves/tests/dsp/golden_triggers.json`` and find the same positions to the last bit.

Everything is made of crossings. A rising one is armed by a sample below level - hysteresis, and
lies where the straight line between two samples reaches ``level``; a falling one is its mirror
image. A sample equal to the level has reached it. Whatever is missing (a jump of the index, or a
value that is not finite) disarms, so that no crossing is found across a hole; unless the line of
the signal goes on over missing values, straight to the next or on the former one. A window is
entered by a rising crossing of ``low`` or a falling one of ``high``, and left by the others; so a
jump over the whole of it does both.

Linear interpolation is what the screen draws between two samples, so the drawn line crosses the
level at the trigger exactly, and a sine stands still. The crossing of the sine itself is up to
w^2 / (36 sqrt 3) samples away where it passes its mean (w: radians per sample): 0.0016 samples at
20 samples a period.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Mapping
from typing import Any, ClassVar, Literal, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import model_validator

from waves.dsp.parameters import Parameters, parameter

Values = NDArray[np.floating[Any]]
Mask = NDArray[np.bool_]

#: A third of a year: no window and no history is longer.
LONGEST = 1e7

#: What a sample is to an edge. A neutral one changes nothing.
_NEUTRAL, _BEYOND, _ARMING, _HOLE = range(4)

#: ``at`` is where in the block the crossing is complete; ``sample`` and ``fraction``, where it is.
_CROSSING = np.dtype([("at", "i8"), ("sample", "i8"), ("fraction", "f8"), ("rising", "?")])
Crossings = NDArray[np.void]


class _Block(NamedTuple):
    """Samples to look at, and what came before them.

    ``known`` has the place of the last value at or before each sample, -1 where that came before
    the block; None where nothing is missing, or where a hole ends the line.
    """

    first: int
    values: Values
    holes: Mask | None
    known: NDArray[np.intp] | None
    before: float
    before_at: int


class TriggerPoint(NamedTuple):
    """Where a trigger is: ``fraction`` of a sample, in [0, 1), after the index ``sample``."""

    sample: int
    fraction: float


class TriggerSettings(Parameters):
    """What a viewer triggers on. Levels are in the signal's unit, times in seconds.

    Fields of the other kinds are checked for their type only, so that changing the kind back and
    forth keeps them.
    """

    #: Fields that only some kinds have; all other fields belong to every kind.
    of_kinds: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "slope": ("edge",),
        "level": ("edge", "pulse"),
        "polarity": ("pulse",),
        "longer": ("pulse",),
        "shorter": ("pulse",),
        "direction": ("window",),
        "low": ("window",),
        "high": ("window",),
    }

    kind: Literal["edge", "pulse", "window"] = parameter(
        "edge",
        "Kind",
        "An edge crosses the level; a pulse lies between two edges and has a width; a window has "
        "two levels, and is entered or left.",
    )
    signal: str = parameter(
        ..., "Source", "Key of the signal that is looked at.", min_length=1, max_length=200
    )
    slope: Literal["rising", "falling", "either"] = parameter(
        "rising", "Slope", "Which edges count."
    )
    level: float = parameter(0.0, "Level", "What an edge crosses, and a pulse's width is taken at.")
    hysteresis: float | None = parameter(
        None,
        "Hysteresis",
        "How far the signal must have been on the other side of the level before a crossing "
        "counts, so that noise makes no second one; empty for as much as its noise asks for.",
        why="it is a distance",
        ge=0.0,
    )
    holdoff: float = parameter(
        0.0,
        "Holdoff",
        "No trigger comes sooner than this after the last one.",
        unit="s",
        why="no history is longer",
        ge=0.0,
        le=LONGEST,
    )
    polarity: Literal["positive", "negative"] = parameter(
        "positive",
        "Polarity",
        "A positive pulse rises and falls; the trigger is where it ends.",
    )
    longer: float = parameter(
        0.0,
        "Longer than",
        "Only pulses longer than this count, once they end.",
        unit="s",
        why="no history is longer",
        ge=0.0,
        le=LONGEST,
    )
    shorter: float | None = parameter(
        None,
        "Shorter than",
        "Only pulses shorter than this count; empty for no limit.",
        unit="s",
        why="no history is longer",
        gt=0.0,
        le=LONGEST,
    )
    direction: Literal["entering", "leaving"] = parameter(
        "entering", "Direction", "Whether the signal comes into the window or goes out of it."
    )
    low: float = parameter(-1.0, "Low", "Lower level of the window.")
    high: float = parameter(1.0, "High", "Upper level of the window.")

    @model_validator(mode="after")
    def _can_trigger(self) -> Self:
        if self.kind == "pulse" and self.shorter is not None and self.longer >= self.shorter:
            raise ValueError("Longer than must be below Shorter than: no pulse is both.")
        if self.kind == "window" and self.low >= self.high:
            raise ValueError("Low must be below High: nothing lies between them.")
        if self.kind == "window" and (self.hysteresis or 0.0) >= self.high - self.low:
            raise ValueError("Hysteresis must be below High − Low: the window could not arm.")
        return self


def trigger_fields() -> dict[str, dict[str, Any]]:
    """What each field of a trigger may be, for a page: its title, which kinds have it, what it is
    chosen from (``choices``), and the bounds of JSON Schema.
    """
    schema = TriggerSettings.model_json_schema()["properties"]
    kinds = schema["kind"]["enum"]
    return {
        name: {
            "title": field["title"],
            "kinds": list(TriggerSettings.of_kinds.get(name, kinds)),
            **({"choices": field["enum"]} if "enum" in field else {}),
            **_bounds(field),
        }
        for name, field in schema.items()
    }


def _bounds(field: Mapping[str, Any]) -> dict[str, float]:
    number = next((one for one in field.get("anyOf", []) if one["type"] == "number"), field)
    names = ("minimum", "exclusiveMinimum", "maximum")
    return {name: number[name] for name in names if name in number}


class Trigger:
    """Finds triggers in consecutive blocks of one signal on a regular clock of ``rate`` Hz.

    What is found does not depend on how the samples are cut into blocks. Crossings within the
    holdoff are ignored; arming goes on. A pulse triggers at its end, when its width is known: for
    ``longer``, too, there is no time-out while it lasts. Where no hysteresis is set it is 0 until
    ``arm_beyond`` says another. ``line`` and ``missing`` are those of the signal; of steps a
    crossing lies between the sample before the step and the one behind it.
    """

    def __init__(
        self, settings: TriggerSettings, rate: float, line: str = "linear", missing: str = "hole"
    ) -> None:
        self._goes_on = missing != "hole" and line != "points"
        joined = missing == "joined" and line == "linear"
        self._edges = _edges(settings, joined=joined)
        self._pulses = _Pulses(settings, rate) if settings.kind == "pulse" else None
        self._holdoff = settings.holdoff * rate
        self.reset()

    def reset(self) -> None:
        """Forget everything, as at the beginning of an epoch."""
        #: Index of the first sample that was not fed.
        self.next = 0
        self._last: TriggerPoint | None = None
        self._before, self._before_at = math.nan, -1
        self._disarm()

    def arm_beyond(self, hysteresis: float) -> None:
        """Have what comes armed by samples so far on the other side of the level."""
        for edge in self._edges:
            edge.arm_beyond(hysteresis)

    def feed(self, first: int, values: Values) -> list[TriggerPoint]:
        """The triggers that ``values`` (1-D, float32 or float64) complete, in order.

        ``first`` is the index of the first of them. A jump ahead disarms; going back begins anew.
        A million samples take about a millisecond, and of noise some hundred.
        """
        return self._held_off(self.crossings(first, values))

    def crossings(self, first: int, values: Values) -> Crossings:
        """The same as an array, whatever the holdoff: of noise that takes a third of the time."""
        if first < self.next:
            self.reset()
        elif first > self.next:
            self._disarm()
        if not values.size:
            return np.empty(0, _CROSSING)
        block = self._block(first, values)
        found = self._crossings(block)
        if self._pulses is not None:
            found = self._pulses.select(found, block.holes)
        self.next = first + values.size
        last = values.size - 1 if block.known is None else int(block.known[-1])
        if last >= 0:
            self._before, self._before_at = float(values[last]), first + last
        return found

    def last_telling(self, values: Values) -> int:
        """The last of some samples that tells of every edge whether it is armed; -1: none does.

        Whatever lies before it changes no crossing behind it. That of pulses it may.
        """
        block = self._block(0, values)
        telling = np.ones(values.size, np.bool_)
        for edge in self._edges:
            telling &= edge.tells(block)
        found = np.flatnonzero(telling)
        return int(found[-1]) if found.size else -1

    def _block(self, first: int, values: Values) -> _Block:
        holes, known = _holes(values), None
        if holes is not None and self._goes_on:
            known = np.maximum.accumulate(np.where(holes, -1, np.arange(values.size)))
            holes = None
        return _Block(first, values, holes, known, self._before, self._before_at)

    def _disarm(self) -> None:
        for edge in self._edges:
            edge.disarm()
        if self._pulses is not None:
            self._pulses.disarm()

    def _crossings(self, block: _Block) -> Crossings:
        found = [edge.find(block) for edge in self._edges]
        if len(found) == 1:
            return found[0]
        both = np.concatenate(found)
        # Each is in order: so this merges them, and costs a tenth of another sort.
        return both[np.argsort(both["at"], kind="stable")]

    def _held_off(self, found: Crossings) -> list[TriggerPoint]:
        samples, fractions = found["sample"].tolist(), found["fraction"].tolist()
        if not self._holdoff:
            return list(map(TriggerPoint, samples, fractions))
        kept: list[TriggerPoint] = []
        at = 0
        while at < len(samples):
            point = TriggerPoint(samples[at], fractions[at])
            if self._last is None or _distance(self._last, point) >= self._holdoff:
                kept.append(point)
                self._last = point
            # One less than the whole samples of the holdoff: rounding may add up to one.
            at = bisect_left(samples, self._last.sample + int(self._holdoff) - 1, lo=at + 1)
        return kept


class _Edge:
    """Crossings of one level in one direction; remembers on which side the signal last was."""

    def __init__(
        self, level: float, hysteresis: float, *, rising: bool, joined: bool = False
    ) -> None:
        self._level = level
        self._rising = rising
        self._joined = joined
        self.arm_beyond(hysteresis)
        self.disarm()

    def arm_beyond(self, hysteresis: float) -> None:
        self._arm = self._level - hysteresis if self._rising else self._level + hysteresis

    def disarm(self) -> None:
        self._zone = _HOLE

    def find(self, block: _Block) -> Crossings:
        """Crossings in a block."""
        values = block.values
        at = self._completing(self._zones(block))
        found = np.empty(at.size, _CROSSING)
        if at.size:
            former = at - 1 if block.known is None else np.where(at > 0, block.known[at - 1], -1)
            low = np.where(former < 0, block.before, values[former].astype(np.float64))
            fraction = _fraction(self._level, low, values[at].astype(np.float64))
            between = fraction < 1.0
            found["at"] = at
            found["sample"] = block.first + at - between
            found["fraction"] = np.where(between, fraction, 0.0)
            found["rising"] = self._rising
            if self._joined:
                self._stretch(found, block, former)
        return found

    def tells(self, block: _Block) -> Mask:
        """Which samples of a block say whether what follows them is armed."""
        telling: Mask = self._zones(block) != _NEUTRAL
        return telling

    def _stretch(self, found: Crossings, block: _Block, former: NDArray[np.intp]) -> None:
        """Put crossings where they are on lines that go on over missing values."""
        begin = np.where(former < 0, block.before_at, block.first + former)
        width = block.first + found["at"] - begin
        long = (width > 1) & (found["sample"] < block.first + found["at"])
        along = found["fraction"][long] * width[long]
        found["sample"][long] = begin[long] + np.floor(along).astype(np.int64)
        found["fraction"][long] = along % 1.0

    def _zones(self, block: _Block) -> NDArray[np.uint8]:
        values = block.values
        if self._rising:
            beyond = values >= _at_least(self._level, values.dtype)
            arming = values < _at_least(self._arm, values.dtype)
        else:
            beyond = values <= -_at_least(-self._level, values.dtype)
            arming = values > -_at_least(-self._arm, values.dtype)
        zones: NDArray[np.uint8] = arming.view(np.uint8)
        zones *= _ARMING
        zones += beyond.view(np.uint8)
        if block.holes is not None:
            zones[block.holes] = _HOLE
        elif block.known is not None:
            # Infinities are missing, too.
            zones[block.known != np.arange(values.size)] = _NEUTRAL
        return zones

    def _completing(self, zones: NDArray[np.uint8]) -> NDArray[np.intp]:
        """Samples beyond the level whose last sample that was not neutral had armed.

        Only the beginnings of runs are looked at: there are few, unless the signal is noise.
        """
        changed = np.flatnonzero(zones[1:] != zones[:-1]) + 1
        starts = np.concatenate((np.zeros(1, np.intp), changed))
        starts = starts[zones[starts] != _NEUTRAL]
        runs = zones[starts]
        former = np.concatenate((np.array([self._zone], np.uint8), runs))
        self._zone = int(former[-1])
        completing: NDArray[np.intp] = starts[(runs == _BEYOND) & (former[:-1] == _ARMING)]
        return completing


class _Pulses:
    """Of the crossings of both slopes, those that end a pulse of the right width.

    A pulse is two crossings in succession, one of each slope, without a hole between them.
    """

    def __init__(self, settings: TriggerSettings, rate: float) -> None:
        shorter = math.inf if settings.shorter is None else settings.shorter
        self._longer, self._shorter = settings.longer * rate, shorter * rate
        self._ends_rising = settings.polarity == "negative"
        self.disarm()

    def disarm(self) -> None:
        self._open = np.empty(0, _CROSSING)

    def select(self, found: Crossings, holes: Mask | None) -> Crossings:
        found = np.concatenate((self._open, found))
        gaps = np.zeros(0, np.intp) if holes is None else np.flatnonzero(holes)
        part = np.searchsorted(gaps, found["at"])
        begin, end = found[:-1], found[1:]
        width = (end["sample"] - begin["sample"]) + (end["fraction"] - begin["fraction"])
        chosen = (part[:-1] == part[1:]) & (begin["rising"] != end["rising"])
        chosen &= end["rising"] == self._ends_rising
        chosen &= (width > self._longer) & (width < self._shorter)
        self._open = found[-1:][part[-1:] == gaps.size]
        self._open["at"] = -1
        ends: Crossings = end[chosen]
        return ends


def _edges(settings: TriggerSettings, *, joined: bool) -> list[_Edge]:
    """The one or two edges that ``settings`` are made of; no sample completes both."""
    hysteresis = settings.hysteresis or 0.0
    if settings.kind == "window":
        entering = settings.direction == "entering"
        return [
            _Edge(settings.low, hysteresis, rising=entering, joined=joined),
            _Edge(settings.high, hysteresis, rising=not entering, joined=joined),
        ]
    both = settings.kind == "pulse" or settings.slope == "either"
    slopes = [True, False] if both else [settings.slope == "rising"]
    return [_Edge(settings.level, hysteresis, rising=one, joined=joined) for one in slopes]


def _holes(values: Values) -> Mask | None:
    finite = np.isfinite(values)
    return None if finite.all() else ~finite


def _at_least(level: float, dtype: np.dtype[Any]) -> Any:
    """The smallest number of ``dtype`` that is not below ``level``.

    numpy would round the level to float32, and take a sample just below it for one at it.
    """
    with np.errstate(over="ignore"):
        rounded = dtype.type(level)
        return rounded if float(rounded) >= level else np.nextafter(rounded, dtype.type(np.inf))


def _fraction(
    level: float, before: NDArray[np.float64], after: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Where the line from ``before`` to ``after`` is at ``level``: from 0 to 1."""
    # At the end of the float64 range a difference overflows; the sample itself is near enough.
    with np.errstate(over="ignore", invalid="ignore"):
        return (level - before) / (after - before)


def _distance(former: TriggerPoint, point: TriggerPoint) -> float:
    return (point.sample - former.sample) + (point.fraction - former.fraction)
