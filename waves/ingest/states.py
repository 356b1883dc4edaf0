"""Texts of a column as states: each gets a code, in the order in which they come."""

from __future__ import annotations

import math

from waves.exceptions import IngestError
from waves.protocol.plaintext import one_line
from waves.protocol.reading import MOST_STATES, STATE_NAME

BOOLEANS = {"false": 0, "true": 1}


class Names:
    """The codes of a column, which is the ``column``-th of its file."""

    def __init__(self, column: int) -> None:
        self._column = column
        self._codes: dict[str, int] = {}

    @property
    def states(self) -> dict[int, str]:
        """Names by their code."""
        return {code: name for name, code in self._codes.items()}

    def code(self, text: str | None, line: int) -> float:
        """The code of a text, NaN where there is none. Raises IngestError."""
        name = one_line(text or "", STATE_NAME + 1)
        if not name:
            return math.nan
        if name.lower() in BOOLEANS and (not self._codes or self._codes.keys() == BOOLEANS.keys()):
            self._codes, name = dict(BOOLEANS), name.lower()
        code = self._codes.setdefault(name, len(self._codes))
        if len(self._codes) > MOST_STATES or len(name) > STATE_NAME:
            raise IngestError(
                f"{name[:STATE_NAME]!r} names no state: a column of texts has at most "
                f"{MOST_STATES} different ones, of at most {STATE_NAME} characters.",
                line=line,
                column=self._column,
            )
        return float(code)
