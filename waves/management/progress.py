"""A line that says how far a long command is; on a terminal only."""

from __future__ import annotations

import time
from typing import Any

#: So often the line is drawn: faster nobody reads.
DRAWN_EVERY = 0.2
WIDTH = 30


class Progress:
    """Of ``total`` samples. ``stream`` is what the command writes to."""

    def __init__(self, total: int, stream: Any) -> None:
        self._total = max(1, total)
        self._stream = stream
        self._is_shown = bool(stream.isatty())
        self._started = time.monotonic()
        self._drawn = 0.0

    def show(self, done: int) -> None:
        """So many are done."""
        now = time.monotonic()
        if not self._is_shown or now - self._drawn < DRAWN_EVERY:
            return
        self._drawn = now
        part = min(1.0, done / self._total)
        bar = ("#" * round(WIDTH * part)).ljust(WIDTH, ".")
        passed = now - self._started
        left = passed / part - passed if part else 0.0
        text = f"\r[{bar}] {part:4.0%}  {done:,} of {self._total:,}  {left:,.0f} s left "
        self._stream.write(text, ending="")
        self._stream.flush()

    def end(self) -> None:
        """Leave the line as it is."""
        if self._is_shown and self._drawn:
            self._stream.write("")
