"""What the log leaves out, and how a line of it looks to programs."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any

import orjson


class RefusalsInOneLine(logging.Filter):
    """A refusal (a wrong host, a token that is missing) is one line: its traceback says nothing.

    Anybody can cause one, and a log full of tracebacks hides those of faults.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Every record stays; that of an answer below 500 loses its traceback."""
        if getattr(record, "status_code", 500) < 500:
            record.exc_info = record.exc_text = None
        return True


class JsonFormatter(logging.Formatter):
    """Each line one JSON object: time, level, logger, message, and the fields of an event."""

    def format(self, record: logging.LogRecord) -> str:
        """The object as text. What no JSON can say is said as text in it."""
        said: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": getattr(record, "words", None) or record.getMessage(),
        }
        if hasattr(record, "event"):
            said |= {"event": record.event, **getattr(record, "fields", {})}
        if hasattr(record, "status_code"):
            said["status"] = record.status_code
        if record.exc_info:
            said["traceback"] = self.formatException(record.exc_info)
        return orjson.dumps(said, default=str).decode()
