"""How values sit in columns, the same on both databases: instants as UTC, JSON as it was given."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Integer
from sqlalchemy.types import TypeDecorator


class Instant(TypeDecorator[datetime]):
    """An aware instant, stored as UTC; SQLite has no time zones and would hand back a naive one.

    Its text on SQLite is SQLAlchemy's own; written and read in one call, because a page has a dozen of them.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any]:
        return _as_text if dialect.name == "sqlite" else _as_utc

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None]:
        return _from_text if dialect.name == "sqlite" else _as_utc


def _as_utc(value: datetime | None) -> datetime | None:
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError(f"an instant without a time zone: {value!r}")
    return value if value.tzinfo is UTC else value.astimezone(UTC)


def _as_text(value: datetime | None) -> str | None:
    utc = _as_utc(value)
    return _utc_as_text(utc) if utc is not None else None


@lru_cache(maxsize=1024)
def _utc_as_text(utc: datetime) -> str:
    """The instant of a transaction is written into each of its rows, and costs as much to write as the rest of one."""
    return utc.isoformat(" ", "microseconds")[:26]


def _from_text(value: str | None) -> datetime | None:
    return datetime.fromisoformat(f"{value}+00:00") if value is not None else None


def stored_instant(value: str | datetime) -> datetime:
    """An `Instant` that was read without its type, which SQLite keeps as text."""
    read = _from_text(value) if isinstance(value, str) else _as_utc(value)
    assert read is not None
    return read


RowNumber = BigInteger().with_variant(Integer(), "sqlite")
"""The key of a table that grows by every alert. SQLite's own row numbers have 64 bits, and only under this name."""

Json = JSON()
"""Not JSONB: that would sort an object's keys and refuse NUL and large exponents, which SQLite keeps."""
