"""A moment as a person types it: ISO 8601, or unix seconds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation

from waves.exceptions import ConfigurationError

_UNIX = datetime(1970, 1, 1, tzinfo=UTC)
_NANOSECONDS = 1_000_000_000


def moment(text: str, what: str) -> int | None:
    """Nanoseconds since 1970; None of an empty text. A moment without a zone is one of UTC.

    Raises ConfigurationError that names ``what``.
    """
    text = text.strip()
    if not text:
        return None
    try:
        number = Decimal(text)
        if number.is_finite() and abs(number) < Decimal(2**63) / _NANOSECONDS:
            return round(number * _NANOSECONDS)
    except InvalidOperation:
        try:
            found = datetime.fromisoformat(text)
            found = found if found.tzinfo else found.replace(tzinfo=UTC)
            return (found - _UNIX) // timedelta(microseconds=1) * 1000
        except (ValueError, OverflowError):
            pass
    raise ConfigurationError(
        f"{what} is {text[:40]!r}: it is ISO 8601 such as 2026-11-27T16:00:00.5Z, or unix seconds."
    )
