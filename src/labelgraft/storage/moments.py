"""Moments as the tables keep them: microseconds since 1970 in UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def now_us() -> int:
    """This moment. Only for show: order is by operation and revision, as a clock may be set back."""
    return to_us(datetime.now(UTC))


def to_us(moment: datetime) -> int:
    """Microseconds since 1970 of a moment that knows its time zone."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def from_us(microseconds: int) -> datetime:
    """The moment in UTC."""
    return _EPOCH + timedelta(microseconds=microseconds)
