"""The description of a stream: the ``stream`` message, made by the worker, passed on by hubs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypedDict

from waves.protocol.spec import SignalSpec, StreamSpec


class Description(TypedDict):
    """The ``stream`` message. ``rate`` in Hz; ``window`` and ``history`` in seconds.

    ``measured_rate`` (samples per second and signal), ``skipped`` (samples that the source left out
    in this epoch), ``infinities`` (values that were made NaN) and ``unpublished`` (frames that the
    channel layer did not take) are counts for people; a change of them alone is not sent.
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
    signals: list[dict[str, str]]
    state: str
    message: str
    window: float
    history: float
    measured_rate: float
    skipped: int
    infinities: int
    unpublished: int


def describe(
    spec: StreamSpec, epoch: int, signals: Iterable[SignalSpec], clock: str = "regular"
) -> Description:
    """The description of a running stream whose source yields ``signals``."""
    return Description(
        type="stream",
        handle=spec.handle,
        slug=spec.slug,
        name=spec.name,
        source=spec.source,
        rate=spec.rate,
        clock=clock,
        sample_type=spec.sample_type,
        epoch=epoch,
        signals=[
            {"key": s.key, "name": s.name, "unit": s.unit, "colour": s.colour} for s in signals
        ],
        state="live",
        message="",
        window=spec.window,
        history=spec.history,
        measured_rate=0.0,
        skipped=0,
        infinities=0,
        unpublished=0,
    )


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
