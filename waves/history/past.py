"""The past of streams beyond memory, as a hub is given it: what is recorded, by position.

A hub knows no database. Whoever starts it gives it something that reads what is recorded beside the
event loop, and that answers within a bound.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

from waves.protocol.frames import Frame


class Extent(NamedTuple):
    """Samples ``[first, end)`` of an epoch that are recorded; gaps may be among them."""

    first: int
    end: int
    signals: int
    sample_type: str
    timed: bool


class Read(NamedTuple):
    """Frames that were read, in order; ``problem`` says in words what could not be read."""

    frames: list[Frame]
    problem: str = ""


class KeptPast(Protocol):
    """Reads what is recorded. Both methods raise ServiceUnavailableError where nothing answers."""

    async def extent(self, handle: int, epoch: int, first: int, end: int) -> Extent | None:
        """What is recorded within ``[first, end)`` of an epoch; None where nothing is."""

    async def frames(
        self, handle: int, epoch: int, first: int, end: int, stride: int, most: int
    ) -> Read:
        """The recorded samples, or columns of ``stride`` samples, that touch ``[first, end)``.

        Raises TooMuchError where they are more than ``most`` frames.
        """
