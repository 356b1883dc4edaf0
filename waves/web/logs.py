"""What the log leaves out."""

from __future__ import annotations

import logging


class RefusalsInOneLine(logging.Filter):
    """A refusal (a wrong host, a token that is missing) is one line: its traceback says nothing.

    Anybody can cause one, and a log full of tracebacks hides those of faults.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Every record stays; that of an answer below 500 loses its traceback."""
        if getattr(record, "status_code", 500) < 500:
            record.exc_info = record.exc_text = None
        return True
