"""The description of a stream: the ``stream`` message, made by the worker, passed on by hubs."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypedDict

import orjson

from waves.protocol.plaintext import shown
from waves.protocol.spec import SignalSpec, StreamSpec

#: Bytes of a description as JSON. Each viewer is sent it, at each edit and each new state.
MAX_DESCRIPTION = 64 * 1024
#: Without another word, beyond so many periods of a timed clock there is a hole.
LONGEST_PERIODS = 5.0

#: Lines that are kept of what came and was no sample, and characters of each: all go to viewers.
LOG_LINES = 20
LOG_LENGTH = 120

NAMES_LEFT_OUT = (
    "The names of states are left out: they take more than the 64 KiB of a description. "
    "Give fewer or shorter ones."
)


class Description(TypedDict):
    """The ``stream`` message. ``rate`` in Hz; ``window`` and ``history`` in seconds.

    A signal says ``line``, ``missing`` and ``states`` (names by the code as text) where they are
    not "linear", "hole" and none. ``longest_interval`` in seconds is None on a regular clock.

    Counts of this epoch: ``measured_rate`` (samples per second and signal), ``skipped`` (samples
    that the source left out), ``infinities`` (values that were made NaN) and ``unpublished``
    (frames that the channel layer did not take) are for people, and a change of them alone is not
    sent; ``late`` (samples that came too late, and were left out), ``doubled`` (pushed samples that
    were there already), ``nameless`` (texts that could not become a state, and were made NaN) and
    ``left_out`` (what came from outside and was no sample, or one that may not be taken) are news.

    ``log`` are the last lines, at most LOG_LINES, that came and were no samples.

    ``record`` says whether it is recorded, ``recorded_since`` the unix seconds of the oldest
    recorded sample (None: there is none), ``not_recorded`` in words why nothing is added now.
    """

    type: str
    handle: int
    slug: str
    name: str
    source: str
    rate: float
    clock: str
    sample_type: str
    epoch: int
    signals: list[dict[str, Any]]
    state: str
    message: str
    window: float
    history: float
    longest_interval: float | None
    measured_rate: float
    skipped: int
    infinities: int
    unpublished: int
    late: int
    doubled: int
    nameless: int
    left_out: int
    log: list[str]
    record: bool
    recorded_since: float | None
    not_recorded: str


def describe(
    spec: StreamSpec, epoch: int, signals: Iterable[SignalSpec], clock: str = "regular"
) -> Description:
    """The description of a running stream whose source yields ``signals``.

    Where the names of states would make it longer than MAX_DESCRIPTION, it has none, and says so.
    """
    description = Description(
        type="stream",
        handle=spec.handle,
        slug=spec.slug,
        name=spec.name,
        source=spec.source,
        rate=spec.rate,
        clock=clock,
        sample_type=spec.sample_type,
        epoch=epoch,
        signals=[described_signal(signal, place) for place, signal in enumerate(signals)],
        state="live",
        message="",
        window=spec.window,
        history=spec.history,
        longest_interval=_longest_interval(spec, clock),
        measured_rate=0.0,
        skipped=0,
        infinities=0,
        unpublished=0,
        late=0,
        doubled=0,
        nameless=0,
        left_out=0,
        log=[],
        record=spec.record,
        recorded_since=None,
        not_recorded="",
    )
    has_names = any("states" in signal for signal in description["signals"])
    if has_names and size_of(description) > MAX_DESCRIPTION:
        for signal in description["signals"]:
            signal.pop("states", None)
        description["message"] = NAMES_LEFT_OUT
    return description


def described_signal(signal: SignalSpec, place: int) -> dict[str, Any]:
    """The signal at a place as a description has it: what goes without saying is left out."""
    said: dict[str, Any] = {
        "key": signal.key,
        "name": signal.name,
        "unit": signal.unit,
        "colour": signal.colour,
    }
    if signal.palette not in (None, place):
        said["palette"] = signal.palette
    if signal.line not in ("", "linear"):
        said["line"] = signal.line
    if signal.missing not in ("", "hole"):
        said["missing"] = signal.missing
    if signal.states:
        said["states"] = {str(code): name for code, name in signal.states.items()}
    return said


def log_lines(description: Description, lines: Sequence[str]) -> None:
    """Have a description tell the last lines that are no samples, as far as it has room."""
    if lines or description["log"]:
        description["log"] = [shown(line, LOG_LENGTH) for line in lines]
        if size_of(description) > MAX_DESCRIPTION:
            description["log"] = []


def size_of(description: Mapping[str, Any]) -> int:
    """Bytes of a description as JSON."""
    return len(orjson.dumps(description))


def _longest_interval(spec: StreamSpec, clock: str) -> float | None:
    """Seconds beyond which there is a hole; None where there is none, however long it takes."""
    if clock != "timed":
        return None
    longest = spec.longest_interval or LONGEST_PERIODS / spec.rate
    return longest if math.isfinite(longest) else None


#: What goes to all servers each second: who it is, its state, and counts.
_BRIEF = (
    "handle",
    "slug",
    "name",
    "epoch",
    "state",
    "message",
    "rate",
    "measured_rate",
    "skipped",
    "infinities",
    "unpublished",
    "late",
    "doubled",
    "nameless",
    "left_out",
    "record",
    "recorded_since",
    "not_recorded",
)


def brief(description: Mapping[str, Any]) -> dict[str, Any]:
    """State and counts of a description: the rest changes seldom, and may be long."""
    return {key: description[key] for key in _BRIEF}


def same_at_length(a: Mapping[str, Any] | None, b: Mapping[str, Any]) -> bool:
    """Whether whoever has ``a`` knows all of ``b`` by its ``brief``."""
    if a is None or a["epoch"] != b["epoch"]:
        return False
    return all(a[key] == b[key] for key in b if key not in _BRIEF)


def same_for_viewers(a: Description | None, b: Description) -> bool:
    """Whether a viewer who has ``a`` learns nothing from ``b``."""
    if a is None:
        return False
    return _news(a) == _news(b)


_COUNTS = frozenset(("measured_rate", "skipped", "infinities", "unpublished"))


def _news(description: Description) -> dict[str, Any]:
    news = {key: value for key, value in description.items() if key not in _COUNTS}
    if description["clock"] == "timed":
        # A measured mean: two digits are news, the rest is noise.
        news["rate"] = f"{description['rate']:.2g}"
    return news
