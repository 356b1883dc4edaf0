"""The options of every source that takes what others send."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from waves.ingest.batch import MOST_SIGNALS
from waves.sources.base import Options


class TakingOptions(Options):
    """What missing values mean, and whether signals are added."""

    missing: Literal["hole", "joined", "held"] = Field(
        default="joined",
        title="Missing values",
        description="Where a sample has no value of a signal: a hole, joined to the next value, or "
        "the value before is held.",
    )
    add_signals: bool = Field(
        default=True,
        title="Add signals",
        description="Signals that are not known are added by themselves, in a new epoch.",
    )
    most_signals: int = Field(
        default=64,
        ge=1,
        le=MOST_SIGNALS,
        title="Most signals",
        description="Beyond, none is added.",
    )
